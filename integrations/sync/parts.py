"""Records that a system keeps as a part of one: a loan's co-borrower on the borrower."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Q

from integrations.models import ExternalLink, LinkState

from .system import System

#: In the id of a part, between that of the record it is kept on and what part it is.
MARK = ":"

#: The links of such.
ARE_PARTS = Q(remote_id__contains=MARK)


def ids_of(system: System, kind: str, ids: Collection[int], part: str) -> dict[int, list[int]]:
    """Record to the ids of those that are kept there as this part of it, where there are any."""
    links = _live(system, kind)
    own = links.filter(record_id__in=ids).values_list("remote_id", "record_id")
    keepers = {f"{remote_id}{MARK}{part}": pk for remote_id, pk in own}
    found: dict[int, list[int]] = {}
    kept = _known(system, kind).filter(remote_id__in=list(keepers))
    for remote_id, pk in kept.order_by("pk").values_list("remote_id", "record_id"):
        found.setdefault(keepers[remote_id], []).append(pk)
    return found


def keepers(system: System, kind: str, ids: Collection[int], part: str | None = None) -> list[int]:
    """Ids of the records of which some of these are this part there, or any."""
    wanted = Q(remote_id__endswith=f"{MARK}{part}") if part else ARE_PARTS
    links = _known(system, kind).filter(wanted, record_id__in=ids)
    whole = [text.partition(MARK)[0] for text in links.values_list("remote_id", flat=True)]
    return list(_live(system, kind).filter(remote_id__in=whole).values_list("record_id", flat=True))


def silent(system: System, kind: str, links: Iterable[ExternalLink]) -> dict[str, str]:
    """Id to why nothing is taken of a part: who was merged with a record there goes by that."""
    merged = {
        link.remote_id: link.record_id
        for link in links
        if link.state == LinkState.ALIAS and MARK in link.remote_id
    }
    own = _live(system, kind).filter(record_id__in=merged.values()).exclude(ARE_PARTS)
    taken = set(own.values_list("record_id", flat=True)) if merged else set()
    why = f"They have a record of their own in {system.label}, and that is taken"
    return {remote_id: why for remote_id, pk in merged.items() if pk in taken}


def make_way(kind: str, winner_id: int, loser_ids: Collection[int]) -> None:
    """Before a merge: where the winner is a part of another, and a loser is not, that counts."""
    living = ExternalLink.objects.filter(kind=kind, state=LinkState.LIVE)
    own = living.filter(record_id__in=loser_ids).exclude(ARE_PARTS)
    systems = own.values_list("system", flat=True)
    parts = living.filter(ARE_PARTS, record_id=winner_id, system__in=list(systems))
    parts.update(state=LinkState.ALIAS)


def come_forward(kind: str, record_id: int) -> None:
    """After a merge was undone: a part is all that the record has there again."""
    own = ExternalLink.objects.filter(kind=kind, record_id=record_id)
    others = own.exclude(state=LinkState.ALIAS).values_list("system", flat=True)
    parts = own.filter(ARE_PARTS, state=LinkState.ALIAS, merged_record_id=None)
    for link in parts.exclude(system__in=list(others)).order_by("system", "pk").distinct("system"):
        ExternalLink.objects.filter(pk=link.pk).update(state=LinkState.LIVE)


def _live(system: System, kind: str) -> Any:
    return ExternalLink.objects.filter(
        system=system.name, kind=kind, state=LinkState.LIVE, record_id__isnull=False
    )


def _known(system: System, kind: str) -> Any:
    """Those that became part of another here too: who was merged is a co-borrower still."""
    return ExternalLink.objects.filter(
        system=system.name,
        kind=kind,
        state__in=[LinkState.LIVE, LinkState.ALIAS],
        record_id__isnull=False,
    )
