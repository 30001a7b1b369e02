"""Webhooks: kept before they are acknowledged, applied in batches afterwards."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F

from integrations.models import Connection, EventState, WebhookEvent

from . import arrivals, connections, rereading, schedule, upkeep, wake, walks
from .apply import apply
from .errors import Misconfigured, NotOurs, Unavailable, Waiting
from .inbox_claims import claim, claim_lost, failed, finish, hold
from .outcomes import Outcome, Outcomes, Status
from .parents import with_missing_parents
from .records import clean_text
from .system import Reading, System, find, get

#: Events claimed at once. In a burst a newer one makes older ones needless, and only
#: those that are claimed together can be compared. So many take some 100 MB.
CLAIM = 20_000

#: Events applied in one transaction, about; more of them hold more locks.
BATCH = 1000

#: Bodies in memory at once: each may have a mebibyte.
BODIES = 100

#: Event id to what the event says.
Readings = Mapping[int, Reading]

KEPT_HEADERS = ["content-type", "user-agent", "x-request-id"]

_INSERT = """
INSERT INTO integrations_webhookevent
    (system, dedupe_key, headers, body, received_at, state, attempts, next_attempt_at,
     subject, action, reason, note, last_error)
SELECT %s, v.dedupe_key, %s::jsonb, v.body, now(), 'new', 0, now(), '', '', '', '', ''
FROM unnest(%s::text[], %s::bytea[]) AS v (dedupe_key, body)
ON CONFLICT (system, dedupe_key) DO NOTHING
RETURNING dedupe_key
"""


def receive(
    *, system: str, events: Sequence[tuple[str, bytes]], headers: Mapping[str, str]
) -> set[str]:
    """Keep what one delivery brings: all or, where this raises, nothing.

    Args:
        events: Dedupe key and body of each.

    Returns:
        The keys of those that are no repeats. All are durable.
    """
    if not events:
        return set()
    # PostgreSQL's JSON has no place for NUL.
    kept = {
        name: headers[name][:500].replace("\x00", "") for name in KEPT_HEADERS if headers.get(name)
    }
    keys = [key.replace("\x00", "")[:255] for key, _ in events]
    rows = [system, json.dumps(kept), keys, [body for _, body in events]]
    try:
        new = _insert(rows)
    except (OperationalError, InterfaceError):
        # The connection was kept from an earlier request, and PostgreSQL has restarted.
        connection.close()
        new = _insert(rows)
    if new:
        wake.inbox()
    return new


def _insert(rows: list[Any]) -> set[str]:
    # Django would ask first whether the connection stands: a statement more for each delivery.
    connection.health_check_done = True  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, rows)
        return {key for (key,) in cursor.fetchall()}


def refused(system: str) -> None:
    """Count a delivery with wrong credentials; nothing else of it is kept."""
    connections.of(get(system))
    Connection.objects.filter(system=system).update(refused_deliveries=F("refused_deliveries") + 1)


def drain() -> int:
    """Apply what is due, batch after batch, until nothing is. Returns how many it took."""
    taken = 0
    upkeep.worked()
    while events := claim(CLAIM) or claim_lost():
        upkeep.worked()
        taken += len(events)
        by_system: dict[str, list[WebhookEvent]] = defaultdict(list)
        for event in events:
            by_system[event.system].append(event)
        for name, claimed in by_system.items():
            system = find(name)
            if system is None:
                _leave_to_staff(claimed)
                continue
            apply_claimed(system, claimed)
    return taken


def _leave_to_staff(events: list[WebhookEvent]) -> None:
    """Of a system that Hermes no longer has."""
    for event in events:
        failed(event, Misconfigured(f"No system is called {event.system} any more"))


def apply_claimed(system: System, claimed: list[WebhookEvent]) -> None:
    readings = _read_all(system, claimed)
    readable = [event for event in claimed if event.pk in readings]
    for batch in _batches(system, readable, readings):
        held = hold(batch)
        complete = rereading.resolved(system, held, readings)
        _apply_batch(system, [event for event in held if event.pk in complete], complete)


def _read_all(system: System, claimed: list[WebhookEvent]) -> Readings:
    readings: dict[int, Reading] = {}
    ignored: dict[str, list[WebhookEvent]] = defaultdict(list)
    heard, told = [], []
    for start in range(0, len(claimed), BODIES):
        for event, body in _with_bodies(claimed[start : start + BODIES]):
            try:
                reading = _read(system, event, body)
            except NotOurs as error:
                failed(event, error)
                continue
            heard.append(event.received_at)
            told.append(_told_at(event, reading))
            if reading and (reading.records or reading.reread or reading.walk):
                readings[event.pk] = reading
            elif reading:
                ignored[reading.ignored].append(event)
    for why, events in ignored.items():
        finish(events, EventState.IGNORED, note=why)
    if heard:
        arrivals.heard(system.name, max(heard), max(told))
    return readings


def _told_at(event: WebhookEvent, reading: Reading | None) -> datetime:
    """When that was of which it tells: it may have been refused some minutes before."""
    at = reading.at if reading else None
    return min(at or event.received_at, event.received_at)


def _with_bodies(events: Sequence[WebhookEvent]) -> Iterator[tuple[WebhookEvent, bytes]]:
    rows = WebhookEvent.objects.filter(pk__any=[event.pk for event in events])
    bodies = dict(rows.values_list("pk", "body"))
    for event in events:
        yield event, bytes(bodies[event.pk])


def _read(system: System, event: WebhookEvent, body: bytes) -> Reading | None:
    if event.attempts > len(schedule.RETRY_AFTER) + 1:
        failed(event, Unavailable("The worker stopped each time it worked on this"))
        return None
    try:
        reading = system.read(body)
    except NotOurs:
        raise
    except Exception as error:
        failed(event, error)
        return None
    event.subject = clean_text(reading.subject)[:255]
    event.action = clean_text(reading.action)[:40]
    records = [replace(record, heard_at=event.received_at) for record in reading.records]
    return replace(reading, records=records, ignored=clean_text(reading.ignored))


def _batches(
    system: System, events: list[WebhookEvent], readings: Readings
) -> Iterator[list[WebhookEvent]]:
    """All events of one record together, parents before children, and last what needs calls."""
    about: dict[tuple[bool, str, str], list[WebhookEvent]] = defaultdict(list)
    for event in events:
        reading = readings[event.pk]
        about[bool(reading.reread), *_first_named(system, reading)].append(event)
    batch: list[WebhookEvent] = []
    for key in sorted(about, key=lambda key: (key[0], system.rank(key[1]))):
        batch += about[key]
        if len(batch) >= BATCH:
            yield batch
            batch = []
    yield batch


def _first_named(system: System, reading: Reading) -> tuple[str, str]:
    named = [*reading.reread, *(record.key for record in reading.records)]
    return named[0] if named else (next(iter(system.kinds)), "")


def _apply_batch(system: System, events: list[WebhookEvent], readings: Readings) -> None:
    """Apply together; if that fails, one by one, so that one event harms no other."""
    if not events:
        return
    try:
        _apply_events(system, events, readings)
    except Exception as error:
        if len(events) == 1:
            failed(events[0], error)
            return
        for event in events:
            _apply_batch(system, hold([event]), readings)


def _apply_events(system: System, events: list[WebhookEvent], readings: Readings) -> None:
    records = [record for event in events for record in readings[event.pk].records]
    records = with_missing_parents(system, records)
    with transaction.atomic():
        outcomes = apply(records, system=system, event=events[0].dedupe_key)
        settled = _settle(events, readings, outcomes)
        walks.ask(system, [(event, readings[event.pk]) for event in settled])
    wake.outbox()


def _settle(
    events: Iterable[WebhookEvent], readings: Readings, outcomes: Outcomes
) -> list[WebhookEvent]:
    done: dict[tuple[str, str], list[WebhookEvent]] = defaultdict(list)
    for event in events:
        own = [outcomes[r.kind, r.remote_id] for r in readings[event.pk].records]
        if waiting := [outcome for outcome in own if outcome.status is Status.WAITING]:
            failed(event, Waiting(waiting[0].note))
        elif too_early := readings[event.pk].early:
            failed(event, too_early)
        else:
            done[_end(readings[event.pk], own)].append(event)
    for (state, note), ended in done.items():
        finish(ended, state, note=note)
    return [event for ended in done.values() for event in ended]


def _end(reading: Reading, outcomes: list[Outcome]) -> tuple[str, str]:
    if reading.walk and not outcomes:
        return EventState.DONE, f"It asks for a {reading.walk}"
    if not outcomes:
        return EventState.IGNORED, reading.ignored or "It is no longer there"
    told = [outcome for outcome in outcomes if outcome.status is not Status.IGNORED]
    if not told:
        return EventState.IGNORED, outcomes[0].note
    # Why a record of ours took nothing is told beside what became of the others.
    told += [one for one in outcomes if one.status is Status.IGNORED and one.record_id is not None]
    notes = {outcome.note or outcome.status.value.capitalize() for outcome in told}
    return EventState.DONE, ", ".join(sorted(notes))
