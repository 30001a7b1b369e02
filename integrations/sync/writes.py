"""What applying a batch has to write: collected, then saved as one statement a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from integrations.models import ExternalLink

from . import bulk, outbox_entries
from .hub import HubKind
from .link_clock import CLOCKS, LINK_COLUMNS
from .system import System


class Writes:
    """The rows of one kind's batch; saved once."""

    def __init__(self, system: System, hub_kind: HubKind) -> None:
        self.system, self.hub_kind = system, hub_kind
        self._created: list[tuple[Any, ExternalLink]] = []
        self._changed: dict[int, Any] = {}
        self._columns: set[str] = set()
        self._links: dict[str, ExternalLink] = {}
        self._clocks: list[ExternalLink] = []
        self._owed: list[ExternalLink] = []

    def create(self, target: Any, link: ExternalLink) -> None:
        """A new hub record and the link that will name it."""
        self._created.append((target, link))

    def change(self, target: Any, columns: Iterable[str]) -> None:
        """These columns of a hub record."""
        self._changed[target.pk] = target
        self._columns.update(columns)

    def link(self, link: ExternalLink) -> None:
        """A link, new or changed."""
        self._links[link.remote_id] = link

    def clock(self, link: ExternalLink) -> None:
        """A link of which only the clocks moved: its documents need not be written again."""
        self._clocks.append(link)

    def owe(self, link: ExternalLink) -> None:
        """The system has to hear about this record, though the change came from there."""
        self._owed.append(link)

    @property
    def touched_records(self) -> bool:
        """Whether a hub record is made or changed."""
        return bool(self._created or self._changed)

    def save(self) -> dict[str, int]:
        """Write it all; remote id to hub id of the records that are new."""
        self._save_records()
        links = self._links.values()
        known = [link for link in links if link.pk is not None]
        bulk.insert([link for link in links if link.pk is None])
        bulk.update(known, LINK_COLUMNS)
        bulk.update(self._clocks, CLOCKS)
        owed = [(link.kind, link.record_id) for link in self._owed if link.record_id]
        outbox_entries.add(self.system, owed)
        return {link.remote_id: target.pk for target, link in self._created}

    def _save_records(self) -> None:
        created = [target for target, _ in self._created]
        changed = list(self._changed.values())
        self.hub_kind.tidy([*created, *changed])
        if "stage" in self._columns:
            self._columns.add("pipeline")
        bulk.insert(created)
        bulk.update(changed, self._columns)
        for target, link in self._created:
            link.record_id = target.pk
