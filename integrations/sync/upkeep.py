"""What beat does beside the syncs: retention, heartbeats, schedules."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from integrations.models import (
    Connection,
    EventState,
    Heartbeat,
    OutboxEntry,
    OutboxState,
    WebhookEvent,
)

from .system import System, switched_on

#: Done rows are kept this long; dead ones for ever.
RETENTION = timedelta(days=90)

#: Rows removed in one statement, so that no lock is long.
BATCH = 10_000


def remove_old() -> int:
    """Remove done inbox and outbox rows past their time. Dead rows are never removed."""
    before = timezone.now() - RETENTION
    events = WebhookEvent.objects.filter(
        state__in=[EventState.DONE, EventState.IGNORED], done_at__lt=before
    )
    entries = OutboxEntry.objects.filter(
        state__in=[OutboxState.DONE, OutboxState.DISCARDED], done_at__lt=before
    )
    return sum(_remove(rows) for rows in [events, entries])


def _remove(rows) -> int:  # type: ignore[no-untyped-def]
    removed = 0
    while ids := list(rows.values_list("pk", flat=True)[:BATCH]):
        removed += rows.model.objects.filter(pk__in=ids).delete()[0]
    return removed


def beat(name: str) -> None:
    """Say that this process is alive."""
    Heartbeat.objects.update_or_create(name=name, defaults={"beat_at": timezone.now()})


def due_for_poll() -> list[System]:
    """Systems whose own interval has passed since their last poll."""
    now = timezone.now()
    due = []
    for system in switched_on():
        row, _ = Connection.objects.get_or_create(system=system.name)
        wait = timedelta(minutes=row.poll_minutes)
        if not row.paused and (row.last_poll_at is None or row.last_poll_at + wait <= now):
            due.append(system)
    return due
