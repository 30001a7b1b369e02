"""What staff ask for on a record's page: send it, read it, compare it, link it."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from integrations.models import ExternalLink, KeptApart, LinkState, SyncLog

from . import directions, hub, locks, outbox_entries, pairing, single_records, waiting, wake
from .apply import apply
from .comparing import ComparedField, compared
from .errors import Misconfigured, Rejected, RemoteGone
from .parents import with_missing_parents
from .records import RemoteRecord
from .system import System, find


class Taken(Rejected):
    """Another record here has that partner. ``record_id`` says which."""

    def __init__(self, message: str, record_id: int) -> None:
        super().__init__(message)
        self.record_id = record_id


def push(system: System, kind: str, pk: int) -> None:
    """Send a record's changes as soon as a worker is free.

    Raises:
        Misconfigured: The system does not take this kind of record, or not this one's changes.
        RemoteGone: It was deleted there; it is only made again on request.
    """
    _require_push(system, kind, pk)
    if _links(system, kind, pk).filter(state=LinkState.GONE).exists():
        raise RemoteGone(
            f"It was deleted in {system.label}. Choose “Create again” if it should be there."
        )
    outbox_entries.add(system, [(kind, pk)], at_once=True)
    wake.outbox()


def create_again(system: System, kind: str, pk: int) -> None:
    """Make a record that was deleted there once more.

    Raises:
        Misconfigured: The system does not take this kind of record, or not this one's changes.
    """
    _require_push(system, kind, pk)
    if not system.kinds[kind].create_there:
        raise Misconfigured(f"Hermes makes no record of this kind in {system.label}.")
    outbox_entries.add(system, [(kind, pk)], recreate=True)
    wake.outbox()


def pull(system: System, link: ExternalLink) -> str:
    """Read the record there and bring ours up to date.

    Calls the API, so never inside a transaction.

    Returns:
        What became of it: changed, unchanged, stale, …

    Raises:
        SyncError: The system could not be asked, or the record is gone there.
    """
    try:
        return fetch(system, link.kind, link.remote_id)
    except RemoteGone:
        ExternalLink.objects.filter(pk=link.pk).update(state=LinkState.GONE)
        raise


def fetch(system: System, kind: str, remote_id: str) -> str:
    """Read one record there, known here or not, and all that comes with it.

    Returns:
        What became of it: created, changed, unchanged, …

    Raises:
        RemoteGone: The system has no such record.
        SyncError: The system could not be asked.
    """
    theirs, answers = _ask(system, kind, remote_id)
    if theirs is None:
        raise RemoteGone(f"{system.label} has no such record any more.")
    outcomes = apply(with_missing_parents(system, answers), system=system)
    outcome = outcomes.get((kind, remote_id))
    return outcome.status.value if outcome else "unchanged"


def compare(system: System, link: ExternalLink) -> list[ComparedField]:
    """Each field as it is here and there at this moment. Writes nothing.

    Raises:
        SyncError: The system could not be asked, the record is gone there, or nothing is taken
            of it as it is.
    """
    theirs, _ = _ask(system, link.kind, link.remote_id)
    if theirs is None:
        raise RemoteGone(f"{system.label} has no such record any more.")
    if not (rows := compared(system, link, theirs)):
        raise Rejected(f"Hermes takes nothing of it. {theirs.not_made}".strip())
    return rows


def _ask(
    system: System, kind: str, remote_id: str
) -> tuple[RemoteRecord | None, list[RemoteRecord]]:
    """The record as the system shows it now, None if it has no such record; and all it told.

    Raises:
        SyncError: The system could not be asked, or is not to be asked just now.
    """
    answers = single_records.read(system, kind, [remote_id])
    own = (one for one in answers if one.key == (kind, remote_id))
    return next((one for one in own if not one.deleted), None), answers


def unlink(link: ExternalLink, by: str) -> None:
    """The two are not one, and no message brings them together again.

    Neither record is changed. What comes of the remote's record from now on is about a
    record of its own.

    Raises:
        Rejected: There cannot be two records of this kind with what the two have in common.
    """
    if not may_unlink(link):
        field = hub.KINDS[link.kind].unique
        raise Rejected(f"Two of them cannot have one {field}, so the two have to stay linked.")
    assert link.record_id is not None, "nothing is unlinked from a record that is not here"
    with transaction.atomic():
        locks.hold_remote(link.system, [(link.kind, link.remote_id)])
        pairing.leave_to_a_person(link)
        link.delete()
        KeptApart.objects.update_or_create(
            system=link.system,
            kind=link.kind,
            remote_id=link.remote_id,
            record_id=link.record_id,
            defaults={"said_by": by[:150]},
        )
        _note(link.system, link.kind, link.record_id, f"{by} unlinked it from {_partner(link)}")


def may_unlink(link: ExternalLink) -> bool:
    """Whether what it joins can be two from then on.

    What makes no record here may be nobody's; what does needs one unlike all others.
    """
    return not hub.KINDS[link.kind].unique or not makes_records(link)


def makes_records(link: ExternalLink) -> bool:
    """Whether what the remote alone has of this kind makes a record here."""
    system = find(link.system)
    return system is None or link.kind not in system.kinds or system.kinds[link.kind].create


def link_to(record: Any, system: System, remote_id: str, by: str) -> None:
    """Join a record to one that is there already; the newer value of each field stays.

    Raises:
        Taken: Another record here has that partner.
        Rejected: The record has another partner.
        SyncError: The system could not be asked, or has no such record.
    """
    kind = hub.kind_of(record)
    if kind is None or kind.name not in system.kinds:
        raise Misconfigured(f"{system.label} does not keep this kind of record.")
    theirs, _ = _ask(system, kind.name, remote_id)
    if theirs is None:
        raise RemoteGone(f"{system.label} has no record with the id {remote_id}.")
    records = with_missing_parents(system, [theirs])
    with transaction.atomic():
        locks.hold_remote(system.name, [(kind.name, remote_id)])
        _refuse_second_partner(system, kind.name, record.pk, remote_id)
        _join(system, kind.name, record.pk, remote_id)
        apply(records, system=system)
        outbox_entries.add(system, [(kind.name, record.pk)])
        waiting.came(kind.name)
        _note(system.name, kind.name, record.pk, f"{by} linked it to {system.label} {remote_id}")
    wake.outbox()


def _require_push(system: System, kind: str, pk: int) -> None:
    if not system.pushes(kind):
        raise Misconfigured(f"Hermes does not send this kind of record to {system.label}.")
    if not directions.is_sent(system, kind, pk):
        raise Misconfigured(directions.why_not(system))


def _links(system: System, kind: str, pk: int) -> Any:
    own = ExternalLink.objects.filter(system=system.name, kind=kind, record_id=pk)
    return own.exclude(state=LinkState.ALIAS)


def _refuse_second_partner(system: System, kind: str, pk: int, remote_id: str) -> None:
    if _links(system, kind, pk).filter(state=LinkState.LIVE).exists():
        raise Rejected(f"It is linked in {system.label} already. Remove that link first.")
    taken = ExternalLink.objects.filter(
        system=system.name, kind=kind, remote_id=remote_id, record_id__isnull=False
    ).exclude(record_id=pk)
    other = taken.first()
    if other is not None:
        assert other.record_id is not None
        raise Taken(f"{remote_id} belongs to another record here.", other.record_id)


def _join(system: System, kind: str, pk: int, remote_id: str) -> None:
    _links(system, kind, pk).exclude(remote_id=remote_id).update(state=LinkState.ALIAS)
    KeptApart.objects.filter(
        system=system.name, kind=kind, remote_id=remote_id, record_id=pk
    ).delete()
    ExternalLink.objects.update_or_create(
        system=system.name,
        kind=kind,
        remote_id=remote_id,
        defaults={"record_id": pk, "state": LinkState.LIVE, "deleted_here": False},
    )


def _partner(link: ExternalLink) -> str:
    """As the note of its linking names it: ``Pipedrive 5012``."""
    system = find(link.system)
    return f"{system.label if system else link.system} {link.remote_id}"


def _note(system: str, kind: str, pk: int | None, message: str) -> None:
    SyncLog.objects.create(system=system, kind=kind, record_id=pk, topic="link", message=message)
