"""An outbox entry with the record and the link that it is about, and what is to become of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from integrations.models import ExternalLink, LinkState, OutboxEntry

from . import hub
from .spoke_kinds import SpokeKind
from .system import System


@dataclass(frozen=True)
class Job:
    """What one entry is about, as it was when it was read."""

    system: System
    entry: OutboxEntry
    record: Any
    link: ExternalLink | None

    @property
    def kind(self) -> SpokeKind:
        return self.system.kinds[self.entry.kind]

    @property
    def is_there(self) -> bool:
        return self.link is not None and self.link.state == LinkState.LIVE

    @property
    def is_to_go(self) -> bool:
        """Whether it is not to be there, or no more. Where nothing is deleted, all may stay."""
        archived = self.record.archived_at is not None
        gone = archived and (self.kind.deletes or not self.is_there)
        return gone or not self.kind.wanted(self.record)

    @property
    def was_deleted_there(self) -> bool:
        """By somebody else than us: what was not to be there may come back when it is."""
        link = self.link
        return link is not None and link.state == LinkState.GONE and not link.deleted_here

    def why_not_sent(self) -> str:
        """Why nothing of it is written there, whatever it has; empty where it is."""
        if self.link is not None and self.is_there:
            return self.kind.left_alone(self.record, self.link)
        if self.kind.create_there:
            return ""
        return f"{self.system.label} does not have it, and Hermes makes none there."


def job_of(system: System, entry: OutboxEntry) -> Job:
    """The entry's job as things are now."""
    record = hub.KINDS[entry.kind].model._base_manager.filter(pk=entry.record_id).first()
    link = (
        ExternalLink.objects.filter(system=system.name, kind=entry.kind, record_id=entry.record_id)
        .exclude(state=LinkState.ALIAS)
        .first()
    )
    return Job(system, entry, record, link)
