"""Records that only the remote has, and of which none is made here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .link_clock import is_stale
from .outcomes import Outcome, Status
from .records import RemoteRecord

if TYPE_CHECKING:
    from .kind_batch import KindBatch


def why_not_made(batch: KindBatch, record: RemoteRecord) -> Outcome | None:
    """What becomes of such a record, with the reason; None for one that is to be made."""
    kind, spoke_kind = batch.kind.replace("_", " "), batch.spoke_kind
    if (tombstone := batch.links.get(record.remote_id)) and is_stale(record, tombstone):
        return Outcome(Status.STALE, note="Deleted there meanwhile")
    if record.not_made:
        if record.flagged:
            batch.findings.left_out(record)
        return Outcome(Status.IGNORED, note=record.not_made)
    if not spoke_kind.create:
        if batch.kind == "team_member":
            batch.findings.stranger(record)
        return Outcome(Status.IGNORED, note=f"A {kind} is only made in Hermes")
    needed = spoke_kind.needs_parent
    if needed and batch.values.parent_id(record, needed) is None:
        return Outcome(Status.IGNORED, note=f"A {kind} without a {needed} changes nothing")
    if lacking := batch.hub_kind.lacks(batch.values.of(record)):
        batch.findings.refuse_misfit(record, lacking)
        return Outcome(Status.IGNORED, note=f"It has no {lacking} there, and none is made without")
    for required in (*batch.hub_kind.requires, *spoke_kind.awaits):
        if batch.values.parent_id(record, required) is None and required not in record.when_new:
            return Outcome(
                Status.WAITING, note=f"Its {required.replace('_', ' ')} is not known yet"
            )
    return None


def why_nothing(record: RemoteRecord) -> str:
    """Why nothing can have been taken of what names no value; empty where it does."""
    return "" if record.fields or record.parents else record.not_made
