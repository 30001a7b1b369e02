"""What becomes of records that were deleted at their system, one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from integrations.models import ExternalLink, LinkState

from . import heirs, merges, removals
from .outcomes import Status
from .records import RemoteRecord

if TYPE_CHECKING:
    from .kind_batch import KindBatch


def removed(batch: KindBatch, record: RemoteRecord) -> bool:
    """Deal with a deletion. A merge is dealt with after all kinds are applied."""
    if not record.deleted:
        return False
    link = batch.links.get(record.remote_id)
    if merges.winner_is_known(batch.system, record, batch.records):
        batch.note(record, Status.REMOVED, link.record_id if link else None, "Merged there")
    elif link is None:
        tombstone = batch.new_link(record, None)
        tombstone.state = LinkState.GONE
        batch.writes.link(tombstone)
        batch.note(record, Status.IGNORED, None, "Deleted before Hermes knew it")
    elif removals.is_news(record, link):
        _archive(batch, record, link)
    else:
        batch.note(record, Status.IGNORED, link.record_id, "Already gone here")
    return True


def _archive(batch: KindBatch, record: RemoteRecord, link: ExternalLink) -> None:
    if heirs.succeeded(batch.system, link):
        batch.advance(link, record)
        batch.note(record, Status.REMOVED, None, "Its twin there takes its place")
        return
    note = ""
    if batch.spoke_kind.archives:
        removals.archive_here(batch.system, link, batch.now)
    else:
        link.state = LinkState.GONE
        note = batch.findings.ended(link)
    batch.advance(link, record)
    batch.note(record, Status.REMOVED, link.record_id, note)
