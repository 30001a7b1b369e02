"""Claims on deliveries: taken with a lease, held, and ended."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from integrations.models import EventState, Reason, WebhookEvent
from integrations.models.queues import LEASE

from . import schedule
from .errors import Early, RateLimited, SyncError, Waiting, describe

logger = logging.getLogger(__name__)

#: A lease that ran out belongs to another worker, whose claim counted one more attempt.
_STILL_OURS = "e.id = v.id AND e.state = 'processing' AND e.attempts = v.attempts"


def claim(limit: int) -> list[WebhookEvent]:
    """Take due events to work on. Bodies are left in the database.

    The claim itself counts as the attempt, so that nothing comes back for ever.
    """
    return _claim("state IN ('new', 'retrying')", limit)


def claim_lost() -> list[WebhookEvent]:
    """Take the next event whose worker died while it had it; its lease has ended.

    It comes alone: should it be what kills workers, it takes no other event with it.
    """
    return _claim("state = 'processing'", 1)


def _claim(which: str, limit: int) -> list[WebhookEvent]:
    now = timezone.now()
    with connection.cursor() as cursor:
        # An array is made once; PostgreSQL may run a plain subquery, and its LIMIT, many times.
        cursor.execute(
            f"""
            UPDATE integrations_webhookevent SET state = 'processing',
                attempts = attempts + 1, next_attempt_at = %s, lease_until = %s
            WHERE id = ANY(ARRAY(
                SELECT id FROM integrations_webhookevent
                WHERE {which} AND next_attempt_at <= %s
                ORDER BY next_attempt_at, id LIMIT %s FOR UPDATE SKIP LOCKED))
            RETURNING id
            """,
            [now + LEASE, now + LEASE, now, limit],
        )
        ids = [pk for (pk,) in cursor.fetchall()]
    return list(WebhookEvent.objects.filter(pk__any=ids).defer("body", "headers").order_by("pk"))


def hold(events: Sequence[WebhookEvent]) -> list[WebhookEvent]:
    """Begin the claims' lease anew; those that no other worker has taken meanwhile.

    Writes nothing while most of the lease is left.
    """
    now, until = timezone.now(), timezone.now() + LEASE
    if all(event.lease_until and event.lease_until > now + LEASE * 0.75 for event in events):
        return list(events)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE integrations_webhookevent e SET next_attempt_at = %s, lease_until = %s
            FROM unnest(%s::bigint[], %s::int[]) AS v (id, attempts)
            WHERE {_STILL_OURS} RETURNING e.id
            """,
            [until, until, [event.pk for event in events], [event.attempts for event in events]],
        )
        ours = {pk for (pk,) in cursor.fetchall()}
    return [event for event in events if event.pk in ours]


def finish(events: Sequence[WebhookEvent], state: str, *, note: str) -> None:
    """Close those claims that are still ours."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE integrations_webhookevent e SET state = %s, note = %s, done_at = now(),
                last_error = '', reason = '', subject = v.subject, action = v.action
            FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::int[])
                AS v (id, subject, action, attempts)
            WHERE {_STILL_OURS}
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


def failed(event: WebhookEvent, error: Exception) -> None:
    """Try again later, or park it with its error for staff to see."""
    now = timezone.now()
    permanent = getattr(error, "permanent", False)
    attempts = event.attempts
    wait = None if permanent else schedule.next_wait(attempts)
    if isinstance(error, RateLimited):
        attempts, wait = attempts - 1, error.retry_after
    if isinstance(error, Early):
        wait = error.retry_after
    if not isinstance(error, SyncError):
        logger.error("Event %s failed", event.pk, exc_info=error)
    reason = error.reason if isinstance(error, SyncError) else Reason.INTERNAL
    dead: dict[str, Any] = {"state": EventState.DEAD, "reason": reason, "done_at": now}
    again: dict[str, Any] = {"state": EventState.RETRYING, "next_attempt_at": wait and now + wait}
    again["reason"] = reason if isinstance(error, Waiting) else ""
    WebhookEvent.objects.filter(
        pk=event.pk, state=EventState.PROCESSING, attempts=event.attempts
    ).update(
        **(dead if wait is None else again),
        attempts=attempts,
        last_error=describe(error),
        subject=event.subject,
        action=event.action,
    )
