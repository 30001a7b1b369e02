"""What may go wrong with a remote, as types. Decided by status, never by text."""

from __future__ import annotations

from datetime import timedelta

from .records import clean_text


class SyncError(Exception):
    """A remote, or a record, that could not be dealt with.

    ``permanent`` says that trying again cannot help; ``reason`` is the code that staff
    filter by.
    """

    permanent = False
    reason = "internal"


class RateLimited(SyncError):
    """Too many calls. Costs no attempt."""

    reason = "exceeded"

    def __init__(self, message: str, *, retry_after: timedelta, whole_day: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.whole_day = whole_day


class Held(RateLimited):
    """No call was made: the connection is paused, limited, or its breaker is open."""


class Reserved(Held):
    """What walks may use of the day's calls is used; all else goes on."""


class Early(SyncError):
    """The message came before what it tells of can be seen. Tried again after a set time."""

    reason = "exceeded"

    def __init__(self, message: str, *, retry_after: timedelta) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RemoteGone(SyncError):
    """The record was deleted or merged away there (404, 410)."""

    permanent = True
    reason = "gone"


class Rejected(SyncError):
    """The remote, or a schema, refuses this content. The message names the field."""

    permanent = True
    reason = "rejected"


class Undecided(SyncError):
    """Several there may be the record: a person has to say which, or whether it is one."""

    permanent = True
    reason = "rejected"


class Unauthorised(SyncError):
    """Bad credentials or an unpaid account: pauses the connection."""

    reason = "config"


class Unavailable(SyncError):
    """Down, slow, unreachable, or an answer that is no answer."""

    reason = "exceeded"


class Misconfigured(SyncError):
    """Settings are missing or set-up was not run."""

    permanent = True
    reason = "config"


class Outdated(Misconfigured):
    """The remote has something else than we knew; what it has is asked for anew at the next use."""


class NotOurs(Misconfigured):
    """The message is another account's, and says nothing of ours."""


class Waiting(SyncError):
    """Something that this names is not known yet. Tried again later."""

    reason = "waiting"


def describe(error: Exception) -> str:
    """The error in the words that staff read; an unforeseen one with its type."""
    if isinstance(error, SyncError):
        return clean_text(str(error))[:2000]
    return clean_text(f"{type(error).__name__}: {error}")[:2000]
