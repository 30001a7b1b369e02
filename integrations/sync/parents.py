"""Fetching what a message names or leaves out, and Hermes does not know yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from . import hub, links, not_kept
from .apply_page import apply_page
from .errors import Rejected, RemoteGone
from .held_as import changed_there
from .records import RemoteRecord
from .single_records import read
from .system import System, find, get

#: A person names a company, which names an owner: three steps reach everything.
MAX_STEPS = 3

Named = dict[str, set[str]]

#: System, kind and remote id of the same records in other systems.
Elsewhere = set[tuple[str, str, str]]


def with_missing_parents(system: System, records: list[RemoteRecord]) -> list[RemoteRecord]:
    """The records, and those they point at that have no link yet, read from the remote.

    A new record that came without what it needs is read as well. What the remote cannot
    show is left out: it is gone there. Calls the API, so never inside a transaction.

    Raises:
        SyncError: The remote could not be asked.
    """
    known = {(record.kind, record.remote_id) for record in records if not _is_short(record)}
    _meet_elsewhere(system, records)
    wave, everything = _concerning_us(system, records), list(records)
    for _ in range(MAX_STEPS):
        missing = _unknown(system, _named(system, wave), known)
        if not missing:
            break
        wave = [r for kind, ids in missing.items() for r in read(system, kind, sorted(ids))]
        known |= {(kind, pk) for kind, ids in missing.items() for pk in ids}
        everything = wave + everything
    return everything


def _meet_elsewhere(system: System, records: list[RemoteRecord]) -> None:
    """Have what the records are known as in other systems read there, where that is news.

    Raises:
        SyncError: One of the others could not be asked.
    """
    unmet = _unmet(records)
    wanted: dict[tuple[str, str], set[str]] = defaultdict(set)
    naming = [record for record in records if unmet & _elsewhere(record)]
    news = _with_news_elsewhere(system, naming)
    for record in news:
        for name, kind, remote_id in unmet & _elsewhere(record):
            wanted[name, kind].add(remote_id)
    for (name, kind), ids in wanted.items():
        other = get(name)
        found = _shown_there(other, kind, sorted(ids))
        ours = _ours_by_what_names_them(system, name, news)
        found = [
            replace(one, hub_ids=(ours[one.key],)) if one.key in ours and not one.hub_ids else one
            for one in found
        ]
        apply_page(with_missing_parents(other, found), system=other)


def _ours_by_what_names_them(
    system: System, other: str, naming: list[RemoteRecord]
) -> dict[tuple[str, str], int]:
    """(kind, remote id) there to the record that we have already, of which nobody there knows."""
    ids: dict[str, list[str]] = defaultdict(list)
    for record in naming:
        ids[record.kind].append(record.remote_id)
    linked = links.record_ids_of(system.name, ids)
    found = {
        (record.kind, remote_id): pk
        for record in naming
        for name, remote_id in record.known_as
        if name == other and (pk := linked.get(record.key)) is not None
    }
    wanted: dict[str, set[int]] = defaultdict(set)
    for (kind, _), pk in found.items():
        wanted[kind].add(pk)
    taken = links.linked(other, wanted)
    return {key: pk for key, pk in found.items() if (key[0], pk) not in taken}


def _elsewhere(record: RemoteRecord) -> Elsewhere:
    if record.deleted:
        return set()
    return {(name, record.kind, remote_id) for name, remote_id in record.known_as}


def _unmet(records: Iterable[RemoteRecord]) -> Elsewhere:
    """Those that these are known as in systems that are on, and that have no link yet."""
    named: dict[tuple[str, str], set[str]] = defaultdict(set)
    for record in records:
        for name, kind, remote_id in _elsewhere(record):
            named[name, kind].add(remote_id)
    return {
        (name, kind, remote_id)
        for (name, kind), ids in named.items()
        if (other := find(name)) is not None and other.is_on()
        for remote_id in ids - {pk for _, pk in links.record_ids_of(name, {kind: ids})}
    }


def _shown_there(other: System, kind: str, ids: list[str]) -> list[RemoteRecord]:
    """What another system has of these; one that it refuses is not there, and staff are told."""
    try:
        return read(other, kind, ids)
    except (Rejected, RemoteGone) as error:
        if len(ids) > 1:
            return [one for pk in ids for one in _shown_there(other, kind, [pk])]
        not_kept.tell(other, kind, f"{other.label} has no {kind} {ids[0]} to show: {error}")
        return []


def _with_news_elsewhere(system: System, records: list[RemoteRecord]) -> list[RemoteRecord]:
    """Those that say otherwise than before who they are elsewhere."""
    named: dict[str, list[RemoteRecord]] = defaultdict(list)
    for record in records:
        named[record.kind].append(record)
    news = []
    for kind, those in named.items():
        known = links.links_of(system.name, kind, [record.remote_id for record in those])
        news += [
            record
            for record in those
            if (link := known.get(record.remote_id)) is None or changed_there(record, link)
        ]
    return news


def _concerning_us(system: System, records: list[RemoteRecord]) -> list[RemoteRecord]:
    """Not those that are not made here, by their kind or for themselves, unless they are here."""
    foreign = [record for record in records if not _may_be_made(system, record)]
    ids: dict[str, list[str]] = defaultdict(list)
    for record in foreign:
        ids[record.kind].append(record.remote_id)
    linked = links.record_ids_of(system.name, ids)
    return [record for record in records if _may_be_made(system, record) or record.key in linked]


def _may_be_made(system: System, record: RemoteRecord) -> bool:
    return system.kinds[record.kind].create and not record.not_made


def _is_short(record: RemoteRecord) -> bool:
    """Whether it came without a field that it takes to make one here."""
    if record.deleted or record.not_made:
        return False
    return bool(hub.KINDS[record.kind].lacks(record.fields))


def _named(system: System, records: Iterable[RemoteRecord]) -> Named:
    named: Named = defaultdict(set)
    for record in records:
        for field, remote_id in record.parents.items():
            parent = hub.KINDS[record.kind].parents.get(field)
            if remote_id is not None and parent is not None and parent in system.kinds:
                named[parent].add(remote_id)
        if _is_short(record):
            named[record.kind].add(record.remote_id)
        if record.merged_into:
            named[record.kind].add(record.merged_into)
    return named


def _unknown(system: System, named: Named, known: set[tuple[str, str]]) -> Named:
    asked = {kind: {pk for pk in ids if (kind, pk) not in known} for kind, ids in named.items()}
    linked = links.record_ids_of(system.name, asked)
    unknown = {kind: {pk for pk in ids if (kind, pk) not in linked} for kind, ids in asked.items()}
    return {kind: ids for kind, ids in unknown.items() if ids}
