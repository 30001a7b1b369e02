"""Making a record in a remote: once, whatever becomes of the answer, and none that is there."""

from __future__ import annotations

from dataclasses import replace

from django.utils import timezone

from integrations.models import OutboxEntry
from integrations.models.queues import OPEN_ENTRIES

from . import links, outbox_entries, removals
from .errors import Undecided, Waiting
from .jobs import Job
from .named import named_elsewhere
from .outbox_claims import hold
from .outgoing import sent_fields
from .records import RemoteRecord
from .sent import keep_answer
from .system import Outgoing, Remote


def create(remote: Remote, job: Job, outgoing: Outgoing, body: dict) -> None:
    """Create once. A call that may have been made before is looked up first."""
    entry = job.entry
    entry.create_started_at = outbox_entries.create_began(entry)
    if (met := _met_there(remote, job, outgoing)) is not None:
        known = replace(outgoing, creating=False, send_hub_id=False)
        keep_answer(job.system, entry, known, met, sent=frozenset(), found=True)
        return
    if (made := made_before(remote, job, outgoing)) is not None:
        # It holds what was sent then; what changed since goes out by itself.
        keep_answer(job.system, entry, outgoing, made, sent=frozenset())
        if job.kind.derived:
            # It need not say what it shows of what others say.
            outbox_entries.add(job.system, [(entry.kind, job.record.pk)])
        return
    entry.create_started_at = timezone.now()
    if hold(entry, create_started_at=entry.create_started_at):
        _make(remote, job, outgoing, body)


def _make(remote: Remote, job: Job, outgoing: Outgoing, body: dict) -> None:
    entry = job.entry
    answer = remote.create(entry.kind, body)
    sent = sent_fields(job.system, outgoing)
    keep_answer(job.system, entry, outgoing, answer, sent=sent)
    if outgoing.changed - sent - job.kind.fields.keys():
        # What others say of it may need what the answer told.
        outbox_entries.add(job.system, [(entry.kind, job.record.pk)])
    if job.link is not None:
        # It is back under a new number, and those below it belong there again.
        outbox_entries.add(job.system, removals.below(entry.kind, job.record.pk))


def _met_there(remote: Remote, job: Job, outgoing: Outgoing) -> RemoteRecord | None:
    """The one record that is the same and that no other has; of several none is chosen.

    Raises:
        Undecided: One that says outright that it is the same is another's.
        Waiting: The same, and what is to be sent of that other may say so no more.
    """
    if job.entry.create_started_at is not None or not job.kind.look_first(job.record):
        return None
    system, kind = job.system.name, job.entry.kind
    alike = {record.remote_id: record for record in remote.alike(kind, outgoing)}
    taken = {pk for _, pk in links.record_ids_of(system, {kind: alike})}
    apart = set(links.apart(system, kind, list(alike)))
    named = named_elsewhere(kind, [alike[pk] for pk in taken])
    if contested := [pk for pk, hub_id in named.items() if hub_id == job.record.pk]:
        _refuse_anothers(job, contested[0])
    free = [
        record
        for pk, record in alike.items()
        if pk not in taken and (pk, job.record.pk) not in apart
    ]
    return free[0] if len(free) == 1 else None


def _refuse_anothers(job: Job, remote_id: str) -> None:
    """It says that it is ours, and is another's: two that were merged may have been parted."""
    system, kind = job.system, job.entry.kind
    owners = links.record_ids_of(system.name, {kind: [remote_id]}).values()
    is_owed = OutboxEntry.objects.filter(
        system=system.name, kind=kind, record_id__in=list(owners), state__in=OPEN_ENTRIES
    )
    what = f"It is {system.label}'s {kind} {remote_id}, which Hermes has as another {kind}"
    if is_owed.exists():
        raise Waiting(f"{what}: that one is sent first")
    raise Undecided(f"{what}: merge the two, and nothing is made twice")


def made_before(remote: Remote, job: Job, outgoing: Outgoing) -> RemoteRecord | None:
    """What an earlier call made. A record that a person took apart still holds our id."""
    since, system, kind = job.entry.create_started_at, job.system.name, job.entry.kind
    if since is None:
        return None
    for record in remote.find(kind, outgoing, since):
        if (record.remote_id, job.record.pk) not in links.apart(system, kind, [record.remote_id]):
            return record
    return None
