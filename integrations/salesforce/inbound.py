"""Salesforce's loans and contacts to neutral records. Pure: what comes in is read without trust.

A value that does not fit is left out and reported; the rest goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from integrations.sync.details import FIELD as DETAILS
from integrations.sync.errors import Rejected
from integrations.sync.plain_values import misfit, shown
from integrations.sync.records import RemoteRecord

from . import details, values
from .field_map import Entries
from .ids import whole_id
from .names import NAME_PARTS, STAMP
from .schemas import COBORROWER, FROZEN, NAME
from .stages import Meant, Stages

#: A name of which a part is not shown is no name.
WHOLE_NAME = {"first_name", "last_name"}

NOT_THE_OFFICERS = "Its loan officer is another"
NO_BORROWER = "It has no borrower, and no deal is made without"
LEFT_ALONE = "Nothing is to happen to loans in this status"


@dataclass(frozen=True)
class HowToRead:
    """How this org's rows are read.

    Attributes:
        fields: Meaning to the loan's field; only those that the org has.
        borrower: The relationship by which the borrower's own fields are reached.
        coborrower: Part of a co-borrower to the contact's field.
        labels: A status's value to what people see of it.
        is_ours: Whether the row is one of the officer's.
        title: The template of a deal's name; empty for the loan's own.
        currency: Of amounts whose rows do not say.
        needs_borrower: Whether a loan without one makes no deal.
        details: Kind to what else is read.
        clears_value: Whether a deal loses its value with the loan's.
    """

    fields: Mapping[str, str]
    borrower: str
    coborrower: Mapping[str, str]
    labels: Mapping[str, str]
    stages: Stages
    is_ours: Callable[[Mapping[str, Any]], bool]
    title: str = ""
    currency: str = ""
    needs_borrower: bool = True
    details: Mapping[str, Entries] = field(default_factory=dict)
    clears_value: bool = False

    def of(self, row: Mapping[str, Any], meaning: str) -> Any:
        """The row's value of this meaning; None where the org has no field for it."""
        return row.get(self.fields.get(meaning, ""))

    def meant(self, status: str) -> Meant | None:
        """What a status stands for. Rows have its value, or the label that people see of it."""
        values_of = {values.folded(label): value for value, label in self.labels.items()}
        other = self.labels.get(status) or values_of.get(values.folded(status), "")
        return self.stages.of(status, other)


@dataclass
class Draft:
    """A record in the making: values that fit, and sentences about those that do not."""

    fields: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def take(self, name: str, value: Any, fit: Callable[[Any], Any], called: str = "") -> Any:
        """Read one value; None where it does not fit."""
        try:
            fitting = fit(value)
        except (ValueError, TypeError, OverflowError, RecursionError):
            self.problems.append(misfit(called or name, value))
            return None
        self.fields[name] = fitting
        return fitting

    def take_details(self, row: Mapping[str, Any], entries: Entries) -> None:
        """Read what else there is; each that does not fit harms no other."""
        found, problems = details.said(row, entries)
        if entries:
            self.fields[DETAILS] = found
        self.problems += problems


def row_id(row: Any) -> str:
    """The id of a row, in 18 characters.

    Raises:
        Rejected: It has none, so it can be neither matched nor kept.
    """
    value = row.get("Id") if isinstance(row, Mapping) else None
    if not (pk := whole_id(value)):
        raise Rejected(f"The record has no id: {shown(value)}")
    return pk


# -- loans ------------------------------------------------------------------------------------


def loan(row: Mapping[str, Any], how: HowToRead) -> list[RemoteRecord]:
    """A loan's deal, its borrower and the co-borrower.

    Raises:
        Rejected: It has no id.
    """
    person = row.get(how.borrower)
    people = contact(person, how) if _has_id(person) else []
    deal = _deal(row, how, people)
    # Nobody is made for the sake of a deal that is not made.
    return [*(replace(one, not_made=deal.not_made) for one in people), deal]


def loan_of_the_officer(row: Mapping[str, Any], how: HowToRead) -> list[RemoteRecord]:
    """The same; nothing is taken of another officer's, though we have it."""
    if how.is_ours(row):
        return loan(row, how)
    return [_known_only(row, NOT_THE_OFFICERS, _text(how.of(row, "status")))]


def _deal(row: Mapping[str, Any], how: HowToRead, people: list[RemoteRecord]) -> RemoteRecord:
    draft, status = Draft(), _text(how.of(row, "status"))
    meant = how.meant(status)
    if meant is not None and meant.action == "skip":
        return _known_only(row, LEFT_ALONE, status)
    _read_loan(draft, row, how, people)
    return RemoteRecord(
        system=NAME,
        kind="deal",
        remote_id=row_id(row),
        fields=draft.fields | ({"status": meant.status} if meant else {}),
        parents=_parents(row, how, people),
        ours=_stage(meant),
        when_new=_when_new(how, draft, meant),
        not_made=_why_not_made(row, how, people),
        modified_at=_stamp(row, draft),
        other_id=_number(row, how),
        remote_state={"status": status, FROZEN: meant is not None and meant.action == "freeze"},
        problems=tuple(draft.problems),
    )


def _parents(
    row: Mapping[str, Any], how: HowToRead, people: list[RemoteRecord]
) -> dict[str, str | None]:
    """The borrower; None where there is none any more, which one that is hidden does not mean."""
    if people:
        return {"contact": people[0].remote_id}
    return {} if how.of(row, "borrower") else {"contact": None}


def _read_loan(
    draft: Draft, row: Mapping[str, Any], how: HowToRead, people: list[RemoteRecord]
) -> None:
    if misfitting := _misfitting_borrower(row, how):
        draft.problems.append(misfitting)
    draft.take("name", _title(row, how, people), values.text)
    if how.of(row, "amount") is not None:
        # None yet is no news; what was set to nothing there stays as it was.
        draft.take("value", how.of(row, "amount"), values.amount, how.fields["amount"])
        own = row.get(how.fields.get("currency", "CurrencyIsoCode"))
        draft.take("currency", own or how.currency, _currency)
    elif how.clears_value and "amount" in how.fields:
        draft.fields["value"] = Decimal(0)
    if "close_date" in how.fields:
        field_name = how.fields["close_date"]
        draft.take("expected_close_on", row.get(field_name), values.day, field_name)
    draft.take_details(row, how.details.get("deal", {}))


def _currency(value: Any) -> str:
    code = values.text(value).upper()
    if code and not (len(code) == 3 and code.isalpha() and code.isascii()):
        raise ValueError("no currency")
    return code


def _title(row: Mapping[str, Any], how: HowToRead, people: list[RemoteRecord]) -> str:
    """By the template; where it lacks something, what there is. Contract, section 12.1."""
    name = _text(row.get(how.fields.get("title", "Name")))
    if not how.title:
        return name
    borrower = _text(people[0].fields.get("name")) if people else ""
    number = _number(row, how)
    if borrower and number:
        known = {"{borrower_name}": borrower, "{loan_number}": number, "{name}": name}
        title = how.title
        for place, value in known.items():
            title = title.replace(place, value)
        return title
    return f"{borrower} - Loan" if borrower else f"Loan # {number}" if number else name


def _number(row: Mapping[str, Any], how: HowToRead) -> str:
    return _text(how.of(row, "loan_number"))[:255]


def _text(value: Any) -> str:
    try:
        return values.text(value)
    except ValueError:
        return ""


def _stage(meant: Meant | None) -> dict[str, int | None]:
    if meant is None or meant.stage_id is None:
        return {}
    return {"stage": meant.stage_id, "pipeline": meant.pipeline_id}


def _when_new(how: HowToRead, draft: Draft, meant: Meant | None) -> dict[str, Any]:
    """A new deal has a stage and a value, whatever the loan lacks."""
    first = {"kind": "loan", "value": Decimal(0)}
    if not _stage(meant) and how.stages.first is not None:
        first |= _stage(how.stages.first)
    return {name: value for name, value in first.items() if name not in draft.fields}


def _why_not_made(row: Mapping[str, Any], how: HowToRead, people: list[RemoteRecord]) -> str:
    if not how.is_ours(row):
        return NOT_THE_OFFICERS
    if not how.needs_borrower or people:
        return ""
    return _misfitting_borrower(row, how) or NO_BORROWER


def _has_id(person: Any) -> bool:
    return isinstance(person, Mapping) and bool(whole_id(person.get("Id")))


def _misfitting_borrower(row: Mapping[str, Any], how: HowToRead) -> str:
    """What is wrong with the borrower that the row names; empty for a good one, and for none."""
    person = row.get(how.borrower)
    if not isinstance(person, Mapping) or not person.get("Id") or _has_id(person):
        return ""
    return misfit("borrower", person["Id"])


def _known_only(row: Mapping[str, Any], why: str, status: str) -> RemoteRecord:
    """A loan of which nothing is taken: it is there in this status, and that is all."""
    state = {"status": status}
    return RemoteRecord(NAME, "deal", row_id(row), not_made=why, remote_state=state)


def _stamp(row: Mapping[str, Any], draft: Draft) -> Any:
    try:
        return values.stamp(row.get(STAMP))
    except ValueError:
        draft.problems.append(misfit(STAMP, row.get(STAMP)))
        return None


def deleted(row: Mapping[str, Any]) -> RemoteRecord:
    """A loan that was deleted there."""
    return RemoteRecord(NAME, "deal", row_id(row), modified_at=_stamp(row, Draft()), deleted=True)


def merged(row: Mapping[str, Any]) -> RemoteRecord:
    """A contact that became part of another there."""
    winner = whole_id(row.get("MasterRecordId"))
    return RemoteRecord(
        NAME, "contact", row_id(row), modified_at=_stamp(row, Draft()), deleted=True,
        merged_into=winner,
    )  # fmt: skip


# -- people -----------------------------------------------------------------------------------


def contact(
    row: Mapping[str, Any], how: HowToRead, merged_from: tuple[str, ...] = ()
) -> list[RemoteRecord]:
    """A borrower, and the co-borrower whose data is kept with the borrower's.

    Raises:
        Rejected: It has no id.
    """
    draft = Draft()
    # What we may not see is not empty for all that: it is left as it is.
    if "Name" in row:
        draft.take("name", row["Name"] or row.get("Email"), values.text)
    if "Email" in row:
        draft.take("email", row["Email"], values.text)
    if "Phone" in row and (row["Phone"] or "MobilePhone" in row):
        draft.take("phone", row["Phone"] or row["MobilePhone"], values.text)
    draft.take_details(row, how.details.get("contact", {}))
    borrower = replace(
        _person(row_id(row), row, draft, merged_from), remote_state=_as_kept_there(row)
    )
    other = _coborrower(row, how, borrower)
    return [borrower, other] if other else [borrower]


def _person(
    pk: str, row: Mapping[str, Any], draft: Draft, merged_from: tuple[str, ...] = ()
) -> RemoteRecord:
    return RemoteRecord(
        system=NAME,
        kind="contact",
        remote_id=pk,
        fields=draft.fields,
        when_new={"role": "borrower"},
        modified_at=_stamp(row, draft),
        merged_from=merged_from,
        problems=tuple(draft.problems),
    )


def _as_kept_there(row: Mapping[str, Any]) -> dict[str, str]:
    """The parts of the name, and the field of the phone, for when they are written."""
    parts = {part: _text(row.get(name)) for part, name in NAME_PARTS.items()}
    only_mobile = row.get("MobilePhone") and not row.get("Phone")
    return parts | {"phone_in": "MobilePhone" if only_mobile else "Phone"}


def _coborrower(
    row: Mapping[str, Any], how: HowToRead, borrower: RemoteRecord
) -> RemoteRecord | None:
    """Somebody of their own, who can be reached; None for the borrower once more."""
    parts = {part: _text(row[name]) for part, name in how.coborrower.items() if name in row}
    email, phone = parts.get("email", ""), parts.get("phone", "")
    if not (email or phone):
        return None
    name = " ".join(filter(None, [parts.get("first_name"), parts.get("last_name")])) or email
    same_name = values.folded(name) == values.folded(borrower.fields.get("name"))
    same_address = values.folded(email) == values.folded(borrower.fields.get("email"))
    if same_name and (same_address or not email):
        return None
    draft = Draft({part: parts[part] for part in ("email", "phone") if part in parts})
    if parts.keys() >= how.coborrower.keys() & WHOLE_NAME:
        draft.fields["name"] = name
    return _person(borrower.remote_id + COBORROWER, row, draft)
