"""TC2 as the engine wants a remote: neutral records out. Nothing is written there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from integrations.sync.errors import Misconfigured, Rejected, RemoteGone
from integrations.sync.records import RemoteRecord
from integrations.sync.system import Outgoing, Page

from . import inbound
from .client import Client
from .schemas import NAME

READ_ONLY = "Hermes writes nothing to TC2"


class TC2Remote:
    """One use of the connection."""

    def __init__(self) -> None:
        self.api = Client()

    def fetch(self, kind: str, remote_ids: Iterable[str]) -> list[RemoteRecord]:
        """Clients with their people. TC2 has no list of its staff: who is named is believed."""
        if kind == "team_member":
            return [RemoteRecord(system=NAME, kind=kind, remote_id=pk) for pk in remote_ids]
        if kind != "company":
            return []
        return [record for pk in dict.fromkeys(remote_ids) for record in self._client(pk)]

    def _client(self, pk: str) -> list[RemoteRecord]:
        try:
            return inbound.client(self.api.client(pk))
        except RemoteGone:
            return []

    def pages(self, kind: str, since: datetime | None, token: str = "") -> Iterator[Page]:
        """All clients; of changes TC2 cannot be asked."""
        if kind != "company" or since is not None:
            return
        number: int | None = int(token or 1)
        while number is not None:
            answer = self.api.clients(number)
            number = number + 1 if answer["next"] else None
            yield self._page(answer["results"], str(number or ""))

    def _page(self, rows: Iterable[dict], token: str) -> Page:
        records, unusable = [], []
        for row in rows:
            try:
                records += self._client(inbound.remote_id(row))
            except Rejected as error:
                unusable.append(f"TC2's list shows a client that cannot be kept: {error}")
        return Page(records, token, tuple(unusable))

    def deleted(self, kind: str, since: datetime) -> list[RemoteRecord]:
        """TC2 cannot tell."""
        return []

    def check(self) -> str:
        answer = self.api.clients(1)
        return f"TC2, a branch with {answer['count']} clients"

    def find(self, kind: str, outgoing: Outgoing, since: datetime) -> Iterator[RemoteRecord]:
        raise Misconfigured(READ_ONLY)

    def create(self, kind: str, payload: dict) -> RemoteRecord:
        raise Misconfigured(READ_ONLY)

    def update(self, kind: str, remote_id: str, payload: dict) -> RemoteRecord:
        raise Misconfigured(READ_ONLY)

    def delete(self, kind: str, remote_id: str) -> None:
        raise Misconfigured(READ_ONLY)

    def merge(self, kind: str, loser_id: str, winner_id: str) -> None:
        raise Misconfigured(READ_ONLY)
