"""API calls: every open entry is one record to bring up to date in one system."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from integrations.models import ExternalLink, LinkState, OutboxEntry

from . import (
    changes,
    connections,
    directions,
    hub,
    links,
    outbox_entries,
    owed_merges,
    reading_first,
    removals,
    schedule,
    upkeep,
)
from .ended import close, give_up_later, waits_for_parent, withhold
from .errors import RemoteGone, Undecided
from .named import named_elsewhere
from .outbox_claims import BATCH, claim, hand_back, hold, tell_of_what_is_due_soon
from .outgoing import build, missing_parent, sent_fields
from .records import RemoteRecord
from .sent import keep_answer, keep_deletion
from .spoke_kinds import SpokeKind
from .system import Outgoing, Remote, System, switched_on

logger = logging.getLogger(__name__)


def drain() -> int:
    """Notice changes, then send what is due in every system. Returns how many entries."""
    changes.spread()
    return sum(_drain_system(system) for system in switched_on())


def _drain_system(system: System) -> int:
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
        _send_all(system, entries)
        changes.spread()
    return taken


def _send_all(system: System, entries: list[OutboxEntry]) -> None:
    remote = system.connect()
    for index, entry in enumerate(entries):
        if not connections.may_call(system):
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


@dataclass
class Job:
    """An entry with the record and the link that it is about."""

    system: System
    entry: OutboxEntry
    record: Any
    link: ExternalLink | None


def _send(system: System, remote: Remote, entry: OutboxEntry) -> None:
    if entry.attempts > len(schedule.RETRY_AFTER) + 1:
        raise TimeoutError("The worker stopped each time it worked on this")
    job = _job(system, entry)
    if job.record is None or not _kind(job).ready(job.record):
        close(entry, "nothing")
        return
    if not directions.is_sent(system, entry.kind, entry.record_id):
        withhold(entry, directions.why_not(system))
        return
    job = _merge_there(remote, job)
    if _is_to_go(job):
        _delete(remote, job)
    elif not _is_there(job) and not _kind(job).create_there:
        close(entry, "nothing")
    elif _was_deleted_there(job) and not entry.recreate:
        _refuse_to_recreate(job)
    else:
        _upsert(remote, job)


def _job(system: System, entry: OutboxEntry) -> Job:
    record = hub.KINDS[entry.kind].model._base_manager.filter(pk=entry.record_id).first()
    link = (
        ExternalLink.objects.filter(system=system.name, kind=entry.kind, record_id=entry.record_id)
        .exclude(state=LinkState.ALIAS)
        .first()
    )
    return Job(system, entry, record, link)


def _kind(job: Job) -> SpokeKind:
    return job.system.kinds[job.entry.kind]


def _is_to_go(job: Job) -> bool:
    """Whether it is not to be there, or no more. Where nothing is deleted, all may stay."""
    archived, kind = job.record.archived_at is not None, _kind(job)
    return (archived and (kind.deletes or not _is_there(job))) or not kind.wanted(job.record)


def _was_deleted_there(job: Job) -> bool:
    """By somebody else than us: what was not to be there may come back when it is."""
    link = job.link
    return link is not None and link.state == LinkState.GONE and not link.deleted_here


def _is_there(job: Job) -> bool:
    return job.link is not None and job.link.state == LinkState.LIVE


def _merge_there(remote: Remote, job: Job) -> Job:
    """Before anything is sent to the survivor. Returns the job as it is then."""
    if job.link is None or not _is_there(job) or not _kind(job).merges:
        return job
    if owed_merges.carry_out(job.system, remote, job.link):
        return job
    return _job(job.system, job.entry)


def _delete(remote: Remote, job: Job) -> None:
    link = job.link
    if link is None and _kind(job).deletes:
        _take_back(remote, job)
    if link is None or not _is_there(job) or not _kind(job).deletes or _is_left_alone(job):
        close(job.entry, "nothing")
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


def _take_back(remote: Remote, job: Job) -> None:
    """Delete what a call made whose answer never came: meanwhile it is not to be there."""
    outgoing = build(job.system, job.entry.kind, job.record, None)
    job.entry.create_started_at = outbox_entries.create_began(job.entry)
    if (made := _made_before(remote, job, outgoing)) is not None:
        with suppress(RemoteGone):
            remote.delete(made.kind, made.remote_id)


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
    outgoing, body = _to_send(job)
    if body and job.link is not None and _is_there(job) and _kind(job).reads_first:
        # What people did there meanwhile is settled with ours before we write over it.
        reading_first.settle(job.system, remote, job.link)
        job = _job(job.system, job.entry)
        outgoing, body = _to_send(job)
    if not body:
        close(job.entry, "nothing")
    elif outgoing.creating:
        _create(remote, job, outgoing, body)
    else:
        _update(remote, job, outgoing, body)


def _to_send(job: Job) -> tuple[Outgoing, dict]:
    """The record on its way, and what the call would say; {} where it would say nothing."""
    link = job.link if _is_there(job) else None
    outgoing = build(job.system, job.entry.kind, job.record, link)
    if link is None and not _kind(job).create_there:
        return outgoing, {}
    if link is not None and _kind(job).left_alone(job.record, link):
        return outgoing, {}
    return outgoing, job.system.payload(outgoing) if _has_news(outgoing) else {}


def _has_news(outgoing: Outgoing) -> bool:
    return bool(outgoing.changed) or outgoing.send_hub_id or outgoing.creating


def _create(remote: Remote, job: Job, outgoing: Outgoing, body: dict) -> None:
    """Create once. A call that may have been made before is looked up first."""
    entry = job.entry
    entry.create_started_at = outbox_entries.create_began(entry)
    if (met := _met_there(remote, job, outgoing)) is not None:
        known = replace(outgoing, creating=False, send_hub_id=False)
        keep_answer(job.system, entry, known, met, sent=frozenset(), found=True)
        return
    if (made := _made_before(remote, job, outgoing)) is not None:
        # It holds what was sent then; what changed since goes out by itself.
        keep_answer(job.system, entry, outgoing, made, sent=frozenset())
        if _kind(job).derived:
            # It need not say what it shows of what others say.
            outbox_entries.add(job.system, [(entry.kind, job.record.pk)])
        return
    entry.create_started_at = timezone.now()
    if not hold(entry, create_started_at=entry.create_started_at):
        return
    answer = remote.create(entry.kind, body)
    sent = sent_fields(job.system, outgoing)
    keep_answer(job.system, entry, outgoing, answer, sent=sent)
    if outgoing.changed - sent - _kind(job).fields.keys():
        # What others say of it may need what the answer told.
        outbox_entries.add(job.system, [(entry.kind, job.record.pk)])
    if job.link is not None:
        # It is back under a new number, and those below it belong there again.
        outbox_entries.add(job.system, removals.below(entry.kind, job.record.pk))


def _met_there(remote: Remote, job: Job, outgoing: Outgoing) -> RemoteRecord | None:
    """The one record that is the same and that no other has; of several none is chosen.

    Raises:
        Undecided: One that says outright that it is the same is another's.
    """
    if job.entry.create_started_at is not None or not _kind(job).look_first(job.record):
        return None
    system, kind = job.system.name, job.entry.kind
    alike = {record.remote_id: record for record in remote.alike(kind, outgoing)}
    taken = {pk for _, pk in links.record_ids_of(system, {kind: alike})}
    apart = set(links.apart(system, kind, list(alike)))
    named = named_elsewhere(kind, [alike[pk] for pk in taken])
    if contested := [pk for pk, hub_id in named.items() if hub_id == job.record.pk]:
        raise Undecided(
            f"It is {job.system.label}'s {kind} {contested[0]}, which Hermes has as another "
            f"{kind}: merge the two, and nothing is made twice"
        )
    free = [
        record
        for pk, record in alike.items()
        if pk not in taken and (pk, job.record.pk) not in apart
    ]
    return free[0] if len(free) == 1 else None


def _made_before(remote: Remote, job: Job, outgoing: Outgoing) -> RemoteRecord | None:
    """What an earlier call made. A record that a person took apart still holds our id."""
    since, system, kind = job.entry.create_started_at, job.system.name, job.entry.kind
    if since is None:
        return None
    for record in remote.find(kind, outgoing, since):
        if (record.remote_id, job.record.pk) not in links.apart(system, kind, [record.remote_id]):
            return record
    return None


def _update(remote: Remote, job: Job, outgoing: Outgoing, body: dict) -> None:
    assert job.link is not None
    try:
        answer = remote.update(job.entry.kind, job.link.remote_id, body)
    except RemoteGone:
        ExternalLink.objects.filter(pk=job.link.pk).update(state=LinkState.GONE)
        raise
    sent = sent_fields(job.system, outgoing).difference(answer.refused)
    keep_answer(job.system, job.entry, outgoing, answer, sent=sent)
