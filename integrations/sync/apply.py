"""Remote to hub: one set-based path for webhooks, polls, backfills and answers to calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import IntegrityError, transaction
from django.utils import timezone

from . import changes, locks, merges, overwritten, removals
from .broken_rules import refusal
from .kind_batch import KindBatch
from .link_clock import by_our_clock
from .outcomes import Outcomes
from .records import RemoteRecord, coalesce
from .system import Applied, System


def apply(records: Iterable[RemoteRecord], *, system: System, event: str = "") -> Outcomes:
    """Bring the hub up to date with what a remote said.

    One transaction for all of it: everything is written or nothing. Several messages
    about one record count as one.

    Returns:
        The outcome for each (kind, remote id).

    Raises:
        Rejected: A rule of ours forbids what the remote has.
    """
    # First, as a wrong time would decide which of two messages is the newer one.
    dated = by_our_clock(records, timezone.now())
    newest = coalesce(dated)
    if not newest:
        return {}
    newest = removals.with_children(system, newest)
    try:
        with transaction.atomic(), changes.made_by(system, event):
            locks.hold_remote(system.name, newest)
            overwritten.tell(system, dated)
            outcomes = _apply_kinds(system, newest)
            merges.fold(system, newest.values())
            _carry_out_rules(system, outcomes)
    except IntegrityError as error:
        raise refusal(error) from error
    return outcomes


def _apply_kinds(system: System, newest: Mapping[tuple[str, str], RemoteRecord]) -> Outcomes:
    outcomes: Outcomes = {}
    for kind in system.kinds:
        batch = [record for (its_kind, _), record in newest.items() if its_kind == kind]
        if batch:
            done = KindBatch(system, kind, batch).apply()
            outcomes |= {(kind, remote_id): outcome for remote_id, outcome in done.items()}
    return outcomes


def _carry_out_rules(system: System, outcomes: Outcomes) -> None:
    if system.applied is not None:
        news = [
            Applied(kind, outcome.record_id, outcome.took, outcome.shown)
            for (kind, _), outcome in outcomes.items()
            if outcome.record_id is not None and (outcome.took or outcome.shown)
        ]
        system.applied(news)
