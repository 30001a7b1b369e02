"""The brake of runs: what more of a kind would end or change than passes without asking."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from integrations.models import RunState, SyncRun

from . import hub
from .preview import known_links
from .records import RemoteRecord
from .system import System, switched_on

#: A run may archive or change so many records of a kind, or this share if that is more.
BRAKE_AT_LEAST = 10
BRAKE_SHARE = 0.02

#: So many of the records are named in the question.
MOST_NAMED = 10

#: The runs that a person may let go on.
RELEASABLE = (SyncRun.Action.POLL, SyncRun.Action.RECONCILE, SyncRun.Action.DELETIONS)


class BrakePulled(Exception):
    """More would change than a person expects; nothing of it was written."""


def check(system: System, kind: str, records: Sequence[RemoteRecord]) -> None:
    """Stop before more of a kind is changed or ended than anyone expects.

    Args:
        records: Those of them that would be.

    Raises:
        BrakePulled: With the question for staff.
    """
    if len(records) <= BRAKE_AT_LEAST or len(records) <= (limit := _limit(kind)):
        return
    called, ended = kind.replace("_", " "), sum(record.deleted for record in records)
    happened = [
        f"{number} {called} records or more were {what} there"
        for number, what in [(ended, "deleted"), (len(records) - ended, "changed")]
        if number
    ]
    raise BrakePulled(
        f"{' and '.join(happened)}, and no more than {limit} pass without asking: "
        f"{_names(system, kind, records)}. Hermes has taken over none of that yet. Look at what "
        f"happened in {system.label}, then let the run go on."
    )


def _limit(kind: str) -> int:
    """How many live records of a kind one run may change or archive."""
    live = hub.KINDS[kind].model._base_manager.filter(archived_at__isnull=True).count()
    return max(BRAKE_AT_LEAST, int(live * BRAKE_SHARE))


def _names(system: System, kind: str, records: Sequence[RemoteRecord]) -> str:
    own = [record for record in records if record.kind == kind][:MOST_NAMED]
    ids = [link.record_id for link in known_links(system, own).values()]
    rows = hub.KINDS[kind].model._base_manager.filter(pk__in=ids).order_by("pk")
    more = len(records) - len(rows)
    return ", ".join([*map(str, rows), *([f"and {more} more"] if more else [])])


def asking() -> QuerySet[SyncRun]:
    """The runs that wait for a yes: of a system's runs of a kind the newest that stopped, if none
    went through after it.

    A system that is switched off asks nobody: its run could not go on.
    """
    ended = SyncRun.objects.filter(
        system__in=[system.name for system in switched_on()],
        state__in=[RunState.DONE, RunState.STOPPED],
        action__in=RELEASABLE,
        dry_run=False,
    )
    newest = ended.order_by("system", "action", "-pk").distinct("system", "action").values("pk")
    return SyncRun.objects.filter(pk__in=newest, state=RunState.STOPPED)
