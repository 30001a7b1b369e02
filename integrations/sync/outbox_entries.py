"""Putting records on the outbox: at most one open entry for each (system, record)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from integrations.models import ExternalLink, LinkState, OutboxEntry, OutboxState, Reason

from . import directions, not_taken
from .system import System

#: Added to the rank of what came in bulk: all of it goes after all that came one by one.
LATER = 100

_ADD = """
INSERT INTO integrations_outboxentry
    (system, kind, record_id, rank, state, generation, attempts, next_attempt_at,
     recreate, created_at, fields_sent, action, reason, last_error)
SELECT %s, k.kind, k.record_id, k.rank, 'waiting', 1, 0, now() + %s, %s, now(), '[]', '', '', ''
FROM unnest(%s::text[], %s::bigint[], %s::int[]) WITH ORDINALITY AS k (kind, record_id, rank, place)
ORDER BY k.place
ON CONFLICT (system, kind, record_id) WHERE state IN ('waiting', 'sending', 'retrying')
DO UPDATE SET generation = integrations_outboxentry.generation + 1,
    recreate = integrations_outboxentry.recreate OR excluded.recreate,
    rank = least(integrations_outboxentry.rank, excluded.rank),
    next_attempt_at = CASE WHEN integrations_outboxentry.state = 'sending'
        THEN integrations_outboxentry.next_attempt_at
        ELSE least(integrations_outboxentry.next_attempt_at, excluded.next_attempt_at) END
"""


def add(
    system: System,
    records: Iterable[tuple[str, int]],
    *,
    later: Collection[tuple[str, int]] = (),
    recreate: bool = False,
    at_once: bool = False,
) -> int:
    """Owe these (kind, id) to the system, where our changes go there or it is to be read again.

    An open entry is told that there is more.

    Args:
        later: More of them, for which those that come one by one need not wait.
        at_once: Not after the time in which the system gathers changes.
    """
    records = {*records, *later}
    sent = _kept_there(system, directions.sent(system, records))
    owed = sent | not_taken.due(system, records)
    if not owed:
        return 0
    rank = {kind: system.rank(kind) for kind, _ in owed}
    # Always in one order, whoever adds: two that cross would wait for each other.
    wanted = sorted(owed, key=lambda one: (rank[one[0]], one[1]))
    wait = timedelta() if at_once else system.gather()
    kinds = [kind for kind, _ in wanted]
    ids = [pk for _, pk in wanted]
    ranks = [rank[one[0]] + LATER * (one in later) for one in wanted]
    with connection.cursor() as cursor:
        params: list[Any] = [system.name, wait, recreate, kinds, ids, ranks]
        cursor.execute(_ADD, params)
        return cursor.rowcount


def _kept_there(system: System, records: set[tuple[str, int]]) -> set[tuple[str, int]]:
    """Without those that the system does not have and that are not made there."""
    bound = {kind for kind, _ in records if not system.kinds[kind].create_there}
    if not bound:
        return records
    linked = ExternalLink.objects.filter(
        system=system.name,
        kind__in=bound,
        record_id__any=[pk for kind, pk in records if kind in bound],
        state=LinkState.LIVE,
    )
    there = set(linked.values_list("kind", "record_id"))
    return {one for one in records if one[0] not in bound or one in there}


def create_began(entry: OutboxEntry) -> datetime | None:
    """Since when the record may have been made there: by this entry, or by one that gave up."""
    earlier = OutboxEntry.objects.filter(
        system=entry.system,
        kind=entry.kind,
        record_id=entry.record_id,
        state__in=[OutboxState.DEAD, OutboxState.DISCARDED],
        create_started_at__isnull=False,
    )
    times = earlier.order_by("pk").values_list("create_started_at", flat=True)
    return entry.create_started_at or times.first()


def forget_what_is_gone(system: System, kind: str, record_id: int) -> None:
    """What could not be sent because it was deleted there: now it is archived here as well."""
    OutboxEntry.objects.filter(
        system=system.name,
        kind=kind,
        record_id=record_id,
        state=OutboxState.DEAD,
        reason=Reason.GONE,
    ).update(state=OutboxState.DISCARDED, last_error="It was deleted there and archived here")
