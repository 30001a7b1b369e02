"""TC2 as the engine wants a remote: neutral records out, and clients written to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from integrations.sync.errors import Misconfigured, Rejected, RemoteGone
from integrations.sync.records import RemoteRecord
from integrations.sync.system import Outgoing, Page

from . import inbound
from .client import Client, WrongFields
from .schemas import MAYBE_READ_ONLY, NAME
from .walking import walk

NO_NEWS = "TC2's lists do not say what changed"

READ_ONLY = "Hermes makes and deletes nothing in TC2"


class TC2Remote:
    """One use of the connection."""

    def __init__(self) -> None:
        self.api = Client()

    def fetch(self, kind: str, remote_ids: Iterable[str]) -> list[RemoteRecord]:
        """Clients come with their people. TC2 does not show its staff: who is named is believed."""
        ids = dict.fromkeys(remote_ids)
        match kind:
            case "company":
                return _found(self.api.client, ids, inbound.client)
            case "contact":
                return _found(self.api.recipient, ids, inbound.recipient)
            case _:
                return [inbound.team_member(pk) for pk in ids]

    def pages(self, kind: str, since: datetime | None, token: str = "") -> Iterator[Page]:
        """All clients, each read whole. A walk has time: from here on calls wait for it."""
        if since is not None:
            raise Misconfigured(NO_NEWS)
        self.api = Client(patient=True)
        for ids, place in walk(self.api.clients, token):
            yield replace(self._page(ids), token=place)

    def _page(self, ids: list[str]) -> Page:
        """What the ids name; one unusable client harms no other."""
        records, unusable = [], []
        for pk in ids:
            try:
                records += self.fetch("company", [pk])
            except Rejected as error:
                unusable.append(f"TC2's client {pk} cannot be kept: {error}")
        return Page(records, unusable=tuple(unusable))

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
        refused: dict[str, Any] = {}
        try:
            answer = self.api.update_client(remote_id, payload)
        except WrongFields as error:
            refused = {key: payload[key] for key in MAYBE_READ_ONLY & error.names & payload.keys()}
            if not refused:
                raise
            rest = {key: value for key, value in payload.items() if key not in refused}
            answer = self.api.update_client(remote_id, rest)
        return _as_written(remote_id, answer, refused)

    def delete(self, kind: str, remote_id: str) -> None:
        raise Misconfigured(READ_ONLY)

    def merge(self, kind: str, loser_id: str, winner_id: str) -> None:
        raise Misconfigured(READ_ONLY)


def _as_written(remote_id: str, answer: Any, refused: dict[str, Any]) -> RemoteRecord:
    """The company of the answer; what TC2 would not take is not asked of it again."""
    told = [one for one in inbound.client(answer) if one.key == ("company", remote_id)]
    company = told[0] if told else RemoteRecord(NAME, "company", remote_id)
    return replace(company, remote_state={**company.remote_state, "refused": refused})


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
