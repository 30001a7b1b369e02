"""Applying what a list shows: a record that cannot be kept harms no other."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.db import InterfaceError, OperationalError, transaction

from . import locks, not_kept
from .apply import apply
from .errors import SyncError, describe
from .outcomes import Outcome, Outcomes, Status
from .records import RemoteRecord
from .system import System

logger = logging.getLogger(__name__)


def apply_page(records: Sequence[RemoteRecord], *, system: System) -> Outcomes:
    """Apply together; if that fails, one by one. What fails is told to staff and counted."""
    try:
        return apply(records, system=system)
    except (OperationalError, InterfaceError):
        # The database is away, and would be for each of them.
        raise
    except Exception as error:
        if len(records) == 1:
            return _failed(records[0], system, error)
    return _one_by_one(records, system)


@transaction.atomic
def _one_by_one(records: Sequence[RemoteRecord], system: System) -> Outcomes:
    # All names first: taken one by one, two pages that share records would wait for each other.
    locks.hold_remote(system.name, [(record.kind, record.remote_id) for record in records])
    for kind in system.kinds:
        locks.hold_names(record for record in records if record.kind == kind)
    outcomes: Outcomes = {}
    for record in sorted(records, key=lambda one: (system.rank(one.kind), one.remote_id)):
        outcomes |= apply_page([record], system=system)
    return outcomes


def _failed(record: RemoteRecord, system: System, error: Exception) -> Outcomes:
    kind, why = record.kind.replace("_", " "), describe(error)
    if not isinstance(error, SyncError):
        logger.error("%s %s cannot be kept", record.kind, record.remote_id, exc_info=error)
        why = f"something unexpected went wrong ({why}). Ask operations to have a look"
    sentence = f"{system.label}'s {kind} {record.remote_id} cannot be kept: {why}"
    not_kept.tell(system, record.kind, sentence)
    return {(record.kind, record.remote_id): Outcome(Status.FAILED, note=sentence)}
