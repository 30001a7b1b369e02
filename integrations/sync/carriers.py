"""Messages about what we have only: narrowed to that, or to the records that carry it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from integrations.models import ExternalLink, LinkState

from . import hub, links
from .system import Reading, System

Key = tuple[str, str]

NOT_OURS = "Hermes has no record of it"


def narrowed(system: System, readings: Mapping[int, Reading]) -> dict[int, Reading]:
    """The readings; those of linked records alone ask for these, or for what carries them."""
    readings = _without_the_past(system, readings)
    narrow = [one for one in readings.values() if one.linked_only]
    if not narrow:
        return readings
    linked = _linked(system, narrow)
    carriers = _carriers(system, narrow, linked)
    return {
        pk: _narrow(one, linked, carriers) if one.linked_only else one
        for pk, one in readings.items()
    }


def _without_the_past(system: System, readings: Mapping[int, Reading]) -> dict[int, Reading]:
    """Changes from before the system's records are followed matter only to those we have."""
    start = system.follows_from()
    if start is None:
        return dict(readings)
    return {
        pk: replace(one, linked_only=True) if _is_past(one, start) else one
        for pk, one in readings.items()
    }


def _is_past(reading: Reading, start: datetime) -> bool:
    return any(at is not None and at < start for at in reading.expects.values())


def _linked(system: System, readings: Iterable[Reading]) -> dict[Key, int]:
    asked: dict[str, list[str]] = defaultdict(list)
    for reading in readings:
        for kind, remote_id in reading.reread:
            asked[kind].append(remote_id)
    found = links.record_ids_of(system.name, asked)
    return {key: pk for key, pk in found.items() if pk is not None}


def _carriers(
    system: System, readings: Iterable[Reading], linked: Mapping[Key, int]
) -> dict[Key, list[Key]]:
    """What carries each: the linked records of the kind that point at it."""
    found: dict[Key, list[Key]] = defaultdict(list)
    for kind in {one.carried_by for one in readings if one.carried_by}:
        for parent, parent_kind in hub.KINDS[kind].parents.items():
            children = _children(system, kind, parent, linked.values())
            for key, pk in linked.items():
                if key[0] == parent_kind:
                    found[key] += [(kind, remote_id) for remote_id in children[pk]]
    return found


def _children(
    system: System, kind: str, parent: str, parents: Iterable[int]
) -> dict[int, list[str]]:
    """Parent to the remote ids of its linked children."""
    rows = hub.KINDS[kind].model._base_manager.filter(**{f"{parent}_id__in": set(parents)})
    owners = dict(rows.values_list("pk", f"{parent}_id"))
    own = ExternalLink.objects.filter(
        system=system.name, kind=kind, state=LinkState.LIVE, record_id__in=list(owners)
    )
    children: dict[int, list[str]] = defaultdict(list)
    for remote_id, pk in own.order_by("pk").values_list("remote_id", "record_id"):
        children[owners[pk]].append(remote_id)
    return children


def _narrow(
    reading: Reading, linked: Mapping[Key, int], carriers: Mapping[Key, list[Key]]
) -> Reading:
    own = [key for key in reading.reread if key in linked]
    asked = [each for key in own for each in carriers.get(key) or [key]]
    # Of what others carry, they say what is true.
    records = [one for one in reading.records if one.key in own and not carriers.get(one.key)]
    return replace(
        reading,
        reread=tuple(dict.fromkeys(asked)),
        records=records,
        ignored="" if own else NOT_OURS,
    )
