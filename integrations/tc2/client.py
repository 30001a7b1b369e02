"""The endpoints of TC2 that we call. JSON in, JSON out; no database."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import requests
from django.conf import settings

from integrations.sync.budget import Window
from integrations.sync.errors import (
    RateLimited,
    Rejected,
    RemoteGone,
    SyncError,
    Unauthorised,
    Unavailable,
)
from integrations.sync.http import Http, new_session, said

from .inbound import flat
from .schemas import IDENTITY

#: Seconds that a call in passing waits for its place among the minute's.
LONGEST_WAIT = 2

#: Of the minute's calls, walks through everything leave some to all else.
WALKS_SHARE = 2 / 3

#: Seconds that a walk waits when it is refused, one try after the other.
WAITS = (2, 4, 6, 8, 30, 60)

#: An error's body is kept whole for staff, up to this.
LONGEST_BODY = 2000


def classify(response: requests.Response) -> SyncError | None:
    """What is TC2's own: a wrong key may be a 403, and a 400 says what is wrong field by field."""
    if response.status_code == 403:
        return Unauthorised(said(response))
    if response.status_code == 400:
        return WrongFields(f"400 {response.text[:LONGEST_BODY]}", _refused_names(response))
    return None


@lru_cache(maxsize=4)
def _session(base_url: str) -> requests.Session:
    """One for each process, so that connections are used again."""
    return new_session()


@dataclass(frozen=True)
class Listed:
    """One page of a list. ``count`` is of all pages."""

    count: int
    ids: list[str]
    is_last: bool


class WrongFields(Rejected):
    """TC2 will not have some of what was written; names it."""

    def __init__(self, message: str, names: frozenset[str]) -> None:
        super().__init__(message)
        self.names = names


def _refused_names(response: requests.Response) -> frozenset[str]:
    """The keys that a 400 complains of, at any depth of its answer."""
    try:
        return frozenset(_keys(response.json()))
    except (ValueError, RecursionError):
        return frozenset()


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from _keys(inner)


def _by_email(client: Any, body: dict[str, Any]) -> dict[str, Any]:
    """The body as the first version of roles has it: the client's address of today says whose."""
    known = flat(client)
    if not known.get("email"):
        raise Rejected("This branch finds clients by their e-mail address, and this one has none")
    return {"user": {key: known[key] for key in IDENTITY if key in known}, **body}


class Client:
    """One branch, with the limit that all processes share.

    Args:
        patient: Whether calls wait for their place, however long. Who has other work puts
            them off instead.
    """

    def __init__(self, *, patient: bool = False) -> None:
        self.http = Http(
            base_url=settings.TC2_BASE_URL,
            headers={
                "Authorization": f"token {settings.TC2_API_KEY}",
                "Accept": "application/json",
            },
            classify=classify,
            session=_session(settings.TC2_BASE_URL),
        )
        limit = settings.TC2_REQUESTS_PER_MINUTE
        if patient:
            walks = Window("tc2:walks", max(1, round(limit * WALKS_SHARE)), 60)
            self._windows = [walks, Window("tc2", limit, 60)]
        else:
            self._windows = [Window("tc2", limit, 60, LONGEST_WAIT)]
        self._waits = WAITS if patient else ()

    def client(self, client_id: str) -> Any:
        """One client with all that it has."""
        return self._get(f"/clients/{client_id}/")

    def recipient(self, recipient_id: str) -> Any:
        """One recipient, with the client that pays."""
        return self._get(f"/recipients/{recipient_id}/")

    def update_client(self, client_id: str, body: dict[str, Any]) -> Any:
        """Write the keys of the body, no others. Returns the client as it is then.

        Raises:
            Rejected: The branch writes by e-mail address, and the client has none.
        """
        if settings.TC2_ROLE_VERSION == 1:
            return self._write("/clients/", _by_email(self.client(client_id), body))
        return self._write(f"/clients/{client_id}/", body)

    def clients(self, page: int) -> Listed:
        """One page of the list; it shows names only, so just the ids are of use.

        Raises:
            Unavailable: The answer is no list.
        """
        try:
            answer = self._get("/clients/", {"page": page})
        except RemoteGone:
            # The list has become shorter than it was.
            return Listed(0, [], is_last=True)
        try:
            ids = [str(row["id"]) for row in answer["results"]]
            return Listed(int(answer["count"]), ids, is_last=not answer.get("next"))
        except (LookupError, TypeError, ValueError, AttributeError):
            raise Unavailable("TC2's list of clients cannot be read") from None

    def _write(self, path: str, body: dict[str, Any]) -> Any:
        return self.http.call("POST", path, body=body, windows=self._windows)

    def _get(self, path: str, params: dict[str, Any] | None = None) -> Any:
        for wait in self._waits:
            try:
                return self.http.call("GET", path, params=params, windows=self._windows)
            except RateLimited as error:
                # People and other programs use the same limit.
                time.sleep(max(error.retry_after.total_seconds(), wait))
        return self.http.call("GET", path, params=params, windows=self._windows)
