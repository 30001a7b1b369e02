"""Salesforce's loans and contacts to neutral records. Pure: what comes in is read without trust.

A value that does not fit is left out and reported; the rest goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from integrations.sync.plain_values import misfit
from integrations.sync.records import RemoteRecord

from . import values
from .choices import TITLE_WORDS
from .ids import whole_id
from .people import contact
from .rows import Draft, HowToRead, as_text, row_id, stamp_of
from .schemas import ANOTHERS, FROZEN, LABEL, NAME
from .stages import Meant

NOT_THE_OFFICERS = "Its loan officer is another"
NO_BORROWER = "It has no borrower, and no deal is made without"
HIDDEN_BORROWER = "Salesforce does not show us its borrower, and no deal is made without"
LEFT_ALONE = "Nothing is to happen to loans in this status"


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
    return [_known_only(row, NOT_THE_OFFICERS, {**_status(row, how), ANOTHERS: True})]


def _deal(row: Mapping[str, Any], how: HowToRead, people: list[RemoteRecord]) -> RemoteRecord:
    draft, status = Draft(), _status(row, how)
    meant = how.meant(status["status"])
    if meant is not None and meant.action == "skip":
        return _known_only(row, LEFT_ALONE, {**status, ANOTHERS: False})
    _read_loan(draft, row, how, people)
    return RemoteRecord(
        system=NAME,
        kind="deal",
        remote_id=row_id(row),
        fields=draft.fields | ({"status": meant.status} if meant else {}),
        parents=_parents(row, how, people),
        ours=_stage(meant),
        when_new=_when_new(how, draft, meant, title=_usual_title(row, how, people)),
        not_made=_why_not_made(row, how, people),
        flagged=how.is_ours(row),
        modified_at=stamp_of(row, draft),
        other_id=_number(row, how),
        remote_state={
            **status,
            FROZEN: meant is not None and meant.action == "freeze",
            ANOTHERS: False,
        },
        problems=tuple(draft.problems),
    )


def _status(row: Mapping[str, Any], how: HowToRead) -> dict[str, str]:
    """Of the link's state: by both its names, as the table of statuses may have either."""
    status = as_text(how.of(row, "status"))
    return {"status": status, "status_too": how.other_name(status)}


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
    draft.judge(row.get(how.name_field), values.text, how.name_field)
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
    name = as_text(row.get(how.name_field))
    if name and not how.title:
        return name
    borrower, number = _borrower_name(people), _number(row, how)
    if how.title and borrower and number:
        return _filled_in(how.title, borrower, number, name)
    if name and not borrower and not number:
        return name
    return _usual_title(row, how, people)


def _filled_in(template: str, *values: str) -> str:
    """A title; the values are those of the template's words, in their order."""
    for word, value in zip(TITLE_WORDS, values, strict=True):
        template = template.replace(word, value)
    return template


def _usual_title(row: Mapping[str, Any], how: HowToRead, people: list[RemoteRecord]) -> str:
    """Of a loan that has no name, or none that can be kept."""
    if borrower := _borrower_name(people):
        return f"{borrower} - Loan"
    return f"Loan # {_number(row, how) or row_id(row)}"


def _borrower_name(people: list[RemoteRecord]) -> str:
    return as_text(people[0].fields.get("name")) if people else ""


def _number(row: Mapping[str, Any], how: HowToRead) -> str:
    return as_text(how.of(row, "loan_number"))[:255]


def _stage(meant: Meant | None) -> dict[str, int | None]:
    if meant is None or meant.stage_id is None:
        return {}
    return {"stage": meant.stage_id, "pipeline": meant.pipeline_id}


def _when_new(how: HowToRead, draft: Draft, meant: Meant | None, *, title: str) -> dict[str, Any]:
    """A new deal has a title, a stage, a status and a value, whatever the loan lacks.

    They are no change of ours that would go back.
    """
    first: dict[str, Any] = {"kind": "loan", "value": Decimal(0), "status": "open"}
    if how.currency:
        first["currency"] = how.currency
    if not _stage(meant) and how.stages.first is not None:
        first |= _stage(how.stages.first)
    unsaid = {name: value for name, value in first.items() if name not in draft.fields}
    # The loan's own name may be too long to be kept.
    return {**unsaid, "name": title}


def _why_not_made(row: Mapping[str, Any], how: HowToRead, people: list[RemoteRecord]) -> str:
    if not how.is_ours(row):
        return NOT_THE_OFFICERS
    if not how.needs_borrower or people:
        return ""
    # The lookup still names whom sharing hides from us.
    without = HIDDEN_BORROWER if how.of(row, "borrower") else NO_BORROWER
    return _misfitting_borrower(row, how) or without


def _has_id(person: Any) -> bool:
    return isinstance(person, Mapping) and bool(whole_id(person.get("Id")))


def _misfitting_borrower(row: Mapping[str, Any], how: HowToRead) -> str:
    """What is wrong with the borrower that the row names; empty for a good one, and for none."""
    person = row.get(how.borrower)
    if not isinstance(person, Mapping) or not person.get("Id") or _has_id(person):
        return ""
    return misfit(LABEL, "borrower", person["Id"])


def _known_only(row: Mapping[str, Any], why: str, state: Mapping[str, Any]) -> RemoteRecord:
    """A loan of which nothing is taken: it is there in this state, and that is all."""
    return RemoteRecord(NAME, "deal", row_id(row), not_made=why, remote_state=state)


def deleted(row: Mapping[str, Any]) -> RemoteRecord:
    """A loan that was deleted there."""
    return RemoteRecord(NAME, "deal", row_id(row), modified_at=stamp_of(row, Draft()), deleted=True)
