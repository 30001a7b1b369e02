"""How new a message is, by the clocks that a link keeps."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from integrations.models import ExternalLink

from .records import RemoteRecord

#: What a batch may change of a link.
LINK_COLUMNS = [
    "record_id", "state", "snapshot", "remote_state", "modified_at", "event_at", "pulled_at",
]  # fmt: skip


def is_stale(record: RemoteRecord, link: ExternalLink) -> bool:
    """Older than what was applied already.

    Deliveries are ordered by when they were sent; a record that was read is compared
    by its own time of change, which may be the same second and yet newer.
    """
    if record.event_at and link.event_at:
        return record.event_at < link.event_at
    return bool(record.modified_at and link.modified_at and record.modified_at < link.modified_at)


def is_newer(record: RemoteRecord, target: Any) -> bool:
    at = record.event_at or record.modified_at
    return at is None or at >= target.updated_at


def is_ahead(record: RemoteRecord, link: ExternalLink) -> bool:
    """Whether the message is newer than all that was applied."""
    return any(
        theirs is not None and (ours is None or theirs > ours)
        for theirs, ours in [
            (record.modified_at, link.modified_at),
            (record.event_at, link.event_at),
        ]
    )


def advance(link: ExternalLink, record: RemoteRecord, now: datetime) -> None:
    """Set the link's clocks to the message's, never back."""
    link.modified_at = latest(link.modified_at, record.modified_at)
    link.event_at = latest(link.event_at, record.event_at or record.modified_at)
    link.pulled_at = now


def latest(*times: datetime | None) -> datetime | None:
    return max((at for at in times if at is not None), default=None)


def must_rewrite_hub_id(link: ExternalLink) -> bool:
    """A merge there joined two ids, or a copy took over its original's."""
    held = link.snapshot.get("hub_id", "")
    return bool(held) and held != str(link.record_id)
