"""What Salesforce's refusals mean, by status and error code. Contract, section 7."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from integrations.sync.errors import (
    Misconfigured,
    Outdated,
    RateLimited,
    Rejected,
    RemoteGone,
    SyncError,
    Unauthorised,
    Unavailable,
)
from integrations.sync.http import LONGEST_QUOTE

#: How long to leave it alone when the day's calls are used up, and when too many run at once.
DAY_IS_SPENT, TOO_MANY_AT_ONCE = timedelta(minutes=15), timedelta(seconds=45)

#: Of a limit that is not the day's. Salesforce has one code for both and tells them apart by the
#: text alone. Contract, section 7.
AT_ONCE = "concurrent"

#: A query of ours, or a name in it, is wrong there.
WRONG_QUERY = {
    "MALFORMED_QUERY", "INVALID_FIELD", "INVALID_TYPE", "INVALID_FIELD_FOR_INSERT_UPDATE",
    "INVALID_QUERY_FILTER_OPERATOR", "MALFORMED_ID",
}  # fmt: skip

#: How Salesforce says that it is an id which is wrong, under a code that is of operators too.
NO_ID = "invalid id"

#: A value that we sent is none that the org allows there.
REFUSED_VALUE = {
    "FIELD_CUSTOM_VALIDATION_EXCEPTION", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
    "STRING_TOO_LONG", "NUMBER_OUTSIDE_VALID_RANGE", "INVALID_EMAIL_ADDRESS",
    "REQUIRED_FIELD_MISSING",
}  # fmt: skip

#: Of a refusal so much is quoted, as staff read it in one sentence.
LONGEST_MESSAGE = 120

TOO_HEAVY = {"QUERY_TIMEOUT", "QUERY_TOO_COMPLICATED", "OPERATION_TOO_LARGE"}

#: What goes by, whatever its status.
PASSES = {"UNABLE_TO_LOCK_ROW", "TXN_SECURITY_METERING_ERROR", "SERVER_UNAVAILABLE"}


class SessionEnded(Unauthorised):
    """The token is no longer good; another may be."""


class WrongQuery(Outdated):
    """The org no longer has what we ask for."""


class WrongId(WrongQuery):
    """One of those that it was asked for is no id there."""


class TooHeavy(Unavailable):
    """More than Salesforce answers at once: less of it may go."""


class TooLong(Rejected):
    """An address that it does not read to its end: fewer ids may fit."""


def refusal(what: str, status: int, content: Any, wait: timedelta | None = None) -> SyncError:
    """The error that an answer stands for.

    Args:
        content: Its body: a list of errors, or whatever came in its place.
        wait: How long it asks us to stay away, if it does.
    """
    code, message, names = _first(content)
    if code in REFUSED_VALUE:
        field = f"{', '.join(names)}: " if names else ""
        return Rejected(f"Salesforce refuses the change. {field}{_short(message)}")
    words = f"{what}: {status} {code} {message}".strip()[:LONGEST_QUOTE]
    error = _meant(status, code, message, content, words)
    passes = isinstance(error, RateLimited | Unavailable) and not isinstance(error, TooHeavy)
    if wait is None or not passes:
        return error
    whole_day = isinstance(error, RateLimited) and error.whole_day
    return RateLimited(words, retry_after=wait, whole_day=whole_day)


def _short(message: str) -> str:
    """Its two ends: a value that is too long stands between what it is and why it is refused."""
    if len(message) <= LONGEST_MESSAGE:
        return message
    return f"{message[: LONGEST_MESSAGE // 2]} … {message[-LONGEST_MESSAGE // 2 :]}"


def _meant(status: int, code: str, message: str, content: Any, words: str) -> SyncError:
    if code in PASSES:
        return Unavailable(words)
    if code in TOO_HEAVY:
        return TooHeavy(words)
    if code == "REQUEST_LIMIT_EXCEEDED":
        whole_day = AT_ONCE not in message.casefold()
        wait = DAY_IS_SPENT if whole_day else TOO_MANY_AT_ONCE
        return RateLimited(words, retry_after=wait, whole_day=whole_day)
    if status == 403:
        return _forbidden(code, content, words)
    if status == 400 and code in WRONG_QUERY:
        is_id = code == "MALFORMED_ID" or NO_ID in message.casefold()
        return WrongId(words) if is_id else WrongQuery(words)
    if status in BY_STATUS:
        return BY_STATUS[status](words)
    return Unavailable(words) if status >= 500 else Rejected(words)


def _busy(words: str) -> RateLimited:
    return RateLimited(words, retry_after=TOO_MANY_AT_ONCE)


def _retired(words: str) -> Misconfigured:
    return Misconfigured(f"{words}: set a newer SALESFORCE_API_VERSION")


BY_STATUS: dict[int, Callable[[str], SyncError]] = {
    401: SessionEnded, 404: RemoteGone, 406: Unavailable, 410: _retired, 414: TooLong,
    420: _busy, 429: _busy, 431: TooLong,
}  # fmt: skip


def _forbidden(code: str, content: Any, words: str) -> SyncError:
    if "Bad_OAuth_Token" in (code, content):
        return SessionEnded(words)
    if not code:
        # Not Salesforce's own: something in front of it is in the way, and that passes.
        return Unavailable(words)
    if code.startswith("INSUFFICIENT_ACCESS"):
        return Rejected(words)
    # The whole API is closed to us, which a person has to mend.
    return Unauthorised(words)


def _first(content: Any) -> tuple[str, str, list[str]]:
    """Code, message and fields of the first error; empty for what is no list of errors."""
    told = content[0] if isinstance(content, list) and content else {}
    if not isinstance(told, Mapping):
        return "", "", []
    named = told.get("fields")
    names = [str(name) for name in named] if isinstance(named, list) else []
    return str(told.get("errorCode", "")), str(told.get("message", "")), names
