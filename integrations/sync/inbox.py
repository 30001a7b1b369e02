"""Webhooks: kept before they are acknowledged, applied in batches afterwards."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from integrations.models import Connection, EventState, Reason, WebhookEvent
from integrations.models.queues import LEASE

from . import schedule, wake
from .apply import Outcome, Outcomes, Status, apply
from .errors import RateLimited, SyncError, Waiting
from .parents import with_missing_parents
from .system import Reading, System, get

logger = logging.getLogger(__name__)

#: Rows claimed at once. Larger is faster but holds more locks in one transaction.
BATCH = 1000

KEPT_HEADERS = ["content-type", "user-agent", "x-request-id"]

_INSERT = """
INSERT INTO integrations_webhookevent
    (system, dedupe_key, headers, body, received_at, state, attempts, next_attempt_at,
     subject, action, reason, note, last_error)
VALUES (%s, %s, %s, %s, now(), 'new', 0, now(), '', '', '', '', '')
ON CONFLICT (system, dedupe_key) DO NOTHING
"""


def receive(*, system: str, dedupe_key: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Keep a delivery. Durable when this returns; false for a repeat."""
    # PostgreSQL's JSON has no place for NUL.
    kept = {
        name: headers[name][:500].replace("\x00", "") for name in KEPT_HEADERS if headers.get(name)
    }
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT, [system, dedupe_key.replace("\x00", "")[:255], json.dumps(kept), body]
        )
        is_new = cursor.rowcount == 1
    if is_new:
        wake.inbox()
    return is_new


def refused(system: str) -> None:
    """Count a delivery with wrong credentials; nothing else of it is kept."""
    if not Connection.objects.filter(system=system).update(
        refused_deliveries=F("refused_deliveries") + 1
    ):
        Connection.objects.get_or_create(system=system, defaults={"refused_deliveries": 1})


def drain() -> int:
    """Apply what is due, batch after batch, until nothing is. Returns how many it took."""
    taken = 0
    while events := claim(BATCH):
        taken += len(events)
        by_system: dict[str, list[WebhookEvent]] = {}
        for event in events:
            by_system.setdefault(event.system, []).append(event)
        for name, batch in by_system.items():
            newest = max(event.received_at for event in batch)
            Connection.objects.filter(system=name).update(last_delivery_at=newest)
            _apply_batch(get(name), batch)
    return taken


def claim(limit: int) -> list[WebhookEvent]:
    """Take due events to work on. A dead worker's claims are due when their lease ends.

    The claim itself counts as the attempt, so that an event which kills its worker
    cannot come back for ever.
    """
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE integrations_webhookevent SET state = 'processing',
                attempts = attempts + 1, next_attempt_at = %s, lease_until = %s
            WHERE id IN (
                SELECT id FROM integrations_webhookevent
                WHERE state IN ('new', 'processing', 'retrying') AND next_attempt_at <= %s
                ORDER BY next_attempt_at, id LIMIT %s FOR UPDATE SKIP LOCKED)
            RETURNING id
            """,
            [now + LEASE, now + LEASE, now, limit],
        )
        ids = [pk for (pk,) in cursor.fetchall()]
    return list(WebhookEvent.objects.filter(pk__in=ids).order_by("pk"))


def _apply_batch(system: System, events: list[WebhookEvent]) -> None:
    """Apply together; if that fails, one by one, so that one event harms no other."""
    readings = {event.pk: reading for event in events if (reading := _read(system, event))}
    events = [event for event in events if event.pk in readings]
    if not events:
        return
    try:
        _apply_events(system, events, readings)
    except Exception as error:
        if len(events) == 1:
            _failed(events[0], error)
            return
        for event in events:
            try:
                _apply_events(system, [event], readings)
            except Exception as own_error:
                _failed(event, own_error)


def _read(system: System, event: WebhookEvent) -> Reading | None:
    if event.attempts > len(schedule.RETRY_AFTER) + 1:
        _failed(event, Waiting("The worker stopped each time it worked on this"))
        return None
    try:
        reading = system.read(bytes(event.body))
    except Exception as error:
        _failed(event, error)
        return None
    event.subject, event.action = reading.subject[:255], reading.action[:40]
    if reading.ignored:
        _finish([event], EventState.IGNORED, note=reading.ignored)
        return None
    return reading


def _apply_events(
    system: System, events: list[WebhookEvent], readings: Mapping[int, Reading]
) -> None:
    records = [record for event in events for record in readings[event.pk].records]
    records = with_missing_parents(system, records)
    with transaction.atomic():
        outcomes = apply(records, system=system, event=events[0].dedupe_key)
        _settle(events, readings, outcomes)
    wake.outbox()


def _settle(
    events: Iterable[WebhookEvent], readings: Mapping[int, Reading], outcomes: Outcomes
) -> None:
    done: dict[tuple[str, str], list[WebhookEvent]] = {}
    for event in events:
        own = [outcomes[r.kind, r.remote_id] for r in readings[event.pk].records]
        if waiting := [outcome for outcome in own if outcome.status is Status.WAITING]:
            _failed(event, Waiting(waiting[0].note))
            continue
        done.setdefault(_end(own), []).append(event)
    for (state, note), ended in done.items():
        _finish(ended, state, note=note)


def _end(outcomes: list[Outcome]) -> tuple[str, str]:
    if outcomes and all(outcome.status is Status.IGNORED for outcome in outcomes):
        return EventState.IGNORED, outcomes[0].note
    notes = {outcome.note or outcome.status.value.capitalize() for outcome in outcomes}
    return EventState.DONE, ", ".join(sorted(notes))


def _finish(events: list[WebhookEvent], state: str, *, note: str) -> None:
    """Close claims that are still ours: a lease that ran out belongs to another worker."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE integrations_webhookevent e SET state = %s, note = %s, done_at = now(),
                last_error = '', reason = '', subject = v.subject, action = v.action
            FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::int[])
                AS v (id, subject, action, attempts)
            WHERE e.id = v.id AND e.state = 'processing' AND e.attempts = v.attempts
            """,
            [
                state,
                note[:1000],
                [event.pk for event in events],
                [event.subject for event in events],
                [event.action for event in events],
                [event.attempts for event in events],
            ],
        )


def _failed(event: WebhookEvent, error: Exception) -> None:
    """Try again later, or park it with its error for staff to see."""
    now = timezone.now()
    permanent = getattr(error, "permanent", False)
    attempts = event.attempts
    wait = None if permanent else schedule.next_wait(attempts)
    if isinstance(error, RateLimited):
        attempts, wait = attempts - 1, error.retry_after
    if not isinstance(error, SyncError):
        logger.error("Event %s failed", event.pk, exc_info=error)
    reason = error.reason if isinstance(error, SyncError) else Reason.INTERNAL
    dead = {"state": EventState.DEAD, "reason": reason, "done_at": now}
    again = {"state": EventState.RETRYING, "next_attempt_at": wait and now + wait}
    WebhookEvent.objects.filter(
        pk=event.pk, state=EventState.PROCESSING, attempts=event.attempts
    ).update(
        **(dead if wait is None else again),
        attempts=attempts,
        last_error=describe(error),
        subject=event.subject,
        action=event.action,
    )


def describe(error: Exception) -> str:
    """The error in the words that staff read; an unforeseen one with its type."""
    if isinstance(error, SyncError):
        return str(error)[:2000]
    return f"{type(error).__name__}: {error}"[:2000].replace("\x00", "")
