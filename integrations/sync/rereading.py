"""Deliveries that only say that something changed: the record is read from its system."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from django.core.cache import cache
from redis.exceptions import RedisError

from integrations.models import WebhookEvent

from . import carriers, doubts, links, shared_cache
from .chunks import chunks
from .errors import Held, Misconfigured, RateLimited, Unauthorised
from .inbox_claims import failed, hold
from .records import RemoteRecord
from .single_records import read
from .system import Reading, System
from .visibility import early

Key = tuple[str, str]

#: What was read because of a key: its record, and those that came with it.
Answers = dict[Key, list[RemoteRecord] | Exception]


def resolved(
    system: System, events: Sequence[WebhookEvent], readings: Mapping[int, Reading]
) -> dict[int, Reading]:
    """What each event says, with the records that it asked for; each is read once.

    An event whose records could not be read is tried again later and left out. Calls the API,
    so never inside a transaction.
    """
    readings = doubts.asking_anew(system, {event.pk: readings[event.pk] for event in events})
    readings = carriers.narrowed(system, readings)
    found = _read(system, events, readings.values())
    ready: dict[int, Reading] = {}
    for event in events:
        reading = readings[event.pk]
        answers = [found[key] for key in reading.reread]
        told = [one for each in answers if not isinstance(each, Exception) for one in each]
        trouble = next((each for each in answers if isinstance(each, Exception)), None)
        if trouble:
            failed(event, trouble)
        elif reading.reread:
            reading = replace(reading, early=early(event, reading, told))
            ready[event.pk] = _with(system, reading, told)
        else:
            ready[event.pk] = reading
    return ready


def _read(system: System, events: Sequence[WebhookEvent], readings: Iterable[Reading]) -> Answers:
    """Ask for all that is asked for, so many at once; one by one where that fails."""
    asked: dict[str, dict[str, None]] = defaultdict(dict)
    for reading in readings:
        for kind, remote_id in reading.reread:
            asked[kind][remote_id] = None
    calls = deque(
        (kind, some) for kind, ids in asked.items() for some in chunks(ids, system.reads_at_once)
    )
    found: Answers = {}
    while calls:
        kind, ids = calls.popleft()
        hold(events)
        answers = _ask(system, kind, ids)
        if isinstance(answers, Exception):
            calls += [(kind, [remote_id]) for remote_id in ids]
        else:
            found |= answers
    return found


def _ask(system: System, kind: str, ids: Sequence[str]) -> Answers | Exception:
    """What was told because of each; the error, where only some of them may be its cause."""
    fresh = [pk for pk in ids if _is_first_of_late(system, (kind, pk))]
    again = system.reread_every
    too_soon = Held("It was read a moment ago; once more in a moment", retry_after=again)
    answers: Answers = {(kind, pk): too_soon for pk in ids if pk not in fresh}
    try:
        return answers | (_sorted(system, kind, fresh, read(system, kind, fresh)) if fresh else {})
    except Exception as error:
        for pk in fresh:
            _forget(system, (kind, pk))
        if len(ids) > 1 and not isinstance(error, RateLimited | Unauthorised | Misconfigured):
            return error
        return answers | {(kind, pk): error for pk in fresh}


def _sorted(system: System, kind: str, ids: Sequence[str], told: list[RemoteRecord]) -> Answers:
    """Each with what came because of it: all, or its record's parents and what these contain.

    What is not made here, and is not here, brings nobody along.
    """
    kept: dict[str, list[RemoteRecord]] = defaultdict(list)
    for one in told:
        kept[one.kept_in].append(one)
    unmade = [one.remote_id for one in told if one.kind == kind and one.not_made]
    linked = links.record_ids_of(system.name, {kind: unmade})
    alone = {pk for pk in unmade if (kind, pk) not in linked}
    if len(ids) == 1 and not alone:
        return {(kind, ids[0]): told}
    return {(kind, pk): kept[pk] if pk in alone else [*kept[pk], *_parents(kept, pk)] for pk in ids}


def _parents(kept: Mapping[str, list[RemoteRecord]], pk: str) -> list[RemoteRecord]:
    named = {parent for one in kept[pk] for parent in one.parents.values() if parent}
    return [one for parent in named - {pk} for one in kept[parent]]


def _is_first_of_late(system: System, key: Key) -> bool:
    """Whether the record was not read of late. Who comes too soon is served when that is over."""
    if not system.reread_every:
        return True
    try:
        return bool(cache.add(_name(system, key), 1, system.reread_every.total_seconds()))
    except RedisError:
        return True


def _forget(system: System, key: Key) -> None:
    shared_cache.forget([_name(system, key)])


def _name(system: System, key: Key) -> str:
    return f"reread:{system.name}:{':'.join(key)}"


def _with(system: System, reading: Reading, found: Sequence[RemoteRecord]) -> Reading:
    hidden = {one.key for one in found if one.hidden}
    told = [
        # Its place is after the message that asked, and before those that came later.
        replace(one, event_at=reading.at)
        for one in found
    ]
    missing = [key for key in reading.reread if key not in {one.key for one in told}]
    said = [
        one
        for one in reading.records
        if one.key not in reading.reread
        or doubts.contradicted(one, told)
        # A deletion is believed unless the record can be read.
        or (one.deleted and one.key in hidden)
    ]
    ended = {one.key for one in said if one.deleted}
    told = [one for one in told if not (one.hidden and one.key in ended)]
    return replace(reading, records=[*said, *told, *_ends(system, missing, reading)])


def _ends(system: System, missing: Sequence[Key], reading: Reading) -> list[RemoteRecord]:
    """The deletion of what is linked here and is not there to be read."""
    asked: dict[str, list[str]] = defaultdict(list)
    for kind, remote_id in missing:
        asked[kind].append(remote_id)
    return [
        RemoteRecord(system.name, kind, remote_id, event_at=reading.at, deleted=True)
        for (kind, remote_id), pk in links.record_ids_of(system.name, asked).items()
        if pk is not None
    ]
