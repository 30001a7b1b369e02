"""Settings of which only some values mean anything. What is misspelt is no other value."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import partial
from zoneinfo import ZoneInfo

from django.conf import settings

from integrations.sync.errors import Misconfigured

from . import FEWEST_MINUTES, MOST_MINUTES, flows, names, stages
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

#: The smallest and the largest that means something.
BOUNDS = {
    "SALESFORCE_API_BUDGET_PERCENT": (1, 100),
    "SALESFORCE_LOOKBACK_SECONDS": (0, 86_400),
    "SALESFORCE_POLL_INTERVAL_MINUTES": (FEWEST_MINUTES, MOST_MINUTES),
    "SALESFORCE_REFUSALS_PER_MINUTE": (1, 100_000),
    "SALESFORCE_RELAY_TOLERANCE_SECONDS": (1, 86_400),
    "SALESFORCE_REQUESTS_PER_MINUTE": (1, 100_000),
    "SALESFORCE_TIMEOUT_SECONDS": (1, 600),
}

#: How the text of a setting looks, and one that does; empty ones are as if not set.
FORMS = {
    "SALESFORCE_API_VERSION": (r"\d{2,3}\.0", "62.0"),
    "SALESFORCE_CURRENCY": (r"[A-Z]{3}", "USD"),
    "SALESFORCE_INSTANCE_URL": (r"https?://\S+", "https://acme.my.salesforce.com"),
    "SALESFORCE_LOGIN_URL": (r"https?://\S+", "https://login.salesforce.com"),
    "SALESFORCE_ORG_ID": (r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?", "00D5g000008abcD"),
}

SINCE = "since:"

#: What a title's template may name.
TITLE_WORDS = ("{borrower_name}", "{loan_number}", "{name}")
_BRACED = re.compile(r"\{[^{}]*\}?|\}")


def check() -> None:
    """Look at all of them.

    Raises:
        Misconfigured: One means nothing; says which, and what there is.
    """
    for judge in _judges():
        judge()


def problems() -> list[str]:
    """What means nothing, a sentence for each setting; of wrong names of fields the first.

    Asks neither Salesforce nor our tables.
    What is wrong in the maps of further fields is field_map's to say.
    """
    judges = [*_judges(), *_warnings(), *names.judges(), stages.in_environment]
    return [said for judge in judges if (said := _refused(judge))]


def _refused(judge: Callable[[], object]) -> str:
    try:
        judge()
    except Misconfigured as error:
        return str(error)
    return ""


def _judges() -> list[Callable[[], object]]:
    """Each looks at one setting, and refuses it."""
    allowed = [partial(_check_allowed, setting) for setting in ALLOWED]
    return [*allowed, first_day, _check_zone, _check_title, _check_ids, _check_officer]


def _warnings() -> list[Callable[[], object]]:
    """Each looks at one setting with which Hermes goes on, be it with nothing but errors."""
    bounds = [partial(_check_bounds, setting) for setting in BOUNDS]
    return [*bounds, *(partial(_check_form, setting) for setting in FORMS), flows.check]


def _check_bounds(setting: str) -> None:
    least, most = BOUNDS[setting]
    if not least <= (given := getattr(settings, setting)) <= most:
        raise Misconfigured(f"{setting} must be {least} to {most}, not {given}")


def _check_form(setting: str) -> None:
    form, example = FORMS[setting]
    if (given := getattr(settings, setting)) and not re.fullmatch(form, given):
        raise Misconfigured(f"{setting} must be like {example}, not {given[:60]!r}")


def _check_allowed(setting: str) -> None:
    values = ALLOWED[setting]
    if (value := getattr(settings, setting)) not in values:
        raise Misconfigured(f"{setting} must be one of {', '.join(values)}, not {value!r}")


def _check_zone() -> None:
    try:
        ZoneInfo(settings.SALESFORCE_TIMEZONE)
    except (KeyError, ValueError, OSError):
        raise Misconfigured("SALESFORCE_TIMEZONE is no time zone, like America/Denver") from None


def _check_title() -> None:
    """What is no word of ours would stand in each deal's name as it is."""
    for word in _BRACED.findall(settings.SALESFORCE_TITLE_TEMPLATE):
        if word not in TITLE_WORDS:
            known = ", ".join(TITLE_WORDS)
            raise Misconfigured(f"SALESFORCE_TITLE_TEMPLATE has {word[:60]!r}; there are {known}")


def _check_ids() -> None:
    """Each is one: an officer whose id is mistyped is nobody, and no loan says so."""
    for text in several(settings.SALESFORCE_LOAN_OFFICER_USER_ID):
        if not whole_id(text):
            raise Misconfigured(f"SALESFORCE_LOAN_OFFICER_USER_ID: {text[:60]!r} is no id")


def _check_officer() -> None:
    if not officer_names() and not officer_ids():
        raise Misconfigured(
            "SALESFORCE_LOAN_OFFICER or SALESFORCE_LOAN_OFFICER_USER_ID must say whose loans"
        )


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
