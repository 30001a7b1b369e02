"""The endpoints of Pipedrive that we call. JSON in, JSON out; no database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Protocol

import requests
from django.conf import settings

from integrations.sync.budget import Window
from integrations.sync.errors import RateLimited, Rejected, SyncError, Unavailable
from integrations.sync.http import Http, new_session, retry_after, said
from integrations.sync.read_ahead import read_ahead

#: The most that a list gives, and the most ids that it may be asked for. A page costs the
#: same whatever its size.
PAGE = 500
IDS = 100

#: After its block page Pipedrive wants to be left alone "for a long while".
BLOCKED_FOR = timedelta(minutes=45)

PATHS = {
    "user": "/api/v1/users",
    "organization": "/api/v2/organizations",
    "person": "/api/v2/persons",
    "deal": "/api/v2/deals",
    "activity": "/api/v2/activities",
    "pipeline": "/api/v2/pipelines",
    "stage": "/api/v2/stages",
}

#: Tokens of the daily budget that a call costs, where it is not the usual.
LIST_COST = {"user": 20, "pipeline": 5, "stage": 5}
USUAL_LIST_COST = 10
ARCHIVED_COST = 20

#: The headers that tell of the daily budget. Some answers lack them.
DAILY_LIMIT = "x-daily-ratelimit-token-limit"
DAILY_LEFT = "x-daily-ratelimit-token-remaining"

#: So many refusals in a row that do not say what is spent: it must be the day.
UNEXPLAINED_REFUSALS = 3

#: What a caller makes of a page's entities.
Read = Callable[[list[Any]], list[Any]]

NO_QUERY: Mapping[str, str] = MappingProxyType({})


class Ledger(Protocol):
    """Keeps account of what calls cost and what answers say is left."""

    def heard(self, response: requests.Response) -> None: ...

    def spent(self, tokens: int) -> None: ...


def classify(response: requests.Response) -> SyncError | None:
    """What is Pipedrive's own: the two kinds of 429, and the two kinds of 403."""
    if response.status_code == 429:
        return _limited(response)
    if response.status_code == 403:
        if "html" in response.headers.get("Content-Type", "").lower():
            return RateLimited("403 blocked after too many calls", retry_after=BLOCKED_FOR)
        return Rejected(said(response))
    return None


class _Refusals:
    """Refusals in a row, in this process, that did not say what is spent."""

    unexplained = 0


def _limited(response: requests.Response) -> RateLimited:
    left = response.headers.get(DAILY_LEFT, "").strip()
    _Refusals.unexplained = 0 if left else _Refusals.unexplained + 1
    if left == "0" or _Refusals.unexplained > UNEXPLAINED_REFUSALS:
        # A Retry-After on a spent day is known to be useless.
        return RateLimited(
            "429 the day's budget is spent", retry_after=until_midnight(), whole_day=True
        )
    return RateLimited(
        "429 too many calls at once", retry_after=retry_after(response, "x-ratelimit-reset")
    )


def until_midnight() -> timedelta:
    """How long the UTC day still lasts; the budget's own zone is not documented."""
    now = datetime.now(UTC)
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return tomorrow - now


@lru_cache(maxsize=4)
def _session(base_url: str) -> requests.Session:
    """One for each process, so that connections are used again."""
    return new_session()


class Client:
    """One account, with the limits that all processes share."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.http = Http(
            base_url=settings.PIPEDRIVE_BASE_URL,
            headers={"x-api-token": settings.PIPEDRIVE_API_TOKEN, "Accept": "application/json"},
            classify=classify,
            observe=ledger.heard,
            session=_session(settings.PIPEDRIVE_BASE_URL),
        )
        calls = Window("pipedrive", settings.PIPEDRIVE_REQUESTS_PER_2_SECONDS, 2)
        searches = Window("pipedrive:search", settings.PIPEDRIVE_SEARCHES_PER_2_SECONDS, 2)
        self._for_calls, self._for_searches = [calls], [searches, calls]

    def _call(
        self,
        method: str,
        path: str,
        *,
        cost: int,
        params: dict[str, Any] | None = None,
        body: Any = None,
        windows: Sequence[Window] | None = None,
    ) -> dict[str, Any]:
        """The whole answer, which is an object with ``data``."""
        answer = self.http.call(
            method, path, params=params, body=body, windows=windows or self._for_calls
        )
        return self._accounted(answer, f"{method} {path}", cost)

    def _accounted(self, answer: Any, what: str, cost: int) -> dict[str, Any]:
        _Refusals.unexplained = 0
        self.ledger.spent(cost)
        if not isinstance(answer, dict) or "data" not in answer:
            raise Unavailable(f"{what}: an answer without data")
        return answer

    def _pages(
        self,
        path: str,
        cost: int,
        cursor: str = "",
        query: Mapping[str, str] = NO_QUERY,
        read: Read = list,
    ) -> Iterator[tuple[Any, str]]:
        """Pages of a list, each with the cursor of the next; an empty page is no end.

        Args:
            read: What becomes of a page's entities. It runs ahead, while the database
                writes the page before, and must not use it.
        """

        def ask(cursor: str) -> tuple[Any, list[Any]]:
            params = {"limit": PAGE, **query, **({"cursor": cursor} if cursor else {})}
            answer = self.http.call("GET", path, params=params, windows=self._for_calls)
            return answer, read(_entities(answer))

        for answer, entities in read_ahead(ask, cursor, lambda page: _next_cursor(page[0])):
            self._accounted(answer, f"GET {path}", cost)
            yield entities, _next_cursor(answer)

    # -- records ---------------------------------------------------------------------

    def get(self, entity: str, pk: str) -> Any:
        cost = 2 if entity == "user" else 1
        return self._call("GET", f"{PATHS[entity]}/{pk}", cost=cost)["data"]

    def get_many(self, entity: str, ids: Sequence[str], *, archived: bool = False) -> list[dict]:
        """Those of the ids that are there; at most ``IDS`` of them."""
        params = {"ids": ",".join(ids), "limit": IDS}
        path, cost = _list(entity, archived)
        return self._call("GET", path, cost=cost, params=params)["data"] or []

    def walk(
        self,
        entity: str,
        cursor: str = "",
        query: Mapping[str, str] = NO_QUERY,
        *,
        archived: bool = False,
        read: Read = list,
    ) -> Iterator[tuple[Any, str]]:
        """Pages of records. Parameters that Pipedrive does not know make it refuse."""
        path, cost = _list(entity, archived)
        return self._pages(path, cost, cursor, query, read)

    def create(self, entity: str, body: dict) -> Any:
        return self._call("POST", PATHS[entity], cost=5, body=body)["data"]

    def update(self, entity: str, pk: str, body: dict) -> Any:
        return self._call("PATCH", f"{PATHS[entity]}/{pk}", cost=5, body=body)["data"]

    def delete(self, entity: str, pk: str) -> None:
        self._call("DELETE", f"{PATHS[entity]}/{pk}", cost=3)

    def merge(self, entity: str, loser: str, winner: str) -> None:
        """The id in the address is the one that disappears."""
        path = PATHS[entity].replace("/api/v2/", "/api/v1/")
        self._call("PUT", f"{path}/{loser}/merge", cost=40, body={"merge_with_id": int(winner)})

    def participants(self, deal_id: str) -> Any:
        path = f"/api/v1/deals/{deal_id}/participants"
        return self._call("GET", path, cost=10, params={"limit": PAGE})["data"]

    def add_participant(self, deal_id: str, person_id: int) -> None:
        path = f"/api/v1/deals/{deal_id}/participants"
        self._call("POST", path, cost=10, body={"person_id": person_id})

    def users(self) -> list[dict]:
        """All of them; this list has no pages."""
        return self._call("GET", PATHS["user"], cost=LIST_COST["user"])["data"] or []

    def me(self) -> dict:
        return self._call("GET", f"{PATHS['user']}/me", cost=2)["data"] or {}

    def find_by_field(
        self, entity: str, field_key: str, value: str, match: str = "exact"
    ) -> list[str]:
        """Ids of records whose field holds exactly this, as far as the index knows."""
        params = {"term": value, "entity_type": entity, "field": field_key, "match": match}
        answer = self._call(
            "GET", "/api/v2/itemSearch/field", cost=20, params=params, windows=self._for_searches
        )
        return [str(item["id"]) for item in answer["data"] or [] if "id" in item]

    def search(self, entity: str, field: str, value: str) -> list[str]:
        """Ids of records that the index knows by this, in whatever case."""
        params = {"term": value, "fields": field, "exact_match": "true"}
        answer = self._call(
            "GET", f"{PATHS[entity]}/search", cost=20, params=params, windows=self._for_searches
        )
        found = [each.get("item", {}) for each in answer["data"]["items"]]
        return [str(item["id"]) for item in found if "id" in item]

    # -- set-up ----------------------------------------------------------------------

    def fields(self, entity: str) -> list[dict]:
        pages = self._pages(f"/api/v2/{entity}Fields", 10)
        return [each for fields, _ in pages for each in fields]

    def create_field(self, entity: str, body: dict) -> dict:
        return self._call("POST", f"/api/v2/{entity}Fields", cost=5, body=body)["data"]

    def add_options(self, entity: str, key: str, labels: Sequence[str]) -> list[dict]:
        """The options that were added, each with its id."""
        body = [{"label": label} for label in labels]
        path = f"/api/v2/{entity}Fields/{key}/options"
        return self._call("POST", path, cost=5, body=body)["data"] or []

    def webhooks(self) -> list[dict]:
        return self._call("GET", "/api/v1/webhooks", cost=10)["data"] or []

    def create_webhook(self, body: dict) -> dict:
        return self._call("POST", "/api/v1/webhooks", cost=10, body=body)["data"]

    def delete_webhook(self, pk: int) -> None:
        # Its answer has no data.
        self.http.call("DELETE", f"/api/v1/webhooks/{pk}", windows=self._for_calls)
        self.ledger.spent(6)


def _entities(answer: Any) -> list[Any]:
    data = answer.get("data") if isinstance(answer, dict) else None
    return data if isinstance(data, list) else []


def _next_cursor(answer: Any) -> str:
    data = answer.get("additional_data") if isinstance(answer, dict) else None
    return str(data.get("next_cursor") or "") if isinstance(data, dict) else ""


def _list(entity: str, archived: bool) -> tuple[str, int]:
    if archived:
        return f"{PATHS[entity]}/archived", ARCHIVED_COST
    return PATHS[entity], LIST_COST.get(entity, USUAL_LIST_COST)
