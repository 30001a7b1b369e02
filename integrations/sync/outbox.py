"""API calls: every open entry is one record to bring up to date in one system."""

from __future__ import annotations

import logging
import math
import time
from contextlib import suppress

from integrations.models import ExternalLink, LinkState, OutboxEntry

from . import (
    changes,
    connections,
    directions,
    not_taken,
    outbox_entries,
    owed_merges,
    reading_first,
    removals,
    schedule,
    upkeep,
    wake,
    withheld,
)
from .creations import create, made_before
from .ended import close, give_up_later, waits_for_parent, withhold
from .errors import Outdated, RemoteGone
from .jobs import Job, job_of
from .outbox_claims import BATCH, claim, hand_back, hold, tell_of_what_is_due_soon
from .outgoing import build, missing_parent, open_questions, sent_fields
from .sent import keep_answer, keep_deletion
from .system import Outgoing, Remote, System, switched_on

logger = logging.getLogger(__name__)

#: Why a record is not deleted there though it is archived here.
STAYS = "It was deleted in another system, which the others do not follow: it stays there."


def drain(*, turn: float = math.inf) -> int:
    """Notice changes, then send what is due in every system. Returns how many entries it took.

    Args:
        turn: For how many seconds to send to one system. What is left then is for the next turn,
            which waits behind all that waits for a worker already.
    """
    changes.spread()
    return sum(_drain_system(system, time.monotonic() + turn) for system in switched_on())


def _drain_system(system: System, until: float) -> int:
    taken = 0
    while connections.may_call(system):
        # A system that was down gets one call to show that it is back.
        limit = 1 if connections.on_probation(system) else BATCH
        entries = claim(system, limit)
        if not entries:
            tell_of_what_is_due_soon(system)
            break
        taken += len(entries)
        upkeep.worked()
        _send_all(system, entries, until)
        changes.spread()
        if time.monotonic() >= until:
            wake.outbox()
            break
    return taken


def _send_all(system: System, entries: list[OutboxEntry], until: float) -> None:
    """Send them one after the other, at least one of them; those it does not come to go back."""
    remote = system.connect()
    for index, entry in enumerate(entries):
        is_over = index > 0 and time.monotonic() >= until
        if is_over or not connections.may_call(system):
            hand_back(entries[index:])
            return
        if not hold(entry):
            continue
        try:
            _send(system, remote, entry)
        except Exception as error:
            give_up_later(system, entry, error)
        else:
            connections.succeeded(system)


def _send(system: System, remote: Remote, entry: OutboxEntry) -> None:
    if entry.attempts > len(schedule.RETRY_AFTER) + 1:
        raise TimeoutError("The worker stopped each time it worked on this")
    job = job_of(system, entry)
    if job.record is None:
        close(entry, "nothing")
        return
    if not job.kind.ready(job.record):
        withhold(entry, "It is not known yet whether it is to be there.")
        return
    is_sent = directions.is_sent(system, entry.kind, entry.record_id)
    if job.link is not None and not_taken.is_due(system, job.record, job.link):
        reading_first.settle(system, remote, job.link)
        job = job_of(system, entry)
        if not is_sent:
            close(entry, "read")
            return
    if not is_sent:
        withhold(entry, directions.why_not(system))
        return
    job = _merge_there(remote, job)
    if job.is_to_go:
        _delete(remote, job)
    elif why := job.why_not_sent():
        withhold(entry, why)
    elif job.was_deleted_there and not entry.recreate:
        _refuse_to_recreate(job)
    else:
        _upsert(remote, job)


def _merge_there(remote: Remote, job: Job) -> Job:
    """Before anything is sent to the survivor. Returns the job as it is then."""
    if job.link is None or not job.is_there or not job.kind.merges:
        return job
    if owed_merges.carry_out(job.system, remote, job.link):
        return job
    return job_of(job.system, job.entry)


def _delete(remote: Remote, job: Job) -> None:
    link = job.link
    if link is None or not job.is_there or not job.kind.deletes:
        taken = link is None and job.kind.deletes and _take_back(remote, job)
        close(job.entry, "delete" if taken else "absent")
        return
    if _is_left_alone(job):
        withhold(job.entry, STAYS)
        return
    for unwanted in [*removals.unwanted_below(job.system, job.entry.kind, job.record.pk), link]:
        try:
            remote.delete(unwanted.kind, unwanted.remote_id)
        except RemoteGone:
            logger.info("%s is gone already", unwanted)
        keep_deletion(unwanted)
    if job.record.archived_at is None:
        # It is not wanted there any more; those below it may not be either.
        outbox_entries.add(job.system, removals.below(job.entry.kind, job.record.pk))
    close(job.entry, "delete")


def _take_back(remote: Remote, job: Job) -> bool:
    """Delete what a call made whose answer never came: meanwhile it is not to be there."""
    outgoing = build(job.system, job.entry.kind, job.record, None)
    job.entry.create_started_at = outbox_entries.create_began(job.entry)
    if (made := made_before(remote, job, outgoing)) is None:
        return False
    with suppress(RemoteGone):
        remote.delete(made.kind, made.remote_id)
    return True


def _is_left_alone(job: Job) -> bool:
    archived = job.record.archived_at is not None
    return archived and removals.are_left_alone(job.entry.kind, job.record.pk)


def _refuse_to_recreate(job: Job) -> None:
    """What was deleted there is not made again by a sync; staff can ask for it."""
    raise RemoteGone(
        f"It was deleted in {job.system.label}. "
        "Choose “Create again” on the record if it should be there."
    )


def _upsert(remote: Remote, job: Job) -> None:
    parent = missing_parent(job.system, job.record, job.entry.kind)
    if parent is not None:
        waits_for_parent(job.system, job.entry, parent)
        return
    try:
        _bring_up_to_date(remote, job)
    except Outdated:
        # Built once more, the call has only what is taken there by now; the rest is told.
        job = job_of(job.system, job.entry)
        if why := job.why_not_sent():
            withhold(job.entry, why)
        else:
            _bring_up_to_date(remote, job)


def _bring_up_to_date(remote: Remote, job: Job) -> None:
    outgoing, body = _to_send(job)
    if body and job.link is not None and job.is_there and job.kind.reads_first:
        # What people did there meanwhile is settled with ours before we write over it.
        reading_first.settle(job.system, remote, job.link)
        job = job_of(job.system, job.entry)
        if why := job.why_not_sent():
            withhold(job.entry, why)
            return
        outgoing, body = _to_send(job)
    kept_back = withheld.tell(job.system, outgoing)
    if not body:
        close(job.entry, withheld.ACTION if kept_back else _why_nothing(job))
    elif outgoing.creating:
        create(remote, job, outgoing, body)
    else:
        _update(remote, job, outgoing, body)


def _to_send(job: Job) -> tuple[Outgoing, dict]:
    """The record on its way, and what the call would say; {} where it would say nothing."""
    link = job.link if job.is_there else None
    outgoing = build(job.system, job.entry.kind, job.record, link)
    return outgoing, job.system.payload(outgoing) if _has_news(outgoing) else {}


def _why_nothing(job: Job) -> str:
    """What is said of an entry of which nothing is to go: a person may have to decide first."""
    asked = open_questions(job.system, job.entry.kind, job.record.pk)
    return "asked" if asked else "nothing"


def _has_news(outgoing: Outgoing) -> bool:
    return bool(outgoing.changed) or outgoing.send_hub_id or outgoing.creating


def _update(remote: Remote, job: Job, outgoing: Outgoing, body: dict) -> None:
    assert job.link is not None
    try:
        answer = remote.update(job.entry.kind, job.link.remote_id, body)
    except RemoteGone:
        ExternalLink.objects.filter(pk=job.link.pk).update(state=LinkState.GONE)
        raise
    sent = sent_fields(job.system, outgoing).difference(answer.refused)
    keep_answer(job.system, job.entry, outgoing, answer, sent=sent)
