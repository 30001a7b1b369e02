"""The state of each connection: paused, limited, broken, or well."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from integrations.models import Connection, SyncLog, SyncRun

from .errors import Held, RateLimited, Reserved, SyncError, Unauthorised, Unavailable
from .system import System

#: So many failures in a row open the circuit breaker.
BREAKS_AFTER = 5

#: How long the breaker holds calls before one is let through to try.
BROKEN_FOR = timedelta(seconds=20)

#: What needs a call looks again so often while a person has paused the connection.
PAUSED_LOOK = timedelta(minutes=1)


#: Among a connection's facts: what is wrong with its settings.
MISCONFIGURED = "misconfigured"

#: Among them: which walks do not get to their end, and why.
FAILING = "failing"

#: What goes on is told again after so long.
TOLD_AGAIN_AFTER = timedelta(days=1)


def of(system: System) -> Connection:
    """The system's row, made when it is first asked for."""
    first = {"poll_minutes": system.poll_minutes()}
    return Connection.objects.get_or_create(system=system.name, defaults=first)[0]


@contextmanager
def facts_of(system: System) -> Iterator[dict[str, Any]]:
    """What is known of the connection, to be changed: nobody else does meanwhile."""
    row = of(system)
    with transaction.atomic():
        held = Connection.objects.select_for_update(no_key=True).get(pk=row.pk)
        facts = dict(held.facts)
        yield facts
        if facts != held.facts:
            Connection.objects.filter(pk=row.pk).update(facts=facts)


def held_for(system: System) -> timedelta | None:
    """How long calls have to wait; None when they may go out now."""
    connection, now = of(system), timezone.now()
    times = [connection.paused_until, connection.broken_until]
    waits = [until - now for until in times if until is not None and until > now]
    if connection.paused:
        waits.append(PAUSED_LOOK)
    return max(waits, default=None)


def may_call(system: System) -> bool:
    """Whether calls may go out now."""
    return held_for(system) is None


def refuse_while_held(system: System) -> None:
    """Before a call of somebody who waits so little that its failure says nothing.

    Raises:
        Held: No call may go out now.
    """
    if (wait := held_for(system)) is not None:
        raise Held(f"Calls to {system.label} are held just now", retry_after=wait)


@contextmanager
def asking(system: System) -> Iterator[None]:
    """Around calls that are part of other work: held like all others, and learnt from.

    Raises:
        Held: No call may go out now.
    """
    refuse_while_held(system)
    try:
        yield
    except SyncError as error:
        learn(system, error)
        raise
    succeeded(system)


def learn(system: System, error: BaseException) -> None:
    """What a failed call says about the connection."""
    match error:
        case Reserved():
            _alert_once(system, "budget", f"{system.label} is not read for now: {error}")
        case Held():
            return
        case RateLimited():
            limited(system, error)
        case Unauthorised():
            refused_us(system, str(error))
        case Unavailable():
            failed(system, str(error))


def on_probation(system: System) -> bool:
    """Whether the breaker was open and no call has succeeded since."""
    return of(system).broken_until is not None


def succeeded(system: System) -> None:
    """A call went through: the breaker closes. Writes only when that is news."""
    now = timezone.now()
    news = (
        Q(failures_in_row__gt=0)
        | Q(broken_until__isnull=False)
        | Q(last_success_at__isnull=True)
        | Q(last_success_at__lt=now - timedelta(seconds=10))
    )
    Connection.objects.filter(news, system=system.name).update(
        failures_in_row=0, broken_until=None, last_success_at=now
    )


def failed(system: System, message: str) -> None:
    """The remote is unreachable. Enough of these in a row, and calls are held."""
    now = timezone.now()
    row = Connection.objects.filter(system=system.name)
    row.update(failures_in_row=F("failures_in_row") + 1, last_error=message, last_error_at=now)
    row.filter(failures_in_row__gte=BREAKS_AFTER).update(broken_until=now + BROKEN_FOR)


def limited(system: System, error: RateLimited) -> None:
    """Hold all calls as long as we were asked to; a spent day is told to staff."""
    now = timezone.now()
    # A call that was under way may be told of a shorter wait than one before it.
    until = Greatest("paused_until", Value(now + error.retry_after))
    Connection.objects.filter(system=system.name).update(
        paused_until=until, last_error=str(error), last_error_at=now
    )
    if error.whole_day:
        _alert(system, "budget", f"{system.label}: today's calls are used up. {error}")


def refused_us(system: System, message: str) -> None:
    """Bad credentials: pause until a person has mended them, and say so once."""
    changed = Connection.objects.filter(system=system.name, paused=False).update(
        paused=True, pause_reason=message, last_error=message, last_error_at=timezone.now()
    )
    if changed:
        _alert(system, "credentials", f"{system.label} refuses our credentials: {message}")


def misconfigured(system: System, message: str) -> None:
    """What the settings name is not there, or means nothing: walks are rarer until it is mended."""
    with facts_of(system) as facts:
        is_news = facts.get(MISCONFIGURED) != message
        facts[MISCONFIGURED] = message
    _remember_error(system, message)
    if is_news:
        _alert(system, "settings", f"{system.label} is not set up right: {message}")


def walk_failed(system: System, action: str, message: str) -> None:
    """A walk did not get to its end, though calls go through: its next good one ends that."""
    with facts_of(system) as facts:
        facts[FAILING] = facts.get(FAILING, {}) | {action: message}
    _remember_error(system, message)
    _alert_once(system, "walk", f"{system.label}: {failing_walk(action, message)}")


def repair_failed(system: System, error: SyncError) -> None:
    """What we have set up there could not be looked at, or not be mended."""
    learn(system, error)
    _alert_once(system, "repair", f"{system.label}: what is set up there was not checked: {error}")


def failing_walk(action: str, message: str) -> str:
    """The sentence for staff."""
    return f"“{SyncRun.Action(action).label}” fails: {message}"


def walked(system: System, action: str) -> None:
    """A walk went through, so the settings are right too. Writes only when that is news."""
    succeeded(system)
    if of(system).facts.keys().isdisjoint({MISCONFIGURED, FAILING}):
        return
    with facts_of(system) as facts:
        facts.pop(MISCONFIGURED, None)
        failing = {name: why for name, why in facts.pop(FAILING, {}).items() if name != action}
        if failing:
            facts[FAILING] = failing


def _remember_error(system: System, message: str) -> None:
    Connection.objects.filter(system=system.name).update(
        last_error=message, last_error_at=timezone.now()
    )


def resume(system: System) -> None:
    """Let calls go out again, whatever held them."""
    Connection.objects.filter(system=system.name).update(
        paused=False, pause_reason="", paused_until=None, broken_until=None, failures_in_row=0
    )


def _alert_once(system: System, topic: str, message: str) -> None:
    """Nothing, where staff heard of such a thing within a day."""
    lately = SyncLog.objects.filter(
        system=system.name, topic=topic, at__gte=timezone.now() - TOLD_AGAIN_AFTER
    )
    if not lately.exists():
        _alert(system, topic, message)


def _alert(system: System, topic: str, message: str) -> None:
    SyncLog.objects.create(
        level=SyncLog.Level.ERROR, system=system.name, topic=topic, message=message
    )
