"""Keeping what a remote answered: the link, the snapshot, and what it changed itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from integrations.models import ExternalLink, LinkState, OutboxEntry

from . import before_merge, held_as, hub, links, locks, outbox_entries, overwritten
from .apply_page import apply_page
from .ended import close, resume_children
from .records import RemoteRecord, jsonable
from .system import Outgoing, System


@transaction.atomic
def keep_answer(
    system: System,
    entry: OutboxEntry,
    outgoing: Outgoing,
    answer: RemoteRecord,
    *,
    sent: frozenset[str],
    found: bool = False,
) -> None:
    """Keep what came of an entry's call, and close the entry; what is left is owed anew."""
    keep(system, outgoing, answer, sent=sent, found=found)
    close(entry, _did(outgoing, answer, sent), sorted(sent))
    if outgoing.creating or found:
        resume_children(system, entry.kind, outgoing.record_id)
    if outgoing.left:
        outbox_entries.add(system, [(entry.kind, outgoing.record_id)])


def _did(outgoing: Outgoing, answer: RemoteRecord, sent: frozenset[str]) -> str:
    if outgoing.creating:
        return "create"
    nothing = answer.refused and not sent and not outgoing.send_hub_id
    return "refused" if nothing else "update"


@transaction.atomic
def keep(
    system: System,
    outgoing: Outgoing,
    answer: RemoteRecord,
    *,
    sent: frozenset[str],
    found: bool = False,
) -> None:
    """Remember what the remote holds now, then apply its answer like any other message.

    The answer may carry changes that somebody made there at the same time.

    Args:
        found: Whether the record was there already, and no call was made.
    """
    locks.hold_remote(system.name, [(answer.kind, answer.remote_id)])
    if _was_taken_apart(system, answer, outgoing):
        apply_page([answer], system=system)
        return
    if sent:
        # Of what else it shows a message of its own tells, or the night.
        shown = {name: value for name, value in answer.shown.items() if name in sent}
        answer = replace(answer, shown=shown)
    hub.KINDS[answer.kind].hold(outgoing.record_id)
    stays = system.kinds[answer.kind].as_found(answer) if found else ()
    _note_on_link(system, outgoing, answer, sent=sent, stays=stays)
    apply_page([answer], system=system)


def _note_on_link(
    system: System,
    outgoing: Outgoing,
    answer: RemoteRecord,
    *,
    sent: frozenset[str],
    stays: Collection[str],
) -> None:
    """What both sides have now, and what the remote made of it."""
    link = _link(system, answer, outgoing)
    overwritten.remember(link, outgoing, sent)
    agreed = {*sent, *stays} & outgoing.values.keys()
    values = {name: jsonable(outgoing.values[name]) for name in agreed}
    link.snapshot |= values
    before_merge.wrote(link.snapshot, values)
    if outgoing.send_hub_id:
        link.snapshot["hub_id"] = answer.hub_id_text or str(outgoing.record_id)
    held_as.remember(system, link, answer, sent)
    held_as.remember_stand_ins(link, outgoing, answer, sent)
    link.pushed_at, link.last_error = timezone.now(), ""
    link.save()


def _was_taken_apart(system: System, answer: RemoteRecord, outgoing: Outgoing) -> bool:
    """Whether a person did so while the call was under way: a link would undo that."""
    pairs = links.apart(system.name, answer.kind, [answer.remote_id])
    if (answer.remote_id, outgoing.record_id) not in pairs:
        return False
    # A merge may have brought the link back.
    return not ExternalLink.objects.filter(
        system=system.name,
        kind=answer.kind,
        remote_id=answer.remote_id,
        record_id=outgoing.record_id,
    ).exists()


def _link(system: System, answer: RemoteRecord, outgoing: Outgoing) -> ExternalLink:
    """The record's link. A webhook of our own create may have made it before us.

    A record that has another number now, made anew or moved there, leaves the old one behind.
    """
    own = ExternalLink.objects.filter(
        system=system.name, kind=answer.kind, record_id=outgoing.record_id
    ).exclude(remote_id=answer.remote_id)
    moved = None if outgoing.creating else own.filter(state=LinkState.LIVE).first()
    own.filter(state=LinkState.GONE).update(state=LinkState.ALIAS)
    if moved is not None:
        moved.state = LinkState.ALIAS
        moved.save(update_fields=["state"])
    link, _ = ExternalLink.objects.select_for_update().get_or_create(
        system=system.name,
        kind=answer.kind,
        remote_id=answer.remote_id,
        defaults={"record_id": outgoing.record_id, "snapshot": moved.snapshot if moved else {}},
    )
    return link


def keep_deletion(link: ExternalLink) -> None:
    """We deleted it there: late messages of the living record change nothing here."""
    link.state, link.deleted_here, link.pushed_at = LinkState.GONE, True, timezone.now()
    link.save(update_fields=["state", "deleted_here", "pushed_at"])
