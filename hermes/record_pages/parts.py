"""Records that another system keeps as a part of one: a loan's co-borrower on the borrower."""

from __future__ import annotations

from typing import Any

from integrations.sync import parts
from integrations.sync import system as systems
from integrations.sync.system import System

from .kinds import model_of


def parts_of(kind: str, pk: int | None) -> list[tuple[str, Any]]:
    """Titles and querysets; only of systems that are on and keep records so."""
    if pk is None:
        return []
    return [
        found
        for system in systems.switched_on()
        if kind in system.kinds
        for part, title in system.kinds[kind].parts.items()
        if (found := (title, _rows(system, kind, pk, part)))[1]
    ]


def _rows(system: System, kind: str, pk: int, part: str) -> Any:
    ids = parts.ids_of(system, kind, [pk], part).get(pk, [])
    return model_of(kind)._base_manager.filter(pk__in=ids).order_by("pk")
