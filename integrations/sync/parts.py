"""Records that a system keeps as a part of one: a loan's co-borrower on the borrower."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from integrations.models import ExternalLink, LinkState

from .system import System


def ids_of(system: System, kind: str, ids: Collection[int], part: str) -> dict[int, list[int]]:
    """Record to the ids of those that are kept there as this part of it, where there are any."""
    links = _live(system, kind)
    own = links.filter(record_id__in=ids).values_list("remote_id", "record_id")
    keepers = {f"{remote_id}:{part}": pk for remote_id, pk in own}
    found: dict[int, list[int]] = {}
    kept = links.filter(remote_id__in=list(keepers)).values_list("remote_id", "record_id")
    for remote_id, pk in kept:
        found.setdefault(keepers[remote_id], []).append(pk)
    return found


def keepers(system: System, kind: str, ids: Collection[int]) -> list[int]:
    """Ids of the records of which some of these are a part there, whichever."""
    links = _live(system, kind)
    parts = links.filter(record_id__in=ids, remote_id__contains=":")
    kept_in = [text.partition(":")[0] for text in parts.values_list("remote_id", flat=True)]
    own = links.filter(remote_id__in=kept_in) if kept_in else links.none()
    return list(own.values_list("record_id", flat=True))


def _live(system: System, kind: str) -> Any:
    return ExternalLink.objects.filter(
        system=system.name, kind=kind, state=LinkState.LIVE, record_id__isnull=False
    )
