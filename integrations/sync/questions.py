"""Settling what waited for a person."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from integrations.models import (
    Conflict,
    ExternalLink,
    LinkState,
    PossibleDuplicate,
    QuestionState,
)

from . import hub, outbox_entries, typed, wake
from .broken_rules import refusal
from .errors import SyncError
from .system import get

WINNERS = ("hub", "remote", "typed")

#: Who answered whether two are one: a merge of these two, or of one of them with a third.
MERGED = "They were merged"
ASKED_ELSEWHERE = "One of them was merged: asked of what it became part of"


class AlreadySettled(SyncError):
    """Somebody else was quicker."""


def settle(conflict: Conflict, winner: str, value: Any = None, *, by: str = "") -> Conflict:
    """Set both sides of a conflict to one value.

    Args:
        winner: ``hub`` keeps what Hermes has, ``remote`` takes theirs, ``typed`` takes
            ``value``.

    Raises:
        AlreadySettled: Somebody else answered it.
        ValidationError: The value does not fit the field.
    """
    if winner not in WINNERS:
        raise ValueError(f"{winner!r} is none of {', '.join(WINNERS)}")
    with transaction.atomic():
        row = Conflict.objects.select_for_update().get(pk=conflict.pk)
        if row.state != QuestionState.OPEN:
            raise AlreadySettled(f"{row.settled_by or 'Somebody'} has already answered this.")
        hub.KINDS[row.kind].hold(row.record_id)
        _agree_on_remote(row)
        if winner == "remote":
            _set_field(row, row.remote_value)
        elif winner == "typed":
            _set_field(row, typed.checked(row.field, value))
        if winner != "remote":
            outbox_entries.add(get(row.system), [(row.kind, row.record_id)])
        row.state, row.winner = QuestionState.SETTLED, "remote" if winner == "remote" else "hub"
        row.settled_at, row.settled_by = timezone.now(), by[:150]
        row.save(update_fields=["state", "winner", "settled_at", "settled_by"])
    wake.outbox()
    return row


def _agree_on_remote(conflict: Conflict) -> None:
    """The link learns what the remote holds, so that only a difference is sent."""
    link = (
        ExternalLink.objects.select_for_update()
        .filter(system=conflict.system, kind=conflict.kind, record_id=conflict.record_id)
        .exclude(state=LinkState.ALIAS)
        .first()
    )
    if link is not None:
        link.snapshot = {**link.snapshot, conflict.field: conflict.remote_value}
        link.save(update_fields=["snapshot"])


def _set_field(conflict: Conflict, value: Any) -> None:
    kind = hub.KINDS[conflict.kind]
    record = kind.model._base_manager.select_for_update().get(pk=conflict.record_id)
    coerced = kind.coerce(conflict.field, value)
    kind.assign(record, conflict.field, coerced)
    columns = kind.columns({conflict.field})
    try:
        record.clean_fields(exclude={f.name for f in record._meta.fields} - columns)
    except ValidationError as error:
        raise ValidationError(error.messages) from error
    kind.tidy([record])
    try:
        record.save()
    except IntegrityError as error:
        raise ValidationError(str(refusal(error))) from error


def not_the_same(pair: PossibleDuplicate, *, by: str = "") -> None:
    """Remember that these are two. The pair is never asked about again."""
    PossibleDuplicate.objects.filter(pk=pair.pk, state=QuestionState.OPEN).update(
        state=QuestionState.SETTLED, settled_by=by[:150]
    )


def merged(kind: str, winner_id: int, loser_ids: Collection[int]) -> None:
    """Of records that are one now nobody is asked; what else a loser may be, the winner may be."""
    one = {winner_id, *loser_ids}
    pairs = list(_with_any_of(kind, loser_ids, state=QuestionState.OPEN))
    inside = [pair.pk for pair in pairs if {pair.first_id, pair.second_id} <= one]
    others = [pair for pair in pairs if pair.pk not in inside]
    asked = [
        (sorted({winner_id, pair.first_id, pair.second_id}.difference(loser_ids)), pair.why)
        for pair in others
    ]
    PossibleDuplicate.objects.bulk_create(
        [
            PossibleDuplicate(kind=kind, first_id=first, second_id=second, why=why)
            for (first, second), why in asked
        ],
        ignore_conflicts=True,
    )
    for ids, answer in [(inside, MERGED), ([pair.pk for pair in others], ASKED_ELSEWHERE)]:
        PossibleDuplicate.objects.filter(pk__in=ids).update(
            state=QuestionState.SETTLED, settled_by=answer
        )


def parted(kind: str, winner_id: int, loser_ids: Collection[int]) -> None:
    """A merge was undone: what else a loser may be is asked of itself again."""
    _with_any_of(kind, loser_ids, settled_by=ASKED_ELSEWHERE).exclude(
        Q(first_id=winner_id) | Q(second_id=winner_id)
    ).update(state=QuestionState.OPEN, settled_by="")


def _with_any_of(kind: str, ids: Collection[int], **filters: Any) -> QuerySet[PossibleDuplicate]:
    pairs = PossibleDuplicate.objects.filter(kind=kind, **filters)
    return pairs.filter(Q(first_id__in=ids) | Q(second_id__in=ids)).order_by("pk")
