"""Hub records that a remote record names outright, whatever they look like."""

from __future__ import annotations

from collections.abc import Sequence

from integrations.models import ExternalLink, LinkState

from . import hub
from .records import RemoteRecord


def outright(system: str, kind: str, records: Sequence[RemoteRecord]) -> dict[str, int]:
    """Remote id to hub id: by our id, by what else the system calls it, by another system's."""
    return {
        **named_elsewhere(kind, records),
        **_by_other_id(system, kind, records),
        **_by_hub_id(kind, records),
    }


def _by_hub_id(kind: str, records: Sequence[RemoteRecord]) -> dict[str, int]:
    wanted = {record.remote_id: record.hub_ids[0] for record in records if record.hub_ids}
    live = hub.KINDS[kind].model._base_manager.filter(pk__any=wanted.values())
    known = dict(live.values_list("pk", "archived_at"))
    return {remote: pk for remote, pk in wanted.items() if known.get(pk, True) is None}


def _by_other_id(system: str, kind: str, records: Sequence[RemoteRecord]) -> dict[str, int]:
    """By what else the system calls it, though the record that had it is gone there."""
    wanted = {record.other_id: record.remote_id for record in records if record.other_id}
    if not wanted:
        return {}
    known = ExternalLink.objects.filter(
        system=system, kind=kind, other_id__any=list(wanted), record_id__isnull=False
    )
    pairs = known.order_by("pk").values_list("other_id", "record_id")
    return {wanted[other_id]: pk for other_id, pk in pairs if pk is not None}


def named_elsewhere(kind: str, records: Sequence[RemoteRecord]) -> dict[str, int]:
    """By a link that another system has, where the remote says which."""
    named = {pair for record in records for pair in record.known_as}
    if not named:
        return {}
    found = ExternalLink.objects.filter(
        kind=kind,
        system__in={system for system, _ in named},
        remote_id__any=[remote_id for _, remote_id in named],
        state__in=[LinkState.LIVE, LinkState.ALIAS],
    )
    ids = {(link.system, link.remote_id): link.record_id for link in found}
    model = hub.KINDS[kind].model
    here = model._base_manager.filter(pk__any=list(ids.values()), archived_at=None)
    live = set(here.values_list("pk", flat=True))
    # What it names first counts most.
    meant = {
        record.remote_id: next(
            (pk for pair in record.known_as if (pk := ids.get(pair)) in live), None
        )
        for record in records
    }
    return {remote_id: pk for remote_id, pk in meant.items() if pk is not None}
