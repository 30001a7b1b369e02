"""Putting records on the outbox: at most one open entry for each (system, record)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from .system import System

_ADD = """
INSERT INTO integrations_outboxentry
    (system, kind, record_id, rank, state, generation, attempts, next_attempt_at,
     recreate, created_at, fields_sent, action, reason, last_error)
SELECT %s, k.kind, k.record_id, k.rank, 'waiting', 1, 0, now(), %s, now(), '[]', '', '', ''
FROM unnest(%s::text[], %s::bigint[], %s::int[]) AS k (kind, record_id, rank)
ORDER BY k.rank, k.record_id
ON CONFLICT (system, kind, record_id) WHERE state IN ('waiting', 'sending', 'retrying')
DO UPDATE SET generation = integrations_outboxentry.generation + 1,
    recreate = integrations_outboxentry.recreate OR excluded.recreate,
    next_attempt_at = CASE WHEN integrations_outboxentry.state = 'sending'
        THEN integrations_outboxentry.next_attempt_at
        ELSE least(integrations_outboxentry.next_attempt_at, now()) END
"""


def add(system: System, records: Iterable[tuple[str, int]], *, recreate: bool = False) -> int:
    """Owe these (kind, id) to the system. An open entry is told that there is more."""
    wanted = sorted((kind, pk) for kind, pk in set(records) if system.pushes(kind))
    if not wanted:
        return 0
    kinds = [kind for kind, _ in wanted]
    ids = [pk for _, pk in wanted]
    ranks = [system.rank(kind) for kind in kinds]
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [system.name, recreate, kinds, ids, ranks])
        return cursor.rowcount
