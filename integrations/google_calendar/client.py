"""The endpoints of Google Calendar that we call. JSON in, JSON out; no database."""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import requests
from django.conf import settings

from integrations.sync.budget import Window
from integrations.sync.errors import (
    RateLimited,
    Rejected,
    SyncError,
    Unauthorised,
    Unavailable,
)
from integrations.sync.http import (
    PATIENCE,
    TIMEOUT,
    TRIES,
    Http,
    NeverArrived,
    new_session,
    retry_after,
    said,
)

from .credentials import token

PATH = "/calendar/v3"

#: The most calendars that one question may name.
MOST_CALENDARS = 50

#: Events in one page.
PAGE = 250

#: While a visitor waits: seconds to connect, and for an answer.
HURRIED = (3.05, 5)

#: The same for a page that can do without the answer.
GLANCE = (1, 2)

#: While a visitor waits: no call begins so many seconds after the first one, and none may take
#: much longer than what is left of them. To ask and to write, the two together, take less than
#: ``meetings.settling.AWAITED_FOR``.
LONGEST_HURRY = 8

#: Seconds that a call is waited for at least.
SHORTEST_WAIT = 0.1

#: A visitor's call waits so many seconds for its place among the minute's; others longer.
LONGEST_WAIT = 2

#: 403 is also Google's word for "too fast".
TOO_FAST = {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"}

#: A list cannot be gone on with where it was.
START_AGAIN = {"fullSyncRequired", "updatedMinTooLongAgo"}


class IdTaken(Rejected):
    """An event has this id, or had it."""


class ListForgotten(Rejected):
    """Google no longer knows how far we had read; everything has to be read again."""


def classify(response: requests.Response) -> SyncError | None:
    """What is Google's own, by status and reason."""
    reasons = _reasons(response)
    match response.status_code:
        case 403 if reasons & TOO_FAST:
            return RateLimited(said(response), retry_after=retry_after(response))
        case 403:
            return Rejected(said(response))
        case 409:
            return IdTaken(said(response))
        case 410 if reasons & START_AGAIN:
            return ListForgotten(said(response))
        case _:
            return None


def _reasons(response: requests.Response) -> set[str]:
    try:
        errors = response.json()["error"]["errors"]
        return {str(each.get("reason")) for each in errors}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return set()


@lru_cache(maxsize=4)
def _session(base_url: str) -> requests.Session:
    """One for each process, so that connections are used again."""
    return new_session()


class Client:
    """Everybody's calendars, each asked for in its owner's name.

    Args:
        hurried: Whether somebody waits for the answer.
        tries: How often a call is made at most.
        timeout: Seconds to connect, and to wait for an answer, where it is not the usual.
    """

    def __init__(
        self,
        *,
        hurried: bool = False,
        tries: int = TRIES,
        timeout: tuple[float, float] | None = None,
    ) -> None:
        self._timeout = timeout or (HURRIED if hurried else TIMEOUT)
        self._tries = tries
        self._ends_at = time.monotonic() + LONGEST_HURRY if hurried else math.inf
        self._patience = timedelta(seconds=HURRIED[1] + 1) if hurried else PATIENCE
        limit = settings.GOOGLE_REQUESTS_PER_MINUTE
        usual = Window("google_calendar", limit, 60)
        self._windows = [Window("google_calendar", limit, 60, LONGEST_WAIT) if hurried else usual]

    def free_busy(
        self, asker: str, emails: Collection[str], start: datetime, end: datetime
    ) -> dict[str, Any]:
        """E-mail address to what Google says of that calendar."""
        body = {
            "timeMin": start.astimezone(UTC).isoformat(),
            "timeMax": end.astimezone(UTC).isoformat(),
            "timeZone": "UTC",
            "calendarExpansionMax": MOST_CALENDARS,
            "items": [{"id": email} for email in emails],
        }
        answer = self._call(asker, "POST", "/freeBusy", body=body, repeatable=True)
        calendars = answer.get("calendars") if isinstance(answer, Mapping) else None
        if not isinstance(calendars, Mapping):
            raise Unavailable("POST /freeBusy: an answer without calendars")
        return dict(calendars)

    def insert(self, person: str, event: Mapping[str, Any]) -> dict[str, Any]:
        """Make an event under its own id, with a room, and invite its guests."""
        params = {"conferenceDataVersion": 1, "sendUpdates": "all"}
        return self._event(person, "POST", "", params=params, body=event)

    def get(self, person: str, event_id: str) -> dict[str, Any]:
        """An event; one that was deleted may still be shown, as cancelled."""
        return self._event(person, "GET", event_id)

    def patch(self, person: str, event_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Change what the body names; guests are told."""
        return self._event(person, "PATCH", event_id, params={"sendUpdates": "all"}, body=body)

    def delete(self, person: str, event_id: str, *, tell: bool) -> None:
        """Cancel it; ``tell`` has its guests hear of it."""
        params = {"sendUpdates": "all" if tell else "none"}
        self._call(person, "DELETE", _path(person, event_id), params=params)

    def events(self, person: str, **query: str) -> Iterator[tuple[list[Any], str]]:
        """Pages of a calendar's events; the last with the token for what changes later."""
        page_token = ""
        while True:
            place = {"pageToken": page_token} if page_token else {}
            params = {"maxResults": PAGE, **query, **place}
            answer = self._call(person, "GET", _path(person), params=params)
            if not isinstance(answer, Mapping) or not isinstance(answer.get("items"), list):
                raise Unavailable("GET events: an answer without events")
            page_token = str(answer.get("nextPageToken") or "")
            yield answer["items"], str(answer.get("nextSyncToken") or "")
            if not page_token:
                return

    def _event(self, person: str, method: str, event_id: str, **about: Any) -> dict[str, Any]:
        answer = self._call(person, method, _path(person, event_id), **about)
        if not isinstance(answer, dict) or not isinstance(answer.get("id"), str):
            raise Unavailable(f"{method} event: an answer without an event")
        return answer

    def _call(self, person: str, method: str, path: str, **about: Any) -> Any:
        bearer = self._token(person)
        try:
            return self._called(bearer, method, path, about)
        except Unauthorised:
            # A token may end before its time. A new one that is refused as well is our fault.
            fresh = self._token(person, anew=True)
        return self._called(fresh, method, path, about)

    def has_time(self, wait: timedelta = timedelta()) -> bool:
        """Whether a call may still begin after the wait."""
        return time.monotonic() + wait.total_seconds() <= self._ends_at

    def _require_time(self) -> None:
        if not self.has_time():
            raise NeverArrived("Google Calendar took too long, and somebody waits")

    def _token(self, person: str, *, anew: bool = False) -> str:
        self._require_time()
        return token(person, timeout=self._time_outs(), anew=anew)

    def _time_outs(self) -> tuple[float, float]:
        left = max(self._ends_at - time.monotonic(), SHORTEST_WAIT)
        connect, answer = self._timeout
        return min(connect, left), min(answer, left)

    def _called(self, bearer: str, method: str, path: str, about: dict[str, Any]) -> Any:
        self._require_time()
        http = Http(
            base_url=settings.GOOGLE_BASE_URL,
            headers={"Authorization": f"Bearer {bearer}", "Accept": "application/json"},
            classify=classify,
            session=_session(settings.GOOGLE_BASE_URL),
            timeout=self._time_outs(),
            tries=self._tries,
            patience=self._patience,
        )
        return http.call(method, PATH + path, windows=self._windows, **about)


def _path(person: str, event_id: str = "") -> str:
    events = f"/calendars/{quote(person, safe='@')}/events"
    return f"{events}/{quote(event_id, safe='')}" if event_id else events
