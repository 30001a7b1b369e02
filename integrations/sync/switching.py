"""Saying whether our changes go to a system, and what follows from it at once."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from integrations.models import Direction, OutboxEntry, OutboxState, SyncLog, SyncRun

from . import directions, hub, outbox_entries, removals, wake, walks
from .errors import Misconfigured
from .system import System

#: What has not gone out yet. A worker that is sending looks for itself.
NOT_SENT = [OutboxState.WAITING, OutboxState.RETRYING, OutboxState.DEAD]

WORDS = {None: "as for all of its kind", True: "yes", False: "no"}


@transaction.atomic
def say_of_record(
    system: System, kind: str, record_id: int, sends: bool | None, *, by: str
) -> None:
    """Whether a record's changes go there; None for as its kind's do.

    What differs then is owed at once, and what waits is taken back.

    Raises:
        Misconfigured: The system takes no changes of this kind.
    """
    _require_choice(system, kind)
    hub.KINDS[kind].hold(record_id)
    before = directions.is_sent(system, kind, record_id)
    about: dict[str, Any] = {"system": system.name, "kind": kind, "record_id": record_id}
    if sends is None:
        Direction.objects.filter(**about).delete()
    else:
        Direction.objects.update_or_create(**about, defaults={"sends": sends, "said_by": by[:150]})
    _note(about, f"{by} said whether changes here go to {system.label}: {WORDS[sends]}")
    after = directions.is_sent(system, kind, record_id)
    if before and not after:
        _take_back(system, OutboxEntry.objects.filter(**about))
    elif after and not before:
        # Those below it went without it.
        owed = [(kind, record_id), *removals.below(kind, record_id)]
        outbox_entries.add(system, owed, at_once=True)
        wake.outbox()


@transaction.atomic
def say_of_kind(system: System, kind: str, sends: bool, *, by: str) -> None:
    """Whether the changes of all records of a kind go there of which nothing else is said.

    Switched on, all are compared, so that what both sides changed meanwhile is settled first.

    Raises:
        Misconfigured: The system takes no changes of this kind.
    """
    _require_choice(system, kind)
    about: dict[str, Any] = {"system": system.name, "kind": kind, "record_id": None}
    Direction.objects.update_or_create(**about, defaults={"sends": sends, "said_by": by[:150]})
    word = "go" if sends else "no longer go"
    _note(about, f"{by} said for every {kind}: changes here {word} to {system.label}")
    if sends:
        walks.want(system, SyncRun.Action.RECONCILE)
        return
    own = Direction.objects.filter(
        system=system.name, kind=kind, record_id=OuterRef("record_id"), sends=True
    )
    entries = OutboxEntry.objects.filter(~Exists(own), system=system.name, kind=kind)
    _take_back(system, entries)


def _require_choice(system: System, kind: str) -> None:
    if kind not in directions.KINDS or not system.pushes(kind):
        raise Misconfigured(f"Hermes does not send this kind of record to {system.label}.")


def _take_back(system: System, entries: Any) -> None:
    """Nobody has to see to what will not be sent. When a create began is kept: it may be there."""
    entries.filter(state__in=NOT_SENT).update(
        state=OutboxState.DISCARDED, last_error=directions.why_not(system), reason=""
    )


def _note(about: dict[str, Any], sentence: str) -> None:
    SyncLog.objects.create(**about, topic="direction", message=sentence)
