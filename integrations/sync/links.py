"""Links and what they say, read by the ten thousand."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from integrations.models import ExternalLink, KeptApart, LinkState

#: Columns of a link that applying reads, in the model's order; it only writes others.
READ = ["id", "system", "kind", "remote_id", "record_id", "state", "snapshot", "remote_state",
        "modified_at", "event_at", "pushed_at", "deleted_here", "other_id"]  # fmt: skip

_SELECT = """
SELECT id, system, kind, remote_id, record_id, state, snapshot, remote_state,
    modified_at AT TIME ZONE 'UTC', event_at AT TIME ZONE 'UTC', pushed_at AT TIME ZONE 'UTC',
    deleted_here, other_id
FROM integrations_externallink WHERE system = %s AND kind = %s AND remote_id = ANY(%s)
"""


def links_of(system: str, kind: str, remote_ids: Sequence[str]) -> dict[str, ExternalLink]:
    """Remote id to its link, whatever the link's state."""
    # A query set takes half as long again, and Django's times with a zone as long as the rest.
    found = rows(_SELECT, system, kind, list(remote_ids))
    links = (ExternalLink.from_db("default", READ, _parsed(row)) for row in found)
    return {link.remote_id: link for link in links}


def _parsed(row: tuple[Any, ...]) -> list[Any]:
    *names, snapshot, remote_state, modified_at, event_at, pushed_at, deleted_here, other_id = row
    documents = json.loads(snapshot), json.loads(remote_state)
    clocks = _utc(modified_at), _utc(event_at), _utc(pushed_at)
    return [*names, *documents, *clocks, deleted_here, other_id]


def _utc(at: datetime | None) -> datetime | None:
    return at and at.replace(tzinfo=UTC)


def record_ids_of(
    system: str, remote_ids: Mapping[str, Collection[str]]
) -> dict[tuple[str, str], int | None]:
    """(kind, remote id) to the hub id; None where it was deleted before Hermes knew it.

    Args:
        remote_ids: Kind to the ids that are asked for. What has no link is left out.
    """
    asked = [(kind, list(ids)) for kind, ids in remote_ids.items() if ids]
    if not asked:
        return {}
    # Kind by kind, so that the index is used whatever the planner thinks of the lists.
    one_kind = """
        SELECT kind, remote_id, record_id FROM integrations_externallink
        WHERE system = %s AND kind = %s AND remote_id = ANY(%s)
        """
    params = [value for kind, ids in asked for value in (system, kind, ids)]
    found = rows(" UNION ALL ".join([one_kind] * len(asked)), *params)
    return {(kind, remote_id): record_id for kind, remote_id, record_id in found}


def linked(system: str, record_ids: Mapping[str, Collection[int]]) -> set[tuple[str, int]]:
    """(kind, hub id) of those that the system has now.

    Args:
        record_ids: Kind to the ids that are asked for.
    """
    found: set[tuple[str, int]] = set()
    for kind, ids in record_ids.items():
        living = ExternalLink.objects.filter(
            system=system, kind=kind, record_id__any=list(ids), state=LinkState.LIVE
        )
        found |= {(kind, pk) for pk in living.values_list("record_id", flat=True) if pk}
    return found


def apart(system: str, kind: str, remote_ids: Sequence[str]) -> list[tuple[str, int]]:
    """Pairs of remote id and hub id of which a person said that they are two."""
    pairs = KeptApart.objects.filter(system=system, kind=kind, remote_id__any=remote_ids)
    return list(pairs.values_list("remote_id", "record_id"))


def rows(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    """All that a query answers."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
