"""What beat does beside the syncs: retention, heartbeats, schedules."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from integrations.models import (
    EventState,
    Heartbeat,
    OutboxEntry,
    OutboxState,
    RunState,
    SyncLog,
    SyncRun,
    WebhookEvent,
)

from . import arrivals, connections, walks
from .records import EARLIEST
from .system import System, switched_on

#: Done rows are kept this long; dead ones for ever.
RETENTION = timedelta(days=90)

#: The programs in the background that give a sign of life, in staff's words.
PROGRAMS = {"worker": "Worker", "runs": "Long runs", "beat": "Timer"}

#: Whatever the hour, not two polls in so short a time: a person may have asked for one.
AT_LEAST_BETWEEN = timedelta(minutes=1)

#: A sign of life is written no more often than this.
BETWEEN_SIGNS = timedelta(seconds=10)

#: Rows removed in one statement, so that no lock is long.
BATCH = 10_000


def remove_old() -> int:
    """Remove done deliveries, changes and runs past their time, and old notes.

    What is dead stays for ever, and so do history, questions and their answers.
    """
    before = timezone.now() - RETENTION
    events = WebhookEvent.objects.filter(
        state__in=[EventState.DONE, EventState.IGNORED], done_at__lt=before
    )
    entries = OutboxEntry.objects.filter(
        state__in=[OutboxState.DONE, OutboxState.DISCARDED], done_at__lt=before
    )
    runs = SyncRun.objects.filter(state=RunState.DONE, ended_at__lt=before)
    notes = SyncLog.objects.filter(at__lt=timezone.now() - timedelta(days=settings.SYNC_LOG_DAYS))
    return sum(_remove(rows) for rows in [events, entries, runs, notes])


def _remove(rows: QuerySet) -> int:
    removed = 0
    while ids := list(rows.values_list("pk", flat=True)[:BATCH]):
        removed += rows.model.objects.filter(pk__in=ids).delete()[0]
    return removed


def beat(name: str) -> None:
    """Say that this process is alive."""
    Heartbeat.objects.update_or_create(name=name, defaults={"beat_at": timezone.now()})


def worked(name: str = "worker") -> None:
    """Say that a worker's process took work, or found none. Writes only when that is news.

    Not said by the worker's main process: that lives on while all that work hang.
    """
    before = timezone.now() - BETWEEN_SIGNS
    if not Heartbeat.objects.filter(name=name, beat_at__gt=before).exists():
        beat(name)


def due_for_poll() -> list[System]:
    """Systems of which a poll was asked for, or whose own interval has passed since the last.

    However that one ended.
    """
    return [system for system in switched_on() if system.polls and _is_due(system)]


def due_for_comparison() -> list[System]:
    """Systems of which a message asked for one."""
    return [system for system in switched_on() if walks.is_due(system, walks.RECONCILE)]


def _is_due(system: System) -> bool:
    if walks.is_due(system, walks.POLL):
        return True
    wait, now = arrivals.poll_every(connections.of(system)), timezone.now()
    since = now - wait
    if system.polls_from is not None:
        begun = now - (now - EARLIEST - system.polls_from) % wait
        since = min(begun, now - min(wait, AT_LEAST_BETWEEN))
    polls = SyncRun.objects.filter(system=system.name, action=SyncRun.Action.POLL)
    return not polls.filter(started_at__gt=since).exists()
