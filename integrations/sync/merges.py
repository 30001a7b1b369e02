"""Records that became one: there, here, and the links that follow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from companies import merging, signals
from integrations.models import ExternalLink, KeptApart, LinkState, SyncLog

from . import before_merge, directions, hub, links, outbox_entries, parts, questions
from .records import RemoteRecord
from .system import System, get, switched_on


def fold(system: System, records: Iterable[RemoteRecord]) -> None:
    """Carry out the merges that these messages tell of. Either message may come first."""
    for record in records:
        if record.merged_into:
            _fold_remote(system, record, record.remote_id, record.merged_into)
        for loser_id in record.merged_from:
            _fold_remote(system, record, loser_id, record.remote_id)
        if len(record.hub_ids) > 1:
            _fold_hub_ids(system, record)


def winner_is_known(system: System, record: RemoteRecord, beside: Iterable[RemoteRecord]) -> bool:
    """Whether what took it in has a link, or is told of beside it."""
    winner = record.merged_into
    if winner is None:
        return False
    if any(one.remote_id == winner for one in beside):
        return True
    return bool(links.record_ids_of(system.name, {record.kind: [winner]}))


def _link(system: System, kind: str, remote_id: str) -> ExternalLink | None:
    return ExternalLink.objects.filter(
        system=system.name, kind=kind, remote_id=remote_id, record_id__isnull=False
    ).first()


def _fold_remote(system: System, record: RemoteRecord, loser_id: str, winner_id: str) -> None:
    winner = _link(system, record.kind, winner_id)
    if winner is None or winner.record_id is None or loser_id == winner_id:
        return
    loser, _ = ExternalLink.objects.get_or_create(
        system=system.name,
        kind=record.kind,
        remote_id=loser_id,
        defaults={"record_id": winner.record_id, "state": LinkState.ALIAS},
    )
    old_record_id = loser.record_id
    loser.state, loser.record_id, loser.merge_owed = LinkState.ALIAS, winner.record_id, False
    if old_record_id != winner.record_id:
        loser.merged_record_id = old_record_id
    loser.modified_at = loser.modified_at or record.modified_at
    loser.event_at = record.event_at or record.modified_at or loser.event_at
    loser.pulled_at = timezone.now()
    loser.save()
    _merge_here(system, record.kind, winner.record_id, [old_record_id])


def _fold_hub_ids(system: System, record: RemoteRecord) -> None:
    """A text field with two of our ids: the first survives, the others were merged into it."""
    winner = _link(system, record.kind, record.remote_id)
    if winner is not None and winner.record_id is not None:
        _merge_here(system, record.kind, winner.record_id, list(record.hub_ids))


def _merge_here(system: System, kind: str, winner_id: int, loser_ids: Sequence[int | None]) -> None:
    model = hub.KINDS[kind].model
    losers = list(
        model._base_manager.filter(
            pk__in=[pk for pk in loser_ids if pk and pk != winner_id], archived_at__isnull=True
        )
    )
    winner: Any = model._base_manager.get(pk=winner_id)
    if not losers or winner.archived_at is not None:
        return
    merging.merge(winner=winner, losers=losers, by=system.label)
    SyncLog.objects.create(
        system=system.name,
        kind=kind,
        record_id=winner_id,
        topic="merge",
        message=f"{system.label} merged {', '.join(map(str, losers))} into {winner}",
    )
    # The remote joined both ids in its text field: give it the survivor's alone.
    outbox_entries.add(system, [(kind, winner_id)])


# -- links follow the domain's merges ---------------------------------------------------


def connect() -> None:
    """Listen for merges, whoever makes them."""
    signals.records_merged.connect(_move_links, dispatch_uid="hermes-move-links")
    signals.merge_undone.connect(_move_links_back, dispatch_uid="hermes-move-links-back")


def _move_links(sender: Any, *, winner: Any, losers: Sequence[Any], **_: Any) -> None:
    kind = hub.kind_of(winner)
    if kind is None:
        return
    loser_ids = [loser.pk for loser in losers]
    directions.inherit(kind.name, winner.pk, loser_ids)
    parts.make_way(kind.name, winner.pk, loser_ids)
    links = ExternalLink.objects.select_for_update().filter(kind=kind.name, record_id__in=loser_ids)
    taken = set(
        ExternalLink.objects.filter(kind=kind.name, record_id=winner.pk)
        .exclude(state=LinkState.ALIAS)
        .values_list("system", flat=True)
    )
    for link in links.order_by("pk"):
        _move_link(link, winner.pk, taken)
    _keep_apart(kind.name, winner.pk, loser_ids)
    # Links first, then questions: whoever applies what a remote says takes them in this order.
    questions.merged(kind.name, winner.pk, loser_ids)


def _keep_apart(kind: str, winner_id: int, loser_ids: list[int]) -> None:
    """What is not the loser is not the winner. The loser keeps its own, for the undo."""
    is_the_winner = ExternalLink.objects.filter(
        system=OuterRef("system"), kind=kind, remote_id=OuterRef("remote_id"), record_id=winner_id
    )
    rows = KeptApart.objects.filter(~Exists(is_the_winner), kind=kind, record_id__in=loser_ids)
    KeptApart.objects.bulk_create(
        [
            KeptApart(
                system=row.system,
                kind=kind,
                remote_id=row.remote_id,
                record_id=winner_id,
                said_by=row.said_by,
            )
            for row in rows
        ],
        ignore_conflicts=True,
    )


def _move_link(link: ExternalLink, winner_id: int, taken: set[str]) -> None:
    """Point a loser's link at the winner; a second living one is to be merged there."""
    # Of one that moves a second time, the first owner is remembered: it leads to the others.
    link.merged_record_id = link.merged_record_id or link.record_id
    link.record_id = winner_id
    before_merge.remember(link)
    if link.system in taken:
        link.merge_owed = link.merge_owed or link.state == LinkState.LIVE
        link.state = LinkState.ALIAS
    elif link.state != LinkState.ALIAS:
        taken.add(link.system)
    link.save(update_fields=["merged_record_id", "record_id", "state", "merge_owed", "snapshot"])
    if link.merge_owed:
        outbox_entries.add(get(link.system), [(link.kind, winner_id)])


def _move_links_back(sender: Any, *, winner: Any, losers: Sequence[Any], **_: Any) -> None:
    kind = hub.kind_of(winner)
    if kind is None:
        return
    # What was merged there already stays merged there: the restored record is unlinked.
    moved = ExternalLink.objects.filter(
        Q(merge_owed=True) | ~Q(state=LinkState.ALIAS) | parts.ARE_PARTS,
        kind=kind.name,
        record_id=winner.pk,
        merged_record_id__isnull=False,
    )
    homes = {link: _home(kind.model, link.merged_record_id) for link in moved.order_by("pk")}
    # A record's own link before those of records that became part of it.
    for link, home in sorted(homes.items(), key=lambda pair: pair[0].merged_record_id != pair[1]):
        if home != winner.pk:
            _move_link_back(link, home)
    parts.come_forward(kind.name, winner.pk)
    questions.parted(kind.name, winner.pk, [loser.pk for loser in losers])
    for system in switched_on():
        outbox_entries.add(system, [(kind.name, one.pk) for one in [winner, *losers]])


def _home(model: Any, pk: int | None) -> int | None:
    """The record that this one is part of by now; itself, if of none."""
    while into := model._base_manager.filter(pk=pk).values_list("merged_into", flat=True).first():
        pk = into
    return pk


def _move_link_back(link: ExternalLink, home: int | None) -> None:
    own = ExternalLink.objects.filter(system=link.system, kind=link.kind, record_id=home)
    link.record_id = home
    if link.merged_record_id == home:
        link.merged_record_id = None
    if link.merge_owed and not own.exclude(state=LinkState.ALIAS).exists():
        link.state, link.merge_owed = LinkState.LIVE, False
    before_merge.recall(link)
    link.save(update_fields=["merged_record_id", "record_id", "state", "merge_owed", "snapshot"])
