"""What the org calls its loans and their fields, as the environment says."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings

from integrations.sync.errors import Misconfigured

from . import field_map
from .field_map import BUILT_IN, LOAN_NUMBER, MAPS, NAME, Entries, Entry, without_fields

CONTACT = "Contact"

#: Of every borrower.
CONTACT_FIELDS = ("Id", "Name", "FirstName", "LastName", "Email", "Phone", "MobilePhone")

#: What is kept of a borrower's name -> its field. The whole of it is made of the others there.
NAME_PARTS = {"name": "Name", "first_name": "FirstName", "last_name": "LastName"}

#: Those of which a contact of ours is made.
TAKEN = ("Name", "Email", "Phone", "MobilePhone")

#: What a co-borrower, who is kept on the borrower's contact, may have.
COBORROWER_PARTS = ("first_name", "last_name", "email", "phone")
COBORROWER_FIELDS = "SALESFORCE_COBORROWER_FIELDS"

STAMP, MODIFIED = "SystemModstamp", "LastModifiedDate"

#: A meaning of ours -> the setting that names its field.
SETTINGS = {
    "officer": "SALESFORCE_LOAN_OFFICER_FIELD",
    "borrower": "SALESFORCE_PRIMARY_BORROWER_FIELD",
    "status": "SALESFORCE_STAGE_FIELD",
    "amount": "SALESFORCE_AMOUNT_FIELD",
    "close_date": "SALESFORCE_CLOSE_DATE_FIELD",
    "loan_number": "SALESFORCE_LOAN_NUMBER_FIELD",
}

#: Without these nothing can be read.
REQUIRED = {"officer", "borrower", "status"}


@dataclass(frozen=True)
class Names:
    """The org's names.

    Attributes:
        fields: Meaning to the loan's field; only those that are named.
        said_in: Meaning to the setting, or the entry of one, that names its field.
        coborrower: Part of a co-borrower to the contact's field.
        cursor: The field by which a poll sees what changed.
        details: Kind to what else is read for it, beside the fields that have a meaning.
        required: Meanings, and entries by where they are said, without which nothing goes.
        clears_value: Whether a deal loses its value with the loan's.
    """

    loan: str
    fields: Mapping[str, str]
    said_in: Mapping[str, str]
    coborrower: Mapping[str, str]
    cursor: str
    details: Mapping[str, Entries]
    required: Set[str]
    clears_value: bool


def names() -> Names:
    """As the settings have them.

    Raises:
        Misconfigured: One is no name; says which setting.
    """
    mapped = {kind: _mapped(kind) for kind in MAPS}
    own = _meant(mapped["deal"])
    entries = [each for some in mapped.values() for each in some.values()]
    return Names(
        loan=_loan(),
        fields=_fields(own) | {meaning: entry.source for meaning, entry in own.items()},
        said_in=SETTINGS | {meaning: entry.said_in for meaning, entry in own.items()},
        coborrower=_coborrower(),
        cursor=settings.SALESFORCE_CURSOR_FIELD,
        details={kind: without_fields(kind, some) for kind, some in mapped.items()},
        required=REQUIRED
        | {meaning for meaning, entry in own.items() if entry.required}
        | {entry.said_in for entry in entries if entry.required},
        clears_value="amount" in own and own["amount"].clear_on_null,
    )


def judges() -> list[Callable[[], object]]:
    """The parts of it, apart from the maps: each refuses what is no name."""
    deal, _problems = field_map.read("deal")
    return [_loan, partial(_fields, _meant(deal)), _coborrower]


def _loan() -> str:
    return _checked("SALESFORCE_LOAN_OBJECT", settings.SALESFORCE_LOAN_OBJECT)


def _fields(own: Entries) -> dict[str, str]:
    """What the settings name; of what must be there, the map may name it instead."""
    named = {meaning: getattr(settings, setting) for meaning, setting in SETTINGS.items()}
    return {
        meaning: _checked(SETTINGS[meaning], name)
        for meaning, name in named.items()
        if name or (meaning in REQUIRED and meaning not in own)
    }


def _meant(deal: Entries) -> dict[str, Entry]:
    """Meaning to the entry of the map that names its field."""
    meanings = {**BUILT_IN, LOAN_NUMBER: "loan_number"}
    return {meanings[target]: entry for target, entry in deal.items() if target in meanings}


def _mapped(kind: str) -> Entries:
    found, problems = field_map.read(kind)
    if problems:
        raise Misconfigured(problems[0])
    return found


def _checked(setting: str, name: Any) -> str:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise Misconfigured(f"{setting} is no name of Salesforce's: {str(name)[:60]!r}")
    return name


def _coborrower() -> dict[str, str]:
    given = mapping(COBORROWER_FIELDS)
    if unknown := given.keys() - set(COBORROWER_PARTS):
        wrong = ", ".join(sorted(unknown))
        raise Misconfigured(f"{COBORROWER_FIELDS}: a co-borrower has no {wrong}")
    return {part: _checked(f"{COBORROWER_FIELDS}.{part}", name) for part, name in given.items()}


def mapping(setting: str) -> dict[str, Any]:
    """A setting that holds a JSON object; empty where it is not set.

    Raises:
        Misconfigured: It holds something else.
    """
    text = getattr(settings, setting)
    if not text.strip():
        return {}
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        raise Misconfigured(f"{setting} is not JSON") from None
    if not isinstance(given, dict):
        raise Misconfigured(f"{setting} must be a JSON object")
    return given


def several(text: str) -> list[str]:
    """The parts of a setting that are separated by semicolons."""
    return [part.strip() for part in text.split(";") if part.strip()]
