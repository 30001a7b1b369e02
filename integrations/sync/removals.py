"""A record was deleted at its system: what goes along with it, and who does not follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from integrations.models import ExternalLink, LinkState

from . import directions, hub, links, outbox_entries
from .link_clock import is_ahead, is_stale
from .records import RemoteRecord, coalesce
from .system import System, everyone

#: (kind, remote id) to the newest that was said of it.
Newest = Mapping[tuple[str, str], RemoteRecord]


def with_children(system: System, newest: Newest) -> dict[tuple[str, str], RemoteRecord]:
    """The records, and a deletion of each that goes along with a deleted parent."""
    everything = dict(newest)
    for kind, spoke_kind in system.kinds.items():
        if spoke_kind.deleted_with:
            children = _children(system, kind, spoke_kind.deleted_with, everything)
            late = _late_children(system, kind, spoke_kind.deleted_with, everything)
            everything = coalesce([*everything.values(), *children, *late])
    return everything


def _late_children(system: System, kind: str, parent: str, newest: Newest) -> list[RemoteRecord]:
    """The end of those unknown here that only a message from before their parent's end names."""
    parent_kind = hub.KINDS[kind].parents[parent]
    named = [
        (one, pk)
        for one in newest.values()
        if one.kind == kind and not one.deleted and (pk := one.parents.get(parent))
    ]
    ended = _ended(system, parent_kind, {pk for _, pk in named})
    late = [(one, ended[pk]) for one, pk in named if pk in ended and is_stale(one, ended[pk])]
    known = links.record_ids_of(system.name, {kind: [one.remote_id for one, _ in late]})
    return [
        replace(one, deleted=True, event_at=link.event_at)
        for one, link in late
        if one.key not in known
    ]


def _ended(system: System, kind: str, remote_ids: set[str]) -> dict[str, ExternalLink]:
    if not remote_ids:
        return {}
    gone = ExternalLink.objects.filter(
        system=system.name, kind=kind, remote_id__any=list(remote_ids), state=LinkState.GONE
    )
    return {link.remote_id: link for link in gone}


def _children(system: System, kind: str, parent: str, newest: Newest) -> list[RemoteRecord]:
    parent_kind = hub.KINDS[kind].parents[parent]
    deletions = [one for one in newest.values() if one.kind == parent_kind and one.deleted]
    gone = {one.remote_id: one for one in deletions}
    if not gone:
        return []
    known = links.record_ids_of(system.name, {parent_kind: gone})
    deleted = {pk: gone[remote_id] for (_, remote_id), pk in known.items() if pk is not None}
    return [
        RemoteRecord(
            system=system.name,
            kind=kind,
            remote_id=link.remote_id,
            modified_at=deleted[link.snapshot[parent]].modified_at,
            event_at=deleted[link.snapshot[parent]].event_at,
            deleted=True,
        )
        for link in _links_below(system, kind, parent, list(deleted))
        # One that was its child by another record of the system is that one's still.
        if link.snapshot.get(parent) in deleted
    ]


def _links_below(system: System, kind: str, parent: str, ids: list[int]) -> list[ExternalLink]:
    """Living links of those that are live children here: a person may have moved some."""
    below = {f"{parent}_id__in": ids, "archived_at": None}
    children = hub.KINDS[kind].model._base_manager.filter(**below)
    return list(
        ExternalLink.objects.filter(
            system=system.name,
            kind=kind,
            state=LinkState.LIVE,
            record_id__in=list(children.values_list("pk", flat=True)),
        )
    )


def archive_here(system: System, link: ExternalLink, now: datetime) -> None:
    """Archive the record of a link whose remote record was deleted. The link is not saved."""
    hub_kind, spoke_kind = hub.KINDS[link.kind], system.kinds[link.kind]
    rows = hub_kind.model._base_manager.filter(pk=link.record_id, archived_at__isnull=True)
    archived = rows.update(archived_at=now, updated_at=now)
    link.state = LinkState.GONE
    # A person archived it before: should it come back there, it stays archived here.
    link.deleted_here = not archived and not spoke_kind.deletes
    if link.record_id is not None:
        outbox_entries.forget_what_is_gone(system, link.kind, link.record_id)


def is_news(record: RemoteRecord, link: ExternalLink) -> bool:
    """Whether a deletion is one that we did not make and have not heard of."""
    if link.state == LinkState.LIVE:
        return not is_stale(record, link)
    # A call of ours may have found it gone before its message came.
    return link.state == LinkState.GONE and not link.deleted_here and is_ahead(record, link)


def are_left_alone(kind: str, record_id: int) -> bool:
    """Whether it is archived because of a system whose deletions the others do not follow."""
    quiet = [
        system.name
        for system in everyone()
        if kind in system.kinds and not system.kinds[kind].deletion_spreads
    ]
    gone = ExternalLink.objects.filter(
        system__in=quiet, kind=kind, record_id=record_id, state=LinkState.GONE, deleted_here=False
    )
    return bool(quiet) and gone.exists()


def below(kind: str, record_id: int) -> list[tuple[str, int]]:
    """(kind, id) of the live records that point at this one."""
    found = []
    for child in map(hub.KINDS.__getitem__, hub.TRACKED):
        for name, parent in child.parents.items():
            if parent == kind:
                rows = child.model._base_manager.filter(
                    archived_at=None, **{f"{name}_id": record_id}
                )
                found += [(child.name, pk) for pk in rows.values_list("pk", flat=True)]
    return found


def unwanted_below(system: System, kind: str, record_id: int) -> list[ExternalLink]:
    """Living links of children that do not belong there either, the last of the kinds first.

    Deleted after their parent, they would stand there alone meanwhile.
    """
    found: list[ExternalLink] = []
    for child_kind, pk in below(kind, record_id):
        spoke_kind = system.kinds.get(child_kind)
        if spoke_kind is None or not (spoke_kind.push and spoke_kind.deletes):
            continue
        if not directions.is_sent(system, child_kind, pk):
            continue
        record = hub.KINDS[child_kind].model._base_manager.get(pk=pk)
        if not spoke_kind.wanted(record):
            found += ExternalLink.objects.filter(
                system=system.name, kind=child_kind, record_id=pk, state=LinkState.LIVE
            )
    return sorted(found, key=lambda link: -system.rank(link.kind))
