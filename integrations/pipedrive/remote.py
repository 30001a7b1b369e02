"""Pipedrive as the engine wants a remote: neutral records in and out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import requests

from integrations.models import Connection
from integrations.sync.errors import Rejected, RemoteGone
from integrations.sync.records import RemoteRecord
from integrations.sync.system import Outgoing, Page

from . import inbound
from .client import IDS, Client
from .keys import keys
from .schemas import ENTITIES, NAME

#: How far before a call we look for what it may have made: the clocks may differ.
CLOCK_DIFFERENCE = timedelta(minutes=10)

#: Lists that can be asked for changes only; the others are read whole, they are short.
WATCHED = {"organization", "person", "deal", "activity"}

BUDGET_HEADERS = {
    "x-daily-ratelimit-token-limit": "daily_limit",
    "x-daily-ratelimit-token-remaining": "daily_left",
    "x-ratelimit-limit": "burst_limit",
}


def _moment(at: datetime) -> str:
    """Pipedrive refuses fractions of a second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


class PipedriveRemote:
    """One use of the connection; remembers the budget that the answers told of."""

    def __init__(self) -> None:
        self.keys = keys()
        self.client = Client(self._observe)
        self._calls = 0

    def _observe(self, response: requests.Response) -> None:
        """Keep what the answer says of the budget, now and then: it is for the eye."""
        self._calls += 1
        if self._calls % 20 != 1:
            return
        said = {
            name: int(response.headers[header])
            for header, name in BUDGET_HEADERS.items()
            if response.headers.get(header, "").isdigit()
        }
        if said:
            Connection.objects.filter(system=NAME).update(budget=said)

    def _record(self, kind: str, entity: Any) -> RemoteRecord:
        return inbound.record(ENTITIES[kind], entity, self.keys)

    def _records(self, kind: str, entities: Iterable[Any]) -> list[RemoteRecord]:
        return [self._record(kind, entity) for entity in entities]

    def fetch(self, kind: str, remote_ids: Iterable[str]) -> list[RemoteRecord]:
        entity, ids = ENTITIES[kind], iter(remote_ids)
        found: list[RemoteRecord] = []
        while batch := list(islice(ids, IDS)):
            if len(batch) == 1 or entity not in WATCHED:
                found += [record for pk in batch if (record := self._one(kind, pk))]
            else:
                found += self._many(kind, batch)
        return [record for record in found if not record.deleted]

    def _many(self, kind: str, ids: list[str]) -> list[RemoteRecord]:
        found = self._records(kind, self.client.get_many(ENTITIES[kind], ids))
        if kind == "deal":
            # Archived deals are in no list, and yet they are there.
            missing = set(ids) - {record.remote_id for record in found}
            found += [record for pk in sorted(missing) if (record := self._one(kind, pk))]
        return found

    def _one(self, kind: str, pk: str) -> RemoteRecord | None:
        try:
            return self._record(kind, self.client.get(ENTITIES[kind], pk))
        except RemoteGone:
            return None

    def create(self, kind: str, payload: dict) -> RemoteRecord:
        return self._record(kind, self.client.create(ENTITIES[kind], payload))

    def update(self, kind: str, remote_id: str, payload: dict) -> RemoteRecord:
        answer = self._record(kind, self.client.update(ENTITIES[kind], remote_id, payload))
        if answer.deleted:
            raise RemoteGone("It was deleted there")
        return answer

    def delete(self, kind: str, remote_id: str) -> None:
        self.client.delete(ENTITIES[kind], remote_id)

    def merge(self, kind: str, loser_id: str, winner_id: str) -> None:
        self.client.merge(ENTITIES[kind], loser_id, winner_id)

    def find(self, kind: str, outgoing: Outgoing, since: datetime) -> RemoteRecord | None:
        """First what changed since, which is exact; then the index, which lags behind."""
        for page in self.pages(kind, since - CLOCK_DIFFERENCE):
            for record in page.records:
                if self._is_ours(record, outgoing):
                    return record
        hub_key = self.keys.get(kind, {}).get("hub_id")
        if hub_key is None:
            return None
        ids = self.client.find_by_field(ENTITIES[kind], hub_key.key, str(outgoing.record_id))
        return next((r for r in self.fetch(kind, ids) if self._is_ours(r, outgoing)), None)

    def _is_ours(self, record: RemoteRecord, outgoing: Outgoing) -> bool:
        if record.deleted:
            return False
        if outgoing.kind == "meeting":
            # Activities carry no id of ours: the same host at the same time is the same call.
            return record.fields.get("starts_at") == outgoing.values["starts_at"] and (
                record.parents.get("host") == outgoing.parents.get("host")
            )
        return outgoing.record_id in record.hub_ids

    def pages(self, kind: str, since: datetime | None, token: str = "") -> Iterator[Page]:
        entity = ENTITIES[kind]
        if entity == "user":
            yield Page(self._records(kind, self.client.users()))
            return
        params: dict[str, Any] = {}
        if since is not None and entity in WATCHED:
            params = {"updated_since": _moment(since), "sort_by": "update_time",
                      "sort_direction": "asc"}  # fmt: skip
        for entities, cursor in self.client.walk(entity, token, **params):
            yield Page(self._readable(kind, entities), cursor)

    def _readable(self, kind: str, entities: Iterable[Any]) -> list[RemoteRecord]:
        """One unusable row in a page harms no other; without an id nothing can be kept."""
        records = []
        for entity in entities:
            try:
                record = self._record(kind, entity)
            except Rejected:
                continue
            if not record.deleted:
                records.append(record)
        return records

    def deleted(self, kind: str, since: datetime) -> list[RemoteRecord]:
        if kind != "deal":
            return []
        params = {"status": "deleted", "updated_since": _moment(since)}
        pages = self.client.walk("deal", **params)
        return [
            RemoteRecord(NAME, kind, inbound.remote_id(entity), deleted=True,
                         modified_at=inbound.when(entity.get("update_time")))
            for entities, _ in pages
            for entity in entities
        ]  # fmt: skip

    def check(self) -> str:
        me = self.client.me()
        return f"{me.get('name')} at {me.get('company_domain') or me.get('company_name')}"
