"""Whether they still live who only relay a system's messages: silence says nothing else."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from integrations.models import Connection, SyncLog

from . import connections, walks
from .system import System, switched_on

#: Who has given a sign and gives none for so long is taken to be dead.
SILENT_FOR = timedelta(minutes=30)

#: What happened in so long a time before is read again then.
LOOK_BACK = timedelta(hours=72)


def seen(system: System) -> None:
    """The relay says that it is there."""
    connections.of(system)
    row = Connection.objects.filter(system=system.name)
    row.update(last_sign_at=timezone.now())
    if row.filter(no_sign_since__isnull=False).update(no_sign_since=None):
        _say(system, SyncLog.Level.INFO, f"The relay of {system.label} is there again")


def look() -> None:
    """Find relays that have fallen silent. Staff are told once, and it is polled at once."""
    for system in switched_on():
        with transaction.atomic():
            _look_at(system)


def _look_at(system: System) -> None:
    now = timezone.now()
    silent = Connection.objects.filter(
        system=system.name, last_sign_at__lt=now - SILENT_FOR, no_sign_since=None
    )
    if not silent.update(no_sign_since=now):
        return
    minutes = SILENT_FOR // timedelta(minutes=1)
    _say(
        system,
        SyncLog.Level.ERROR,
        f"The relay of {system.label} has given no sign of life for {minutes} minutes. Look "
        "whether it runs; until it does, changes are found by asking",
    )
    walks.want(system, walks.POLL, since=now - LOOK_BACK)


def _say(system: System, level: str, message: str) -> None:
    SyncLog.objects.create(system=system.name, level=level, topic="deliveries", message=message)
