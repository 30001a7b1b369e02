"""Pipedrive as the engine wants a remote: neutral records in and out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

from django.utils import timezone

from integrations.sync.errors import Rejected, RemoteGone, SyncError, Unavailable
from integrations.sync.records import RemoteRecord
from integrations.sync.system import Outgoing, Page

from . import inbound, participants
from .alike import Alike
from .client import IDS, Client
from .keys import keys, with_labels
from .ledger import LEDGER
from .outbound import is_marked
from .schemas import ENTITIES

#: How far before a call we look for what it may have made: the clocks may differ.
CLOCK_DIFFERENCE = timedelta(minutes=10)

#: Lists that can be asked for changes only and by ids; the others are short.
WATCHED = {"organization", "person", "deal", "activity"}

#: A short list read whole is cheaper than so many records one by one.
ONE_BY_ONE = 5

#: A page token that begins so is a place in the list of archived deals.
ARCHIVED = "archived:"


def _moment(at: datetime) -> str:
    """Pipedrive refuses fractions of a second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


class PipedriveRemote:
    """One use of the connection, with the custom-field keys as they were at its start."""

    def __init__(self) -> None:
        self.keys = keys()
        self.client = Client(LEDGER)

    def _record(self, kind: str, entity: Any) -> RemoteRecord:
        # A page may be applied long after it was read.
        return inbound.record(ENTITIES[kind], entity, self.keys, heard_at=timezone.now())

    # -- reading -----------------------------------------------------------------------

    def fetch(self, kind: str, remote_ids: Iterable[str]) -> list[RemoteRecord]:
        ids, found = iter(dict.fromkeys(remote_ids)), []
        while batch := list(islice(ids, IDS)):
            found += self._batch(kind, batch)
        return [record for record in found if not record.deleted]

    def _batch(self, kind: str, ids: list[str]) -> list[RemoteRecord]:
        entity = ENTITIES[kind]
        if len(ids) == 1 or (entity not in WATCHED and len(ids) <= ONE_BY_ONE):
            return [record for pk in ids if (record := self._one(kind, pk))]
        if entity not in WATCHED:
            return [
                r for page in self.pages(kind, None) for r in page.records if r.remote_id in ids
            ]
        found = self._asked_for(kind, self.client.get_many(entity, ids))
        missing = set(ids) - {record.remote_id for record in found}
        if kind == "deal" and missing:
            # Archived deals are in no ordinary list, and yet they are there.
            archived = self.client.get_many(entity, sorted(missing), archived=True)
            found += self._asked_for(kind, archived)
        return found

    def _asked_for(self, kind: str, entities: Iterable[Any]) -> list[RemoteRecord]:
        """One that cannot be told from the others must not look as if it were gone."""
        page = self._page(kind, entities)
        if page.unusable:
            raise Unavailable(page.unusable[0])
        return page.records

    def _one(self, kind: str, pk: str) -> RemoteRecord | None:
        try:
            return self._record(kind, self.client.get(ENTITIES[kind], pk))
        except RemoteGone:
            return None

    def pages(self, kind: str, since: datetime | None, token: str = "") -> Iterator[Page]:
        """Walk a list; archived deals too when everything is asked for.

        Users are not polled: the list costs as much as all others together, and their
        events, the first record they own and the nightly comparison bring them.
        """
        entity = ENTITIES[kind]
        if entity == "user":
            if since is None:
                yield self._page(kind, self.client.users())
            return
        archived = kind == "deal" and since is None
        if not token.startswith(ARCHIVED):
            query, read = _query(entity, since), partial(self._page, kind)
            for page, cursor in self.client.walk(entity, token, query, read=read):
                yield replace(page, token=cursor or (ARCHIVED if archived else ""))
            token = ARCHIVED
        if archived:
            yield from self._archived(kind, token.removeprefix(ARCHIVED))

    def _archived(self, kind: str, cursor: str) -> Iterator[Page]:
        read = partial(self._page, kind)
        pages = self.client.walk(ENTITIES[kind], cursor, archived=True, read=read)
        for page, after in pages:
            yield replace(page, token=f"{ARCHIVED}{after}" if after else "")

    def _page(self, kind: str, entities: Iterable[Any]) -> Page:
        """One unusable row in a page harms no other; without an id nothing can be kept."""
        records, unusable = [], []
        for entity in entities:
            try:
                records.append(self._record(kind, entity))
            except Rejected as error:
                name = ENTITIES[kind]
                unusable.append(f"Pipedrive's list shows a {name} that cannot be kept: {error}")
        return Page(records, unusable=tuple(unusable))

    def deleted(self, kind: str, since: datetime) -> list[RemoteRecord]:
        """Only deals can be asked for; of the others webhooks and comparisons tell."""
        if kind != "deal":
            return []
        query = {"status": "deleted", "updated_since": _moment(since)}
        pages = self.client.walk("deal", query=query)
        return [
            inbound.removal(kind, entity, self.keys) for entities, _ in pages for entity in entities
        ]

    # -- writing -----------------------------------------------------------------------

    def create(self, kind: str, payload: dict) -> RemoteRecord:
        with self._fields_by_label():
            answer = self.client.create(ENTITIES[kind], payload)
        return self._record(kind, answer)

    def update(self, kind: str, remote_id: str, payload: dict) -> RemoteRecord:
        if kind == "deal" and participants.FIELD in payload:
            return self._add_participants(remote_id, payload[participants.FIELD])
        with self._fields_by_label():
            entity = self.client.update(ENTITIES[kind], remote_id, payload)
        return self._living(kind, entity)

    def _living(self, kind: str, entity: Any) -> RemoteRecord:
        answer = self._record(kind, entity)
        if answer.deleted:
            raise RemoteGone("It was deleted there")
        return answer

    def _add_participants(self, deal_id: str, wanted: list[int]) -> RemoteRecord:
        """To a deal that is there: what is refused then is no sign that it is gone."""
        answer = self._living("deal", self.client.get("deal", deal_id))
        taken = participants.add(self.client, deal_id, wanted)
        return answer if taken else replace(answer, refused=(participants.FIELD,))

    @contextmanager
    def _fields_by_label(self) -> Iterator[None]:
        """A refusal names custom fields by their keys, which mean nothing to people."""
        try:
            yield
        except SyncError as error:
            error.args = (with_labels(str(error), self.keys),)
            raise

    def delete(self, kind: str, remote_id: str) -> None:
        self.client.delete(ENTITIES[kind], remote_id)

    def merge(self, kind: str, loser_id: str, winner_id: str) -> None:
        self.client.merge(ENTITIES[kind], loser_id, winner_id)

    def find(self, kind: str, outgoing: Outgoing, since: datetime) -> Iterator[RemoteRecord]:
        """First what changed since, which is exact; then the index, which lags behind."""
        entity = ENTITIES[kind]
        changes = _query(entity, since - CLOCK_DIFFERENCE)
        for entities, _ in self.client.walk(entity, query=changes):
            for one in entities:
                if (record := self._ours(kind, one, outgoing)) is not None:
                    yield record
        hub_key = self.keys.get(kind, {}).get("hub_id")
        if hub_key is None:
            return
        ids = self.client.find_by_field(entity, hub_key.key, str(outgoing.record_id))
        found = self.fetch(kind, ids)
        yield from (one for one in found if outgoing.record_id in one.hub_ids)

    def alike(self, kind: str, outgoing: Outgoing) -> Iterator[RemoteRecord]:
        yield from Alike(kind, self.keys.get(kind, {}), self.client, self.fetch).of(outgoing)

    def _ours(self, kind: str, entity: Any, outgoing: Outgoing) -> RemoteRecord | None:
        if kind == "meeting" and not is_marked(entity, outgoing.record_id):
            return None
        record = self._record(kind, entity)
        if record.deleted or (kind != "meeting" and outgoing.record_id not in record.hub_ids):
            return None
        return record

    def check(self) -> str:
        me = self.client.me()
        return f"{me.get('name')} at {me.get('company_domain') or me.get('company_name')}"


def _query(entity: str, since: datetime | None) -> dict[str, str]:
    """Changes since then, the oldest first; all by id when None."""
    if since is None or entity not in WATCHED:
        return {}
    return {
        "updated_since": _moment(since),
        "sort_by": "update_time",
        "sort_direction": "asc",
    }
