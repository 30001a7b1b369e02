"""What a remote says while our record takes nothing: it is read again once ours takes things.

Until then the snapshot stays as it was, so that it is news by then and no change of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from integrations.models import ExternalLink, LinkState

from . import hub
from .link_clock import is_ahead
from .outcomes import Status
from .records import RemoteRecord
from .system import System

if TYPE_CHECKING:
    from .kind_batch import KindBatch

#: In a link's snapshot: the remote has something else by now.
KEY = "not_taken"


def settled(
    batch: KindBatch, record: RemoteRecord, target: Any, link: ExternalLink, *, stale: bool
) -> bool:
    """Deal with a record of which ours takes nothing; that it has something else is noted."""
    why = batch.spoke_kind.frozen(target, link) or batch.silent.get(record.remote_id)
    if not why:
        return False
    ours = {name: batch.hub_kind.json_value(target, name) for name in batch.values.of(record)}
    snapshot, state = {**ours, **link.snapshot}, {**record.remote_state, **link.remote_state}
    if not stale:
        taken(snapshot)
        if not batch.values.are_in(snapshot, record):
            snapshot = noted(snapshot)
        if link.state == LinkState.GONE:
            batch.come_back(record, link)
    if (snapshot, state) != (link.snapshot, link.remote_state) or is_ahead(record, link):
        link.snapshot, link.remote_state = snapshot, state
        batch.advance(link, record)
    batch.note(record, Status.IGNORED, link.record_id, why)
    return True


def noted(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """What both agreed on, and that the remote has something else by now."""
    return {**snapshot, KEY: True}


def taken(snapshot: dict[str, Any]) -> None:
    """What it has now was looked at: there is nothing left to read again."""
    snapshot.pop(KEY, None)


def is_due(system: System, record: Any, link: ExternalLink) -> bool:
    """Whether there is such a thing, and ours takes things again."""
    is_noted = link.state == LinkState.LIVE and KEY in link.snapshot
    return is_noted and not system.kinds[link.kind].frozen(record, link)


def due(system: System, records: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
    """Those of (kind, id) of which the remote is to be read again."""
    kinds = {kind for kind, spoke_kind in system.kinds.items() if spoke_kind.reads_first}
    asked = {one for one in records if one[0] in kinds}
    if not asked:
        return set()
    noted = ExternalLink.objects.filter(
        system=system.name,
        kind__in=kinds,
        state=LinkState.LIVE,
        record_id__any=[pk for _, pk in asked],
        snapshot__has_key=KEY,
    )
    pairs = [pair for kind in kinds for pair in _with_records(kind, noted)]
    return {
        (link.kind, record.pk) for record, link in pairs if is_due(system, record, link)
    } & asked


def _with_records(kind: str, links: Iterable[ExternalLink]) -> list[tuple[Any, ExternalLink]]:
    by_record = {link.record_id: link for link in links if link.kind == kind}
    records = hub.KINDS[kind].model._base_manager.in_bulk(by_record)
    return [(record, by_record[pk]) for pk, record in records.items()]
