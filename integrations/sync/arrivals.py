"""Whether a system's deliveries still arrive: a poll that finds what none told of says no."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db.models import Max, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from integrations.models import (
    Connection,
    EventState,
    ExternalLink,
    RunState,
    SyncLog,
    SyncRun,
    WebhookEvent,
)

from . import connections, wake
from .link_clock import SKEW, latest
from .records import EARLIEST
from .system import System

#: A delivery that was refused at first may come so long after its change.
COMES_WITHIN = timedelta(minutes=4)

#: A system that tells nothing for so long before its comparison does not only try again.
SILENT_FOR = timedelta(minutes=20)

#: More of which nothing told, each older than our clocks may differ, are not late any more: so
#: many deliveries that failed at first are enough to silence a system.
MANY = 10

#: How often a system is polled that no longer tells. Beat looks once a minute.
POLL_EVERY = timedelta(seconds=50)

#: How often, while its settings are wrong: nothing is read, and nobody need be asked to look.
MISCONFIGURED_EVERY = timedelta(minutes=15)

#: Polling so often ends when this share of the day's calls is used: people need the rest.
SHARE_OF_BUDGET = 0.5


def expect(system: System) -> None:
    """The system was asked just now to tell of every change."""
    connections.of(system)
    Connection.objects.filter(system=system.name).update(
        deliveries_expected_since=timezone.now(), untold_since=None
    )


def heard(system: str, newest: datetime, told: datetime) -> None:
    """Deliveries came, the newest of them then. The times never move back.

    Args:
        told: When the newest change was of which they told. What was refused at first comes
            minutes after its change, and says nothing of what changed meanwhile.
    """
    row = Connection.objects.filter(system=system)
    row.update(
        last_delivery_at=Greatest("last_delivery_at", Value(newest)),
        told_until=Greatest("told_until", Value(told)),
    )
    row.filter(untold_since__lte=told).update(untold_since=None)
    if row.filter(deliveries_missing_since__lt=newest).update(deliveries_missing_since=None):
        _say(system, SyncLog.Level.INFO, "Messages arrive again")


def missing_since(system: System) -> datetime | None:
    """Since when nothing came of what the system was last asked to tell; None if all is well.

    Asked anew, it has the chance to tell: only a change that it kept to itself then counts.
    """
    connection = connections.of(system)
    missing, expected = connection.deliveries_missing_since, connection.deliveries_expected_since
    if missing is None or expected is None or missing > expected:
        return missing
    untold = connection.untold_since
    return untold if untold and timezone.now() - untold >= COMES_WITHIN else None


def doubted_since(system: System) -> datetime | None:
    """When something changed of which nothing told so far; None where all was told of.

    No proof of silence, but enough for a person who wants the registration made good.
    """
    connection = connections.of(system)
    if connection.deliveries_expected_since is None:
        return None
    changed = ExternalLink.objects.filter(system=system.name).aggregate(at=Max("modified_at"))
    last = latest(connection.untold_since, changed["at"])
    told = latest(connection.deliveries_expected_since, _told_until(connection))
    return last if last and told and last > told else None


def poll_every(connection: Connection) -> timedelta:
    """How long to wait between two polls."""
    usual = timedelta(minutes=connection.poll_minutes)
    if connections.MISCONFIGURED in connection.facts:
        return max(usual, MISCONFIGURED_EVERY)
    hurry = connection.deliveries_missing_since is not None and _has_calls_to_spare(connection)
    return min(usual, POLL_EVERY) if hurry else usual


def _has_calls_to_spare(connection: Connection) -> bool:
    limit = connection.budget.get("limit")
    if not isinstance(limit, int) or limit <= 0:
        return True
    return int(connection.budget.get("used") or 0) < limit * SHARE_OF_BUDGET


def judge(system: System, run: SyncRun, news: Iterable[datetime | None]) -> None:
    """Compare what a run found with what was received. Staff are told once.

    Args:
        news: When the records changed that Hermes knew nothing of.
    """
    connection = connections.of(system)
    if connection.deliveries_expected_since is None:
        return
    changes = [] if _was_away(connection, run) else _untold(connection, run, news)
    untold = min(changes, default=None)
    Connection.objects.filter(pk=connection.pk).update(untold_since=untold)
    if untold is None or not _is_overdue(connection, run, changes):
        return
    if _fell_silent(
        system,
        f"one of {untold:%d %B %H:%M} UTC was only found by asking. Its set-up is checked now, "
        "and until messages arrive again Hermes asks every minute",
    ):
        # Whoever fell silent may have lost our registration.
        wake.repair(system.name)


def compared(system: System, run: SyncRun, news: Collection[datetime | None]) -> None:
    """Of what is not polled, only a comparison shows that nothing is told any more."""
    if system.polls:
        judge(system, run, news)
        return
    if not news or _is_first(run):
        return
    connection = connections.of(system)
    last = latest(connection.last_delivery_at, _last_unread(connection))
    if last is not None and last > run.started_at - SILENT_FOR:
        return
    came = f"the last one came on {last:%d %B %H:%M} UTC" if last else "none has ever come"
    _fell_silent(
        system,
        f"a comparison found some that no message told of, and {came}. Look there whether its "
        "messages to Hermes are switched on; until they are, Hermes finds changes at night only",
    )


def _is_first(run: SyncRun) -> bool:
    """Whether all of the system is news: it was never read before."""
    earlier = SyncRun.objects.filter(system=run.system, dry_run=False, pk__lt=run.pk)
    return not earlier.filter(state=RunState.DONE).exists()


def _fell_silent(system: System, why: str) -> bool:
    """Tell staff, unless they know. Returns whether that was news."""
    is_new = Connection.objects.filter(system=system.name, deliveries_missing_since=None)
    if not is_new.update(deliveries_missing_since=timezone.now()):
        return False
    _say(system.name, SyncLog.Level.ERROR, f"{system.label} no longer tells of changes: {why}")
    return True


def _untold(
    connection: Connection, run: SyncRun, news: Iterable[datetime | None]
) -> list[datetime]:
    """The changes that a delivery should have told of, and none told of anything later."""
    since, told = connection.deliveries_expected_since, _told_until(connection) or EARLIEST
    # No later than the run itself: a time in the future would be waited for.
    changes = [min(at, run.started_at) for at in news if at and since and at >= since]
    changes = [at for at in changes if at > told]
    if len(changes) <= MANY:
        # A few may belong to what came, and differ from it by some seconds.
        changes = [at for at in changes if at > told + SKEW]
    return changes + ([connection.untold_since] if connection.untold_since else [])


def _is_overdue(connection: Connection, run: SyncRun, changes: list[datetime]) -> bool:
    """Whether it is too late for deliveries of these changes to be under way."""
    last, first = _last_unread(connection), min(changes)
    if last and first <= last + SKEW:
        # What it tells of will be known when it is read.
        return False
    settled = [at for at in changes if at <= run.started_at - SKEW]
    return len(settled) > MANY or timezone.now() - first >= COMES_WITHIN


def _told_until(connection: Connection) -> datetime | None:
    return connection.told_until or connection.last_delivery_at


def _was_away(connection: Connection, run: SyncRun) -> bool:
    """Whether a poll was left out before this run."""
    polls = SyncRun.objects.filter(system=run.system, action=SyncRun.Action.POLL)
    earlier = polls.filter(pk__lt=run.pk)
    last = earlier.order_by("-pk").first()
    usual = timedelta(minutes=connection.poll_minutes) + COMES_WITHIN
    return last is None or run.started_at - (last.ended_at or last.started_at) > usual


def _last_unread(connection: Connection) -> datetime | None:
    """When the newest of the deliveries came that nobody has looked into so far."""
    events = WebhookEvent.objects.filter(
        system=connection.system,
        state__in=[EventState.NEW, EventState.PROCESSING],
        # Older ones say no more than what was heard; so few rows are looked at.
        received_at__gt=connection.last_delivery_at or EARLIEST,
    )
    return events.order_by("-received_at").values_list("received_at", flat=True).first()


def _say(system: str, level: str, message: str) -> None:
    SyncLog.objects.create(system=system, level=level, topic="deliveries", message=message)
