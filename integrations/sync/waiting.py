"""What names somebody not known yet is tried again when that has changed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from integrations.models import EventState, Reason, SyncCursor, WebhookEvent

from . import hub, wake, walks
from .records import EARLIEST
from .system import System, everyone, get

#: Behind a kind: the cursor from where on records wait that a list shows.
WAITING = ":waiting"

#: These are read again so often, whether or not anybody came.
READ_AGAIN = timedelta(hours=1)


def came(kind: str) -> None:
    """A record of this kind is new, linked or changed: try what waits for one, given up or not.

    Whoever brought it: one system's person may be whom another system's message names.
    """
    names = [system.name for system in everyone() if kind in _awaited(system)]
    if names:
        _try_again(names)
        _read_again(names)


def somebody_came(instance: Any, **_: Any) -> None:
    """A record was saved: what waits may find its own now, whatever the system."""
    if kind := hub.kind_of(instance):
        came(kind.name)


def _awaited(system: System) -> set[str]:
    return {
        hub.KINDS[name].parents[parent]
        for name, spoke_kind in system.kinds.items()
        for parent in spoke_kind.awaits
    }


def _try_again(systems: list[str]) -> None:
    events = WebhookEvent.objects.filter(
        state__in=[EventState.RETRYING, EventState.DEAD],
        reason=Reason.WAITING,
        system__in=systems,
    )
    if events.update(
        state=EventState.RETRYING, attempts=0, next_attempt_at=timezone.now(), done_at=None
    ):
        wake.inbox()


# -- lists --------------------------------------------------------------------------------


def since(system: System, kind: str, usual: datetime | None) -> datetime | None:
    """Where a poll begins: earlier than it would, where it is time for those that wait."""
    row = _cursor(system, kind).filter(updated_at__lte=timezone.now() - READ_AGAIN).first()
    if row is None or usual is None:
        return usual
    # From now on who comes is news again.
    row.save(update_fields=["updated_at"])
    return row.watermark and min(row.watermark, usual)


def walked(system: System, kind: str, begin: datetime | None, *, left: bool) -> None:
    """A list was read from there on. Keep from where on some of it waits, until none does.

    Args:
        left: Whether it met records that cannot be made yet.
    """
    reached = _cursor(system, kind).exclude(updated_at=EARLIEST)
    if begin is not None:
        reached = reached.filter(watermark__gte=begin)
    if not left:
        reached.delete()
    elif not reached.update(watermark=begin, updated_at=timezone.now()):
        SyncCursor.objects.get_or_create(
            system=system.name, kind=kind + WAITING, defaults={"watermark": begin}
        )


def _cursor(system: System, kind: str) -> Any:
    return SyncCursor.objects.filter(system=system.name, kind=kind + WAITING)


def _read_again(systems: Collection[str]) -> None:
    """Have those polled in whose lists something waits."""
    rows = SyncCursor.objects.filter(system__in=systems, kind__endswith=WAITING)
    for name in set(rows.values_list("system", flat=True)):
        rows.filter(system=name).update(updated_at=EARLIEST)
        system = get(name)
        if system.is_on() and system.polls:
            walks.want(system, walks.POLL)
