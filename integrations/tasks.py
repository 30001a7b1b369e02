"""Celery's doors. Messages say only what to do: every fact is in the database."""

from __future__ import annotations

import logging
from collections.abc import Callable

from celery import shared_task

from integrations.sync import (
    arrivals,
    connections,
    inbox,
    outbox,
    poll,
    reconcile,
    runs,
    signs_of_life,
    upkeep,
    wake,
)
from integrations.sync.brake import BrakePulled
from integrations.sync.errors import SyncError, describe
from integrations.sync.runs import AlreadyRunning
from integrations.sync.system import System, get, switched_on
from meetings import choosing

logger = logging.getLogger(__name__)

#: For how many seconds changes are sent to one system before the messages that came in
#: meanwhile have their turn: there may be thousands, and a worker has few processes.
TURN = 1.0


@shared_task(name="integrations.drain_inbox")
def drain_inbox() -> int:
    wake.starting("integrations.drain_inbox")
    return inbox.drain()


@shared_task(name="integrations.drain_outbox")
def drain_outbox() -> int:
    wake.starting("integrations.drain_outbox")
    return outbox.drain(turn=TURN)


@shared_task(name="integrations.sweep")
def sweep() -> None:
    """Find every due row, whoever forgot to tell. A fault in one queue leaves the other."""
    try:
        inbox.drain()
    finally:
        outbox.drain(turn=TURN)


@shared_task(name="integrations.poll_due")
def poll_due() -> None:
    wake.starting("integrations.poll_due")
    signs_of_life.look()
    runs.tell_of_dead_loads()
    # While nobody takes it, the next look sends another: only one of them is to run.
    expires = arrivals.POLL_EVERY.total_seconds()
    for system in upkeep.due_for_poll():
        if connections.may_call(system):
            poll_system.apply_async([system.name], expires=expires)
    for system in upkeep.due_for_comparison():
        if connections.may_call(system):
            reconcile_system.apply_async([system.name], expires=expires)


@shared_task(name="integrations.take_runs")
def take_runs(*_: object) -> None:
    """Say that long runs find a worker: they wait in a queue of their own."""
    upkeep.worked("runs")


@shared_task(name="integrations.poll_system")
def poll_system(name: str, released: bool = False) -> None:
    _run(lambda system: poll.poll(system, released=released, progress=take_runs), name)


@shared_task(name="integrations.backfill_system")
def backfill_system(name: str, dry_run: bool = False) -> None:
    _run(lambda system: poll.backfill(system, dry_run=dry_run, progress=take_runs), name)


@shared_task(name="integrations.reconcile_system")
def reconcile_system(name: str, released: bool = False) -> None:
    # While a long run holds every process, its pages say so.
    _run(lambda system: reconcile.reconcile(system, released=released, progress=take_runs), name)


@shared_task(name="integrations.repair_system")
def repair_system(name: str) -> None:
    """Check the registration and the fields there, and mend them."""
    _run(_repair, name)


def _repair(system: System) -> None:
    """It is no run, so its failure is kept on the connection."""
    try:
        if system.repair:
            system.repair()
    except SyncError as error:
        connections.repair_failed(system, error)


@shared_task(name="integrations.nightly")
def nightly() -> None:
    """Compare everything, check the registrations, remove what is old."""
    for system in switched_on():
        if connections.may_call(system):
            repair_system.delay(system.name)
            reconcile_system.delay(system.name)
    upkeep.remove_old()
    choosing.forget_choices()


@shared_task(name="integrations.deletions")
def deletions() -> None:
    for system in switched_on():
        if system.polls and connections.may_call(system):
            look_for_deleted(system.name)


@shared_task(name="integrations.look_for_deleted")
def look_for_deleted(name: str, released: bool = False) -> None:
    _run(lambda system: poll.deletions(system, released=released), name)


def _run(action: Callable[[System], object], name: str) -> None:
    """A run that is under way, or that waits for a person, is no failure of the task.

    Nor is one that the system refused: the run's page has the reason, and how the code came to
    it tells nobody more.
    """
    system = get(name)
    try:
        action(system)
    except (AlreadyRunning, BrakePulled):
        return
    except SyncError as error:
        logger.error("%s: %s", system.label, describe(error))
