"""Records that another system keeps as a part of one: a loan's co-borrower on the borrower."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from integrations.sync import parts
from integrations.sync import system as systems
from integrations.sync.spoke_kinds import PartTitles
from integrations.sync.system import System

from .kinds import model_of


def parts_of(kind: str, pk: int | None) -> list[tuple[str, Any]]:
    """Titles and querysets; only of systems that are on and keep records so.

    Without the record itself: two of which one was a part may have become one here.
    """
    if pk is None:
        return []
    return [
        (titles.parts, _rows(kind, ids))
        for system, part, titles in _kept(kind)
        if (ids := {*parts.ids_of(system, kind, [pk], part).get(pk, ())} - {pk})
    ]


def kept_with(kind: str, pk: int) -> list[tuple[str, Any]]:
    """The same the other way round: whose part this record is."""
    return [
        (titles.keeper, _rows(kind, ids))
        for system, part, titles in _kept(kind)
        if (ids := {*parts.keepers(system, kind, [pk], part)} - {pk})
    ]


def _kept(kind: str) -> Iterator[tuple[System, str, PartTitles]]:
    for system in systems.switched_on():
        if kind in system.kinds:
            for part, titles in system.kinds[kind].parts.items():
                yield system, part, titles


def _rows(kind: str, ids: Collection[int]) -> Any:
    return model_of(kind)._base_manager.filter(pk__in=ids).order_by("pk")
