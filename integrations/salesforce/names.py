"""What the org calls its loans and their fields, as the environment says."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from integrations.sync.errors import Misconfigured

#: Names go into queries as they are. Contract, section 3.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*){0,5}")

CONTACT = "Contact"

#: Of every borrower.
CONTACT_FIELDS = ("Id", "Name", "FirstName", "LastName", "Email", "Phone", "MobilePhone")

#: What a co-borrower, who is kept on the borrower's contact, may have.
COBORROWER_PARTS = ("first_name", "last_name", "email", "phone")

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
        coborrower: Part of a co-borrower to the contact's field.
        cursor: The field by which a poll sees what changed.
    """

    loan: str
    fields: Mapping[str, str]
    coborrower: Mapping[str, str]
    cursor: str


def names() -> Names:
    """As the settings have them.

    Raises:
        Misconfigured: One is no name; says which setting.
    """
    fields = {meaning: getattr(settings, setting) for meaning, setting in SETTINGS.items()}
    return Names(
        loan=_checked("SALESFORCE_LOAN_OBJECT", settings.SALESFORCE_LOAN_OBJECT),
        fields={
            meaning: _checked(SETTINGS[meaning], name)
            for meaning, name in fields.items()
            if name or meaning in REQUIRED
        },
        coborrower=_coborrower(),
        cursor=settings.SALESFORCE_CURSOR_FIELD,
    )


def _checked(setting: str, name: Any) -> str:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Misconfigured(f"{setting} is no name of Salesforce's: {str(name)[:60]!r}")
    return name


def _coborrower() -> dict[str, str]:
    setting = "SALESFORCE_COBORROWER_FIELDS"
    given = mapping(setting)
    if unknown := given.keys() - set(COBORROWER_PARTS):
        raise Misconfigured(f"{setting}: a co-borrower has no {', '.join(sorted(unknown))}")
    return {part: _checked(f"{setting}.{part}", name) for part, name in given.items()}


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
