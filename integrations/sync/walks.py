"""Polls and comparisons that a message asks for: on the connection until one has done it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Value
from django.db.models.functions import Least
from django.utils import timezone

from integrations.models import Connection, RunState, SyncLog, SyncRun, WebhookEvent

from . import connections, wake
from .system import Reading, System

POLL, RECONCILE = SyncRun.Action.POLL, SyncRun.Action.RECONCILE

#: Since when each is asked for.
COLUMNS = {POLL: "poll_asked_at", RECONCILE: "reconcile_asked_at"}


@dataclass(frozen=True)
class Asked:
    """What was asked for when a walk began: when, and from where on it is to read."""

    at: datetime | None
    since: datetime | None


def ask(system: System, settled: Iterable[tuple[WebhookEvent, Reading]]) -> None:
    """What these messages ask for, and what staff have to know of them.

    Part of the transaction that settles them: none is asked for twice, or forgotten.
    """
    for event, reading in settled:
        if reading.alert:
            SyncLog.objects.create(
                level=SyncLog.Level.WARNING, system=system.name, topic="deliveries",
                message=reading.alert,
            )  # fmt: skip
        if reading.walk:
            since = event.received_at - reading.look_back if reading.look_back else None
            want(system, SyncRun.Action(reading.walk), since=since)


def want(system: System, action: SyncRun.Action, *, since: datetime | None = None) -> None:
    """Have it walked soon; a poll from then on, if that is earlier than it would begin."""
    connections.of(system)
    row = Connection.objects.filter(system=system.name)
    row.update(**{COLUMNS[action]: timezone.now()})
    if since is not None:
        row.update(poll_from=Least("poll_from", Value(since)))
    wake.walks()


def asked(system: System, action: SyncRun.Action) -> Asked:
    """What this walk, which has begun, is to do."""
    row = connections.of(system)
    return Asked(getattr(row, COLUMNS[action]), row.poll_from)


def done(system: System, action: SyncRun.Action, what: Asked) -> None:
    """It was done. What was asked for meanwhile is left for the next."""
    column = COLUMNS[action]
    row = Connection.objects.filter(**{"system": system.name, column: what.at})
    row.update(**{column: None}, **({"poll_from": None} if action == POLL else {}))


def is_due(system: System, action: SyncRun.Action) -> bool:
    """Whether it is asked for, and nobody has tried in vain since: then it is for the usual time.

    A walk that succeeded and left it was asked for too late to know of it.
    """
    at = getattr(connections.of(system), COLUMNS[action])
    if at is None:
        return False
    since = SyncRun.objects.filter(system=system.name, action=action, started_at__gt=at)
    return not since.exclude(state=RunState.DONE).exists()
