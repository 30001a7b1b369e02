"""Which changes to send a worker takes, for how long, and when the next one is due."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Min
from django.utils import timezone

from integrations.models import OutboxEntry, OutboxState
from integrations.models.queues import LEASE, OPEN_ENTRIES

from . import wake
from .ended import ours
from .system import System

#: More than the first retry waits; what is due later is found by a sweep before it is due.
SOON = timedelta(seconds=15)

#: Entries claimed at once. The calls for each have to end within one lease.
BATCH = 20


def claim(system: System, limit: int) -> list[OutboxEntry]:
    """Take due entries, parents first. A dead worker's claims come back with their lease.

    Claiming counts as the attempt, so that nothing loops.
    """
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE integrations_outboxentry SET state = 'sending',
                attempts = attempts + 1, next_attempt_at = %s, lease_until = %s
            WHERE id = ANY(ARRAY(
                SELECT id FROM integrations_outboxentry
                WHERE system = %s AND state IN ('waiting', 'sending', 'retrying')
                    AND next_attempt_at <= %s
                ORDER BY rank, next_attempt_at, id LIMIT %s FOR UPDATE SKIP LOCKED))
            RETURNING id
            """,
            [now + LEASE, now + LEASE, system.name, now, limit],
        )
        ids = [pk for (pk,) in cursor.fetchall()]
    return list(OutboxEntry.objects.filter(pk__in=ids).order_by("rank", "pk"))


def hold(entry: OutboxEntry, **values: Any) -> bool:
    """Begin the claim's lease anew; false if it ran out and another worker has it.

    Where a remote is slow, the calls for the entries before it can take longer than a lease.
    """
    until = timezone.now() + LEASE
    return bool(ours(entry).update(next_attempt_at=until, lease_until=until, **values))


def hand_back(entries: list[OutboxEntry]) -> None:
    """Entries that were claimed and not tried: no attempt was made."""
    for entry in entries:
        ours(entry).update(
            state=OutboxState.WAITING, attempts=entry.attempts - 1, next_attempt_at=timezone.now()
        )


def tell_of_what_is_due_soon(system: System) -> None:
    """A change that was gathered, or is tried again, goes out on time and not at the sweep."""
    now = timezone.now()
    due = OutboxEntry.objects.filter(
        system=system.name, state__in=OPEN_ENTRIES, next_attempt_at__lte=now + SOON
    )
    soon = due.aggregate(at=Min("next_attempt_at"))["at"]
    if soon is not None:
        wake.outbox_in(max((soon - now).total_seconds(), 1))
