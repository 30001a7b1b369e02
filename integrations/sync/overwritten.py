"""Edits there that a call of ours overwrote before we had heard of them.

The newer change wins, as it should; but two people changed one field, and both values are
to be seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from integrations.models import ExternalLink

from . import held_as
from .findings import Findings
from .link_clock import was_read_last
from .merge import FieldConflict
from .records import EARLIEST, RemoteRecord
from .remote_values import remote_values
from .system import Outgoing, System


def remember(link: ExternalLink, outgoing: Outgoing, sent: Iterable[str]) -> None:
    """What the remote was last known to have where this call has written over it."""
    if outgoing.creating:
        return
    since = _known_until(link).isoformat()
    known = {name: {"base": link.snapshot.get(name), "since": since} for name in sent}
    link.overwrote = {**link.overwrote, **known}


def tell(system: System, records: Iterable[RemoteRecord]) -> None:
    """Log a conflict for each late message of an edit that was overwritten."""
    late = _late(system, [one for one in records if one.event_at and not one.deleted])
    for link, record in late:
        said = held_as.without(record, link)
        for name, theirs in remote_values(system, said, link.overwrote).items():
            _judge(system, link, record, name, theirs)


def _late(system: System, records: list[RemoteRecord]) -> list[tuple[ExternalLink, RemoteRecord]]:
    """Messages no newer than the link, of records that we have written to; with the links."""
    ids: dict[str, set[str]] = defaultdict(set)
    for record in records:
        ids[record.kind].add(record.remote_id)
    found: dict[tuple[str, str], ExternalLink] = {}
    for kind, remote_ids in ids.items():
        written = ExternalLink.objects.filter(
            system=system.name,
            kind=kind,
            remote_id__any=list(remote_ids),
            record_id__isnull=False,
        ).exclude(overwrote={})
        found |= {(kind, link.remote_id): link for link in written}
    pairs = [(found[one.key], one) for one in records if one.key in found]
    return [(link, one) for link, one in pairs if _at(one) <= _clock(link)]


def _at(record: RemoteRecord) -> datetime:
    return record.event_at or EARLIEST


def _clock(link: ExternalLink) -> datetime:
    return max(link.event_at or EARLIEST, link.modified_at or EARLIEST)


def _known_until(link: ExternalLink) -> datetime:
    """What came later in the second of a reading may be news."""
    return (link.modified_at or EARLIEST) if was_read_last(link) else _clock(link)


def _judge(
    system: System, link: ExternalLink, record: RemoteRecord, name: str, theirs: Any
) -> None:
    rule = system.kinds[record.kind].fields[name]
    base, ours = link.overwrote[name]["base"], link.snapshot.get(name)
    since = datetime.fromisoformat(link.overwrote[name]["since"])
    if _at(record) <= since or rule.same(theirs, base) or rule.same(theirs, ours):
        return
    assert link.record_id is not None
    del link.overwrote[name]
    ExternalLink.objects.filter(pk=link.pk).update(overwrote=link.overwrote)
    found = Findings(system, record.kind)
    found.conflicts(link.record_id, [FieldConflict(name, base, ours, theirs, rule.policy, "hub")])
    found.save()
