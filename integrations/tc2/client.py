"""The endpoints of TC2 that we call. JSON in, JSON out; no database."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import requests
from django.conf import settings

from integrations.sync.budget import Window
from integrations.sync.errors import Rejected, SyncError, Unauthorised
from integrations.sync.http import Http, new_session, said

from .schemas import IDENTITY

#: Seconds that a call in passing waits for its place among the minute's.
LONGEST_WAIT = 2

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


def _by_email(body: dict[str, Any]) -> dict[str, Any]:
    """The body as the first version of roles has it."""
    if not body.get("email"):
        raise Rejected("This branch finds clients by their e-mail address, and this one has none")
    rest = {key: value for key, value in body.items() if key not in IDENTITY}
    return {"user": {key: body[key] for key in IDENTITY if key in body}, **rest}


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
        patience = 3600 if patient else LONGEST_WAIT
        self._windows = [Window("tc2", settings.TC2_REQUESTS_PER_MINUTE, 60, patience)]

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
            return self._write("/clients/", _by_email(body))
        return self._write(f"/clients/{client_id}/", body)

    def count_of_clients(self) -> int:
        """How many clients the key may see."""
        return int(self._get("/clients/")["count"])

    def _write(self, path: str, body: dict[str, Any]) -> Any:
        return self.http.call("POST", path, body=body, windows=self._windows)

    def _get(self, path: str) -> Any:
        return self.http.call("GET", path, windows=self._windows)
