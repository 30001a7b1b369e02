"""The endpoints of TC2 that we call. JSON in, JSON out; no database."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import requests
from django.conf import settings

from integrations.sync.budget import Window
from integrations.sync.errors import Rejected, SyncError, Unauthorised
from integrations.sync.http import Http, new_session, said

#: An error's body is kept whole for staff, up to this.
LONGEST_BODY = 2000


def classify(response: requests.Response) -> SyncError | None:
    """What is TC2's own: a wrong key may be a 403, and a 400 says what is wrong field by field."""
    if response.status_code == 403:
        return Unauthorised(said(response))
    if response.status_code == 400:
        return Rejected(f"400 {response.text[:LONGEST_BODY]}")
    return None


@lru_cache(maxsize=4)
def _session(base_url: str) -> requests.Session:
    """One for each process, so that connections are used again."""
    return new_session()


class Client:
    """One branch, with the limit that all processes share."""

    def __init__(self) -> None:
        self.http = Http(
            base_url=settings.TC2_BASE_URL,
            headers={
                "Authorization": f"token {settings.TC2_API_KEY}",
                "Accept": "application/json",
            },
            classify=classify,
            session=_session(settings.TC2_BASE_URL),
        )
        self._windows = [Window("tc2", settings.TC2_REQUESTS_PER_MINUTE, 60)]

    def client(self, client_id: str) -> Any:
        """One client with all that it has."""
        return self._get(f"/clients/{client_id}/")

    def recipient(self, recipient_id: str) -> Any:
        """One recipient, with the client that pays."""
        return self._get(f"/recipients/{recipient_id}/")

    def count_of_clients(self) -> int:
        """How many clients the key may see."""
        return int(self._get("/clients/")["count"])

    def _get(self, path: str) -> Any:
        return self.http.call("GET", path, windows=self._windows)
