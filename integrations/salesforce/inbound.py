"""Salesforce's loans and contacts to neutral records. Pure: what comes in is read without trust.

A value that does not fit is left out and reported; the rest goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from integrations.sync.errors import Rejected
from integrations.sync.plain_values import misfit, shown
from integrations.sync.records import RemoteRecord

from . import values
from .ids import whole_id
from .names import STAMP
from .schemas import FROZEN, NAME
from .stages import Meant, Stages

#: Behind a contact's id: not the contact, but the co-borrower that is kept on it.
COBORROWER = ":co-borrower"

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


def _deal(row: Mapping[str, Any], how: HowToRead, people: list[RemoteRecord]) -> RemoteRecord:
    draft, status = Draft(), str(how.of(row, "status") or "")
    meant = how.meant(status)
    if meant is not None and meant.action == "skip":
        return _known_only(row, LEFT_ALONE)
    _read_loan(draft, row, how, people)
    return RemoteRecord(
        system=NAME,
        kind="deal",
        remote_id=row_id(row),
        fields=draft.fields | ({"status": meant.status} if meant else {}),
        parents={"contact": people[0].remote_id} if people else {},
        ours=_stage(meant),
        when_new=_when_new(how, draft, meant),
        not_made=_why_not_made(row, how, people),
        modified_at=_stamp(row, draft),
        other_id=_number(row, how),
        remote_state={"status": status, FROZEN: meant is not None and meant.action == "freeze"},
        problems=tuple(draft.problems),
    )


def _read_loan(
    draft: Draft, row: Mapping[str, Any], how: HowToRead, people: list[RemoteRecord]
) -> None:
    if misfitting := _misfitting_borrower(row, how):
        draft.problems.append(misfitting)
    draft.take("name", _title(row, how, people), values.text)
    if how.of(row, "amount") is not None:
        # None yet is no news; what was set to nothing there stays as it was.
        draft.take("value", how.of(row, "amount"), values.amount, how.fields["amount"])
        draft.take("currency", row.get("CurrencyIsoCode") or how.currency, _currency)
    if "close_date" in how.fields:
        field_name = how.fields["close_date"]
        draft.take("expected_close_on", row.get(field_name), values.day, field_name)


def _currency(value: Any) -> str:
    code = values.text(value).upper()
    if code and not (len(code) == 3 and code.isalpha() and code.isascii()):
        raise ValueError("no currency")
    return code


def _title(row: Mapping[str, Any], how: HowToRead, people: list[RemoteRecord]) -> str:
    """By the template; where it lacks something, what there is. Contract, section 12.1."""
    name = _text(row.get("Name"))
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


def _known_only(row: Mapping[str, Any], why: str) -> RemoteRecord:
    """A loan of which nothing is taken: it is there, and that is all."""
    return RemoteRecord(NAME, "deal", row_id(row), not_made=why)


def _stamp(row: Mapping[str, Any], draft: Draft) -> Any:
    try:
        return values.stamp(row.get(STAMP))
    except ValueError:
        draft.problems.append(misfit(STAMP, row.get(STAMP)))
        return None


def deleted(row: Mapping[str, Any]) -> RemoteRecord:
    """A loan that was deleted there."""
    return RemoteRecord(NAME, "deal", row_id(row), modified_at=_stamp(row, Draft()), deleted=True)


# -- people -----------------------------------------------------------------------------------


def contact(
    row: Mapping[str, Any], how: HowToRead, merged_from: tuple[str, ...] = ()
) -> list[RemoteRecord]:
    """A borrower, and the co-borrower whose data is kept with the borrower's.

    Raises:
        Rejected: It has no id.
    """
    draft = Draft()
    draft.take("name", row.get("Name") or row.get("Email"), values.text)
    draft.take("email", row.get("Email"), values.text)
    draft.take("phone", row.get("Phone") or row.get("MobilePhone"), values.text)
    borrower = _person(row_id(row), row, draft, merged_from)
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


def _coborrower(
    row: Mapping[str, Any], how: HowToRead, borrower: RemoteRecord
) -> RemoteRecord | None:
    """Somebody of their own, who can be reached; None for the borrower once more."""
    parts = {part: _text(row.get(name)) for part, name in how.coborrower.items()}
    email, phone = parts.get("email", ""), parts.get("phone", "")
    if not (email or phone):
        return None
    name = " ".join(filter(None, [parts.get("first_name"), parts.get("last_name")])) or email
    same_name = values.folded(name) == values.folded(borrower.fields.get("name"))
    same_address = values.folded(email) == values.folded(borrower.fields.get("email"))
    if same_name and (same_address or not email):
        return None
    draft = Draft(fields={"name": name, "email": email, "phone": phone})
    return _person(borrower.remote_id + COBORROWER, row, draft)
