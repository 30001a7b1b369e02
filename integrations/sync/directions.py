"""Whether our changes of a record go to a system. The documents call it ``sync_to_<system>``.

They go as its kind says from the first, or as staff said of the kind, or of the record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from integrations.models import Direction

from . import links
from .system import System, switched_on

_SAID = """
SELECT kind, record_id, sends FROM integrations_direction
WHERE (record_id IS NULL OR record_id = ANY(%s)) AND kind = ANY(%s) AND system = %s
"""

#: Of these staff can say it. Calls are agreed with guests: they go wherever calls are kept.
KINDS = ("company", "contact", "deal")


@dataclass(frozen=True)
class Said:
    """What holds of one record: as for all of its kind, unless it has an answer of its own."""

    of_kind: bool
    own: bool | None = None

    @property
    def sends(self) -> bool:
        return self.of_kind if self.own is None else self.own


def sent(system: System, records: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
    """Those of (kind, id) whose changes go there now."""
    taken = {one for one in records if system.pushes(one[0])}
    if not taken:
        return set()
    kinds = {kind for kind, _ in taken}
    said = _said(system, kinds, [pk for _, pk in taken])
    usual = {kind: said.get((kind, None), system.kinds[kind].sends()) for kind in kinds}
    return {one for one in taken if said.get(one, usual[one[0]])}


def is_sent(system: System, kind: str, record_id: int) -> bool:
    """Whether the changes of this record go there now."""
    return bool(sent(system, [(kind, record_id)]))


def _said(
    system: System, kinds: Collection[str], ids: Collection[int]
) -> dict[tuple[str, int | None], bool]:
    """(kind, id) to what was said of it; id None for what was said of the kind."""
    # A query set takes three times as long, and this is asked with every change.
    found = links.rows(_SAID, list(ids), list(kinds), system.name)
    return {(kind, pk): sends for kind, pk, sends in found}


def of_kind(system: System, kind: str) -> bool:
    """Whether changes of this kind go there where nothing is said of the record."""
    return _said(system, [kind], []).get((kind, None), system.kinds[kind].sends())


def only_sent(
    system: System, kind: str, rows: QuerySet[Any], record_id: str = "record_id"
) -> QuerySet[Any]:
    """Of these rows those that are about records whose changes go there.

    Args:
        record_id: The column that names the record.
    """
    usual = of_kind(system, kind)
    otherwise = Direction.objects.filter(
        system=system.name, kind=kind, record_id=OuterRef(record_id), sends=not usual
    )
    return rows.filter(~Exists(otherwise) if usual else Exists(otherwise))


def of_record(
    kind: str, record_id: int, said: Mapping[tuple[str, int | None], bool]
) -> dict[str, Said]:
    """What holds of a record in each connected system that takes changes of its kind.

    Args:
        said: By system and record, what staff said; by None, of the whole kind.
    """
    return {
        system.name: Said(
            said.get((system.name, None), system.kinds[kind].sends()),
            said.get((system.name, record_id)),
        )
        for system in switched_on()
        if system.pushes(kind)
    }


def of_kinds(system: System) -> dict[str, tuple[bool, int]]:
    """Kind to whether its changes go there, and of how many records something else is said."""
    found = {}
    for kind in KINDS:
        if system.pushes(kind):
            sends = of_kind(system, kind)
            others = Direction.objects.filter(
                system=system.name, kind=kind, record_id__isnull=False, sends=not sends
            )
            found[kind] = sends, others.count()
    return found


def why_not(system: System) -> str:
    """Why nothing of a record goes there, for staff."""
    return (
        f"Changes here do not go to {system.label}: this record's page says so, or "
        f"{system.label}'s connection for all of its kind."
    )


def inherit(kind: str, winner_id: int, loser_ids: Collection[int]) -> None:
    """What was said of a record holds of the one it became part of, if nothing was said of that.

    The record keeps its own, for the undo. Of several answers it is no.
    """
    rows = Direction.objects.filter(kind=kind, record_id__in=loser_ids).order_by("sends", "pk")
    Direction.objects.bulk_create(
        [
            Direction(
                system=row.system,
                kind=kind,
                record_id=winner_id,
                sends=row.sends,
                said_by=row.said_by,
            )
            for row in rows
        ],
        ignore_conflicts=True,
    )
