"""TC2 as the engine wants a remote: neutral records out, and clients written to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from integrations.sync.errors import Misconfigured, Rejected, RemoteGone, Unavailable
from integrations.sync.records import RemoteRecord
from integrations.sync.system import Outgoing, Page

from . import inbound
from .client import Client, WrongFields
from .schemas import MAYBE_READ_ONLY, NAME, PEOPLE, refusal_of
from .walking import walk

NO_NEWS = "TC2's lists do not say what changed"

#: One client that TC2 cannot show is that client's trouble; so many in a row are TC2's.
DOWN_AFTER = 3

READ_ONLY = "Hermes makes and deletes nothing in TC2"


class TC2Remote:
    """One use of the connection."""

    def __init__(self) -> None:
        self.api = Client()
        self._unanswered = 0

    def fetch(self, kind: str, remote_ids: Iterable[str]) -> list[RemoteRecord]:
        """Clients come with their people."""
        ids = dict.fromkeys(remote_ids)
        if kind == "company":
            return _found(self.api.client, ids, inbound.client)
        return _found(self.api.recipient, ids, inbound.recipient)

    def pages(self, kind: str, since: datetime | None, token: str = "") -> Iterator[Page]:
        """All clients, each read whole. A walk has time: from here on calls wait for it."""
        if since is not None:
            raise Misconfigured(NO_NEWS)
        self.api = Client(patient=True)
        for ids, place in walk(self.api.clients, token):
            yield replace(self._page(ids), token=place)

    def _page(self, ids: list[str]) -> Page:
        """What the ids name; one unusable client harms no other."""
        records, unusable = [], {}
        for pk in ids:
            try:
                records += self.fetch("company", [pk])
                self._unanswered = 0
            except Rejected as error:
                unusable[pk] = f"TC2's client {pk} cannot be kept: {error}"
                self._unanswered = 0
            except Unavailable as error:
                self._unanswered += 1
                if self._unanswered == DOWN_AFTER:
                    raise
                unusable[pk] = f"TC2's client {pk} cannot be read: {error}"
        return Page(records, unusable=tuple(unusable.values()), unusable_ids=tuple(unusable))

    def deleted(self, kind: str, since: datetime) -> list[RemoteRecord]:
        raise Misconfigured(NO_NEWS)

    def check(self) -> str:
        return f"TC2, a branch with {self.api.clients(1).count} clients"

    def find(self, kind: str, outgoing: Outgoing, since: datetime) -> Iterator[RemoteRecord]:
        raise Misconfigured(READ_ONLY)

    def alike(self, kind: str, outgoing: Outgoing) -> Iterator[RemoteRecord]:
        raise Misconfigured(READ_ONLY)

    def create(self, kind: str, payload: dict) -> RemoteRecord:
        raise Misconfigured(READ_ONLY)

    def update(self, kind: str, remote_id: str, payload: dict) -> RemoteRecord:
        """Write to a client. People whom the branch does not let us set are left out."""
        try:
            return self._write(remote_id, payload)
        except WrongFields as error:
            refused = MAYBE_READ_ONLY.keys() & error.names & payload.keys()
            if not refused:
                raise
            rest = {key: value for key, value in payload.items() if key not in refused}
            written = self._write(remote_id, rest) if rest else _nothing_of(remote_id)
            return _with_refusals(written, {key: payload[key] for key in refused}, error)

    def _write(self, remote_id: str, payload: dict) -> RemoteRecord:
        answer = self.api.update_client(remote_id, payload)
        if (met := inbound.remote_id(inbound.flat(answer))) != remote_id:
            raise Rejected(f"TC2 wrote to client {met}, where client {remote_id} was meant")
        companies = [one for one in inbound.client(answer) if one.kind == "company"]
        written = companies[0] if companies else _nothing_of(remote_id)
        taken = {refusal_of(key): None for key in MAYBE_READ_ONLY if key in payload}
        return replace(written, remote_state={**written.remote_state, **taken})

    def delete(self, kind: str, remote_id: str) -> None:
        raise Misconfigured(READ_ONLY)

    def merge(self, kind: str, loser_id: str, winner_id: str) -> None:
        raise Misconfigured(READ_ONLY)


def _nothing_of(remote_id: str) -> RemoteRecord:
    return RemoteRecord(NAME, "company", remote_id)


def _with_refusals(
    written: RemoteRecord, refused: dict[str, int], error: WrongFields
) -> RemoteRecord:
    """The company with whom TC2 would not take: staff are told, and it is not asked again."""
    kept = {refusal_of(key): pk for key, pk in refused.items()}
    return replace(
        written,
        remote_state={**written.remote_state, **kept},
        refused=tuple(name for name, key in PEOPLE.items() if key in refused),
        problems=(
            *written.problems,
            *(
                f"TC2 does not take number {pk} as {MAYBE_READ_ONLY[key]}, and is not asked "
                f"again until somebody else is chosen: {error}"
                for key, pk in sorted(refused.items())
            ),
        ),
    )


def _found(
    ask: Callable[[str], Any], ids: Iterable[str], read: Callable[[Any], list[RemoteRecord]]
) -> list[RemoteRecord]:
    """What each id names, without those that are gone."""
    records = []
    for pk in ids:
        try:
            records += read(ask(pk))
        except RemoteGone:
            continue
    return records
