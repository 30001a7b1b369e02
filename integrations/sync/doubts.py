"""Messages from the very second in which their record was read: which came first is not known.

Records have whole seconds and messages finer ones. A message that says something else than
was read may be older or newer than that: the record is read once more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from integrations.models import ExternalLink

from . import held_as, links
from .link_clock import end_of_second
from .records import RemoteRecord
from .remote_values import remote_values
from .system import Reading, System

Key = tuple[str, str]

_READ_IN_THESE_SECONDS = """
SELECT remote_id FROM integrations_externallink
WHERE system = %s AND kind = %s AND remote_id = ANY(%s)
    AND modified_at BETWEEN date_trunc('second', %s::timestamptz) AND %s
    AND event_at = date_trunc('second', modified_at) + interval '0.999999 s'
"""


def asking_anew(system: System, readings: Mapping[int, Reading]) -> dict[int, Reading]:
    """The readings; those whose records are in doubt ask for these once more."""
    records = [record for reading in readings.values() for record in reading.records]
    doubted = _doubted(system, [one for one in records if one.event_at and not _is_merge(one)])
    return {
        pk: _asking(reading, doubted) if doubted else reading for pk, reading in readings.items()
    }


def _asking(reading: Reading, doubted: Mapping[Key, list[RemoteRecord]]) -> Reading:
    own = [record for record in reading.records if record in doubted.get(record.key, ())]
    if not own:
        return reading
    at = max(end_of_second(record.event_at) for record in own if record.event_at)
    keys = tuple(record.key for record in own)
    return replace(reading, reread=(*reading.reread, *keys), at=reading.at or at)


def _is_merge(record: RemoteRecord) -> bool:
    return bool(record.merged_into or record.merged_from)


def _doubted(system: System, records: Sequence[RemoteRecord]) -> dict[Key, list[RemoteRecord]]:
    told: dict[str, dict[str, list[RemoteRecord]]] = defaultdict(lambda: defaultdict(list))
    for record in records:
        told[record.kind][record.remote_id].append(record)
    return {
        (kind, link.remote_id): doubtful
        for kind, by_id in told.items()
        for link in _just_read(system, kind, by_id)
        if (doubtful := [one for one in by_id[link.remote_id] if _is_doubtful(system, one, link)])
    }


def _just_read(
    system: System, kind: str, told: Mapping[str, Sequence[RemoteRecord]]
) -> list[ExternalLink]:
    times = [one.event_at for records in told.values() for one in records if one.event_at]
    found = links.rows(
        _READ_IN_THESE_SECONDS, system.name, kind, list(told), min(times), max(times)
    )
    ids = [remote_id for (remote_id,) in found]
    return list(links.links_of(system.name, kind, ids).values()) if ids else []


def _is_doubtful(system: System, record: RemoteRecord, link: ExternalLink) -> bool:
    assert record.event_at is not None
    if link.modified_at is None or link.record_id is None:
        return False
    if end_of_second(record.event_at) != end_of_second(link.modified_at):
        return False
    if record.deleted or not held_as.is_known_beside_fields(record, link):
        return True
    return _says_otherwise(system, record, link)


def _says_otherwise(system: System, record: RemoteRecord, link: ExternalLink) -> bool:
    rules = system.kinds[record.kind].fields
    said = remote_values(system, held_as.without(record, link), rules)
    return any(
        name not in link.snapshot or not rules[name].same(link.snapshot[name], value)
        for name, value in said.items()
    )


def contradicted(record: RemoteRecord, read: Sequence[RemoteRecord]) -> bool:
    """Whether what was read has another value than the message said."""
    known = {one.key: one for one in read}
    if record.key not in known:
        return False
    fields = known[record.key].fields
    return any(fields.get(name, value) != value for name, value in record.fields.items())
