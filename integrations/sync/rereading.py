"""Deliveries that only say that something changed: the record is read from its system."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from django.core.cache import cache
from redis.exceptions import RedisError

from integrations.models import WebhookEvent

from . import doubts, links
from .errors import Held
from .inbox_claims import failed, hold
from .records import RemoteRecord
from .single_records import read
from .system import Reading, System

Key = tuple[str, str]


def resolved(
    system: System, events: Sequence[WebhookEvent], readings: Mapping[int, Reading]
) -> dict[int, Reading]:
    """What each event says, with the records that it asked for; each is read once.

    An event whose records could not be read is tried again later and left out. Calls the
    API, so never inside a transaction.
    """
    found: dict[Key, list[RemoteRecord] | Exception] = {}
    ready: dict[int, Reading] = {}
    readings = doubts.asking_anew(system, {event.pk: readings[event.pk] for event in events})
    for event in events:
        reading = readings[event.pk]
        if not reading.reread:
            ready[event.pk] = reading
            continue
        for key in reading.reread:
            if key not in found:
                hold(events)
                found[key] = _ask(system, key)
        answers = [found[key] for key in reading.reread]
        if trouble := next((each for each in answers if isinstance(each, Exception)), None):
            failed(event, trouble)
        else:
            ready[event.pk] = _with(system, reading, answers)
    return ready


def _ask(system: System, key: Key) -> list[RemoteRecord] | Exception:
    kind, remote_id = key
    if not _is_first_of_late(system, key):
        again = system.reread_every
        return Held("It was read a moment ago; once more in a moment", retry_after=again)
    try:
        return read(system, kind, [remote_id])
    except Exception as error:
        _forget(system, key)
        return error


def _is_first_of_late(system: System, key: Key) -> bool:
    """Whether the record was not read of late. Who comes too soon is served when that is over."""
    if not system.reread_every:
        return True
    try:
        return bool(cache.add(_name(system, key), 1, system.reread_every.total_seconds()))
    except RedisError:
        return True


def _forget(system: System, key: Key) -> None:
    with suppress(RedisError):
        cache.delete(_name(system, key))


def _name(system: System, key: Key) -> str:
    return f"reread:{system.name}:{':'.join(key)}"


def _with(
    system: System, reading: Reading, answers: Iterable[list[RemoteRecord] | Exception]
) -> Reading:
    told = [
        # Its place is after the message that asked, and before those that came later.
        replace(one, event_at=reading.at)
        for answer in answers
        if not isinstance(answer, Exception)
        for one in answer
    ]
    missing = [key for key in reading.reread if key not in {one.key for one in told}]
    said = [
        one
        for one in reading.records
        if one.key not in reading.reread or doubts.contradicted(one, told)
    ]
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
