"""The endpoints of Pipedrive that we call. JSON in, JSON out; no database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from django.conf import settings

from integrations.sync.budget import Window
from integrations.sync.errors import RateLimited, Rejected, SyncError
from integrations.sync.http import Http, retry_after, said

#: The most that a list gives, and the most ids that it may be asked for.
PAGE = 500
IDS = 100

#: After its block page Pipedrive wants to be left alone "for a long while".
BLOCKED_FOR = timedelta(minutes=45)

PLURALS = {
    "organization": "organizations",
    "person": "persons",
    "deal": "deals",
    "activity": "activities",
    "pipeline": "pipelines",
    "stage": "stages",
}


def classify(response: requests.Response) -> SyncError | None:
    """What is Pipedrive's own: the two kinds of 429, and the two kinds of 403."""
    if response.status_code == 429:
        return _limited(response)
    if response.status_code == 403:
        if "html" in response.headers.get("Content-Type", ""):
            return RateLimited("403 blocked after too many calls", retry_after=BLOCKED_FOR)
        return Rejected(said(response))
    return None


def _limited(response: requests.Response) -> RateLimited:
    if response.headers.get("x-daily-ratelimit-token-remaining") == "0":
        now = datetime.now(UTC)
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return RateLimited("429 the day's budget is spent", retry_after=midnight - now,
                           whole_day=True)  # fmt: skip
    return RateLimited(
        "429 too many calls at once", retry_after=retry_after(response, "x-ratelimit-reset")
    )


class Client:
    """One account, with the limits that all processes share."""

    def __init__(self, observe: Callable[[requests.Response], None]) -> None:
        self.http = Http(
            base_url=settings.PIPEDRIVE_BASE_URL,
            headers={"x-api-token": settings.PIPEDRIVE_API_TOKEN, "Accept": "application/json"},
            classify=classify,
            observe=observe,
        )
        self.calls = Window("pipedrive", settings.PIPEDRIVE_REQUESTS_PER_2_SECONDS, 2)
        self.searches = Window("pipedrive:search", settings.PIPEDRIVE_SEARCHES_PER_2_SECONDS, 2)

    def _call(self, method: str, path: str, params: Any = None, body: Any = None) -> Any:
        windows = [self.searches, self.calls] if "earch" in path else [self.calls]
        return self.http.call(method, path, params=params, body=body, windows=windows) or {}

    # -- records ---------------------------------------------------------------------

    def get(self, entity: str, pk: str) -> dict:
        if entity == "user":
            return self._call("GET", f"/api/v1/users/{pk}")["data"]
        return self._call("GET", f"/api/v2/{PLURALS[entity]}/{pk}")["data"]

    def get_many(self, entity: str, ids: list[str]) -> list[dict]:
        """Those of the ids that are there; at most ``IDS`` of them."""
        params = {"ids": ",".join(ids), "limit": IDS}
        return self._call("GET", f"/api/v2/{PLURALS[entity]}", params)["data"] or []

    def create(self, entity: str, body: dict) -> dict:
        return self._call("POST", f"/api/v2/{PLURALS[entity]}", body=body)["data"]

    def update(self, entity: str, pk: str, body: dict) -> dict:
        return self._call("PATCH", f"/api/v2/{PLURALS[entity]}/{pk}", body=body)["data"]

    def delete(self, entity: str, pk: str) -> None:
        self._call("DELETE", f"/api/v2/{PLURALS[entity]}/{pk}")

    def merge(self, entity: str, loser: str, winner: str) -> None:
        """The id in the address is the one that disappears."""
        path = f"/api/v1/{PLURALS[entity]}/{loser}/merge"
        self._call("PUT", path, body={"merge_with_id": int(winner)})

    def walk(
        self, entity: str, cursor: str = "", **params: Any
    ) -> Iterator[tuple[list[dict], str]]:
        """Pages of a list with the cursor of the next; an empty page is no end."""
        while True:
            query = {"limit": PAGE, **params, **({"cursor": cursor} if cursor else {})}
            answer = self._call("GET", f"/api/v2/{PLURALS[entity]}", query)
            cursor = (answer.get("additional_data") or {}).get("next_cursor") or ""
            yield answer.get("data") or [], cursor
            if not cursor:
                return

    def users(self) -> list[dict]:
        return self._call("GET", "/api/v1/users")["data"] or []

    def me(self) -> dict:
        return self._call("GET", "/api/v1/users/me")["data"]

    def find_by_field(self, entity: str, field_key: str, value: str) -> list[str]:
        """Ids of records whose field holds exactly this, as far as the index knows."""
        params = {"term": value, "entity_type": entity, "field": field_key, "match": "exact"}
        answer = self._call("GET", "/api/v2/itemSearch/field", params)
        return [str(item["id"]) for item in answer.get("data") or []]

    # -- set-up ----------------------------------------------------------------------

    def fields(self, entity: str) -> list[dict]:
        fields: list[dict] = []
        cursor = ""
        while True:
            query = {"limit": PAGE, **({"cursor": cursor} if cursor else {})}
            answer = self._call("GET", f"/api/v2/{entity}Fields", query)
            fields += answer["data"] or []
            cursor = (answer.get("additional_data") or {}).get("next_cursor") or ""
            if not cursor:
                return fields

    def create_field(self, entity: str, body: dict) -> dict:
        return self._call("POST", f"/api/v2/{entity}Fields", body=body)["data"]

    def add_options(self, entity: str, key: str, labels: list[str]) -> list[dict]:
        body = [{"label": label} for label in labels]
        return self._call("POST", f"/api/v2/{entity}Fields/{key}/options", body=body)["data"]

    def webhooks(self) -> list[dict]:
        return self._call("GET", "/api/v1/webhooks")["data"] or []

    def create_webhook(self, body: dict) -> dict:
        return self._call("POST", "/api/v1/webhooks", body=body)["data"]

    def delete_webhook(self, pk: int) -> None:
        self._call("DELETE", f"/api/v1/webhooks/{pk}")
