"""How a claim on the outbox ends: done, again later, or dead."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from integrations.models import ExternalLink, LinkState, OutboxEntry, OutboxState, Reason
from integrations.models.queues import OPEN_ENTRIES

from . import connections, hub, outbox_entries, schedule
from .errors import RateLimited, SyncError, Unauthorised, Unavailable, describe
from .not_shown import NOT_SHOWN
from .system import System, find

logger = logging.getLogger(__name__)

#: When to look again whether a parent is there: one on its way, and one tried again later.
LOOK_AGAIN = {False: timedelta(seconds=1), True: timedelta(minutes=1)}


def close(entry: OutboxEntry, action: str, fields: list[str] | None = None) -> None:
    """The remote has all that was there at the claim; what came since is sent again.

    What an earlier call of the same entry did is not forgotten where this one had nothing to do.
    """
    now, system = timezone.now(), find(entry.system)
    if action == "nothing" and entry.fields_sent:
        action, fields = entry.action, entry.fields_sent
    is_current = When(generation=entry.generation, then=Value(OutboxState.DONE))
    ours(entry).update(
        state=Case(is_current, default=Value(OutboxState.WAITING)),
        done_at=Case(When(generation=entry.generation, then=Value(now)), default=None),
        next_attempt_at=now + (system.gather() if system else timedelta()),
        attempts=Case(When(generation=entry.generation, then=F("attempts")), default=Value(0)),
        create_started_at=None,
        recreate=False,
        action=action,
        fields_sent=fields or [],
        last_error="",
        reason="",
    )
    # An earlier entry that had given up on this record has nothing left to say.
    _discard_given_up(entry, last_error="A later change took its place")


def _discard_given_up(entry: OutboxEntry, **told: str) -> None:
    """Of what went wrong with sending the record before nothing is left to say."""
    given_up = OutboxEntry.objects.filter(
        system=entry.system,
        kind=entry.kind,
        record_id=entry.record_id,
        state=OutboxState.DEAD,
        pk__lt=entry.pk,
    ).update(state=OutboxState.DISCARDED, **told)
    if given_up or entry.last_error:
        _links(entry).exclude(last_error__in=["", NOT_SHOWN]).update(last_error="")


def withhold(entry: OutboxEntry, why: str) -> None:
    """Nothing of it goes out. What came since the claim is looked at again.

    When a create began is kept: what a call made whose answer never came may be there.
    """
    now, is_current = timezone.now(), Q(generation=entry.generation)
    ours(entry).update(
        state=Case(
            When(is_current, then=Value(OutboxState.DISCARDED)), default=Value(OutboxState.WAITING)
        ),
        done_at=Case(When(is_current, then=Value(now)), default=None),
        next_attempt_at=now,
        attempts=entry.attempts - 1,
        last_error=why,
        reason="",
    )
    # Of this nothing goes out either.
    _discard_given_up(entry, last_error=why, reason="")


def ours(entry: OutboxEntry) -> Any:
    """The claim, if it is still this worker's."""
    return OutboxEntry.objects.filter(
        pk=entry.pk, state=OutboxState.SENDING, attempts=entry.attempts
    )


def waits_for_parent(system: System, entry: OutboxEntry, parent: tuple[str, int]) -> None:
    """Send the parent first. Waiting for it costs no attempt."""
    kind, pk = parent
    entries = OutboxEntry.objects.filter(system=system.name, kind=kind, record_id=pk)
    states = set(entries.values_list("state", flat=True))
    # One that is tried again later keeps its time: asked for once more, it would go at once.
    if states.isdisjoint(OPEN_ENTRIES):
        if OutboxState.DEAD in states:
            _stop(entry, Reason.PARENT, f"Its {kind} could not be sent; mend that first", {})
            return
        outbox_entries.add(system, [parent])
    elif entry.rank < outbox_entries.LATER:
        # Also while it is claimed: it may go back, its turn being over.
        came_in_bulk = entries.filter(state__in=OPEN_ENTRIES, rank__gte=outbox_entries.LATER)
        came_in_bulk.update(rank=system.rank(kind))
    ours(entry).update(
        state=OutboxState.WAITING,
        attempts=entry.attempts - 1,
        next_attempt_at=timezone.now() + LOOK_AGAIN[OutboxState.RETRYING in states],
        last_error=f"Waiting until its {kind} is there",
    )


def resume_children(system: System, kind: str, record_id: int) -> None:
    """The record is there now: what stopped because it was not goes on."""
    below = {
        child: names
        for child, its in hub.KINDS.items()
        if (names := [name for name, of in its.parents.items() if of == kind])
    }
    stopped = OutboxEntry.objects.filter(
        system=system.name, state=OutboxState.DEAD, reason=Reason.PARENT, kind__in=below
    )
    ids: dict[str, set[int]] = {}
    for child, pk in stopped.values_list("kind", "record_id"):
        ids.setdefault(child, set()).add(pk)
    for child, pks in ids.items():
        rows = hub.KINDS[child].model._base_manager.filter(pk__in=pks)
        for name in below[child]:
            own = rows.filter(**{f"{name}_id": record_id}).values_list("pk", flat=True)
            outbox_entries.add(system, [(child, pk) for pk in own])


def give_up_later(system: System, entry: OutboxEntry, error: Exception) -> None:
    """Decide by the error's type: wait without an attempt, try again, or stop."""
    message = describe(error)
    if not isinstance(error, SyncError):
        logger.error("An outbox entry failed", exc_info=error)
    keeps_start = {"create_started_at": entry.create_started_at}
    if not isinstance(error, Unavailable) and isinstance(error, SyncError):
        # The remote said no: nothing was created.
        keeps_start = {"create_started_at": None}
    _mark_link(entry, message)
    connections.learn(system, error)
    if isinstance(error, RateLimited):
        _again(entry, error.retry_after, message, entry.attempts - 1, keeps_start)
    elif isinstance(error, Unauthorised):
        _again(entry, timedelta(minutes=1), message, entry.attempts - 1, keeps_start)
    elif getattr(error, "permanent", False):
        reason = error.reason if isinstance(error, SyncError) else Reason.INTERNAL
        _stop(entry, reason, message, keeps_start)
    else:
        _count(entry, error, message, keeps_start)


def _count(entry: OutboxEntry, error: Exception, message: str, keeps: dict[str, Any]) -> None:
    wait = schedule.next_wait(entry.attempts)
    if wait is None:
        reason = Reason.EXCEEDED if isinstance(error, SyncError) else Reason.INTERNAL
        _stop(entry, reason, message, keeps)
    else:
        _again(entry, wait, message, entry.attempts, keeps)


def _again(
    entry: OutboxEntry, wait: timedelta, message: str, attempts: int, keeps: dict[str, Any]
) -> None:
    ours(entry).update(
        state=OutboxState.RETRYING,
        attempts=max(attempts, 0),
        next_attempt_at=timezone.now() + wait,
        last_error=message,
        **keeps,
    )


def _stop(entry: OutboxEntry, reason: str, message: str, keeps: dict[str, Any]) -> None:
    ours(entry).update(
        state=OutboxState.DEAD,
        reason=reason,
        last_error=message,
        done_at=timezone.now(),
        **keeps,
    )


def _mark_link(entry: OutboxEntry, message: str) -> None:
    _links(entry).update(last_error=message)


def _links(entry: OutboxEntry) -> QuerySet[ExternalLink]:
    own = {"system": entry.system, "kind": entry.kind, "record_id": entry.record_id}
    return ExternalLink.objects.filter(**own).exclude(state=LinkState.ALIAS)
