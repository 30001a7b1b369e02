"""Settings of which only some values mean anything. What is misspelt is no other value."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings

from integrations.sync.errors import Misconfigured

from .ids import whole_id
from .names import MODIFIED, STAMP, several
from .schemas import PERSON_UPDATES
from .whose import officer_ids, officer_names

ALLOWED = {
    "SALESFORCE_CURSOR_FIELD": (STAMP, MODIFIED),
    "SALESFORCE_LOAN_OFFICER_CHANGE_POLICY": ("keep", "stop"),
    "SALESFORCE_LOAN_OFFICER_MODE": ("auto", "text", "lookup", "owner"),
    "SALESFORCE_PERSON_UPDATE": tuple(PERSON_UPDATES),
    "SALESFORCE_WITHOUT_BORROWER": ("skip", "create"),
}

SINCE = "since:"


def check() -> None:
    """Look at all of them.

    Raises:
        Misconfigured: One means nothing; says which, and what there is.
    """
    for setting, values in ALLOWED.items():
        if (value := getattr(settings, setting)) not in values:
            raise Misconfigured(f"{setting} must be one of {', '.join(values)}, not {value!r}")
    first_day()
    try:
        ZoneInfo(settings.SALESFORCE_TIMEZONE)
    except (KeyError, ValueError, OSError):
        raise Misconfigured("SALESFORCE_TIMEZONE is no time zone, like America/Denver") from None
    _check_ids()
    if not officer_names() and not officer_ids():
        raise Misconfigured(
            "SALESFORCE_LOAN_OFFICER or SALESFORCE_LOAN_OFFICER_USER_ID must say whose loans"
        )


def _check_ids() -> None:
    """Each is one: an officer whose id is mistyped is nobody, and no loan says so."""
    for text in several(settings.SALESFORCE_LOAN_OFFICER_USER_ID):
        if not whole_id(text):
            raise Misconfigured(f"SALESFORCE_LOAN_OFFICER_USER_ID: {text[:60]!r} is no id")


def first_day() -> datetime | None:
    """From when on loans are read, where a date says so.

    Raises:
        Misconfigured: It is none of what is understood.
    """
    wanted = settings.SALESFORCE_INITIAL_SYNC
    if wanted in ("none", "all"):
        return None
    try:
        if not wanted.startswith(SINCE):
            raise ValueError
        return datetime.combine(date.fromisoformat(wanted.removeprefix(SINCE)), time(), UTC)
    except ValueError:
        raise Misconfigured(
            "SALESFORCE_INITIAL_SYNC must be none, all, or since: and a date, like since:2026-01-31"
        ) from None
