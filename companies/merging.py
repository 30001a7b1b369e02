"""Making several records one, and parting them again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from .models import Merge
from .signals import merge_undone, records_merged

#: How long a merge can be undone.
UNDO_FOR = timedelta(days=30)

#: Columns that are the record's own and never taken over.
OWN = {"id", "created_at", "updated_at", "archived_at", "extra", "merged_into"}


class CannotMerge(Exception):
    """These records cannot be made one, or parted; says why in a sentence."""


@dataclass
class FieldDifference:
    """A field in which the records differ: values by record id, and which one stays."""

    name: str
    label: str
    values: dict[int, Any]
    keeps: int


@dataclass
class MergePreview:
    """What a merge would do. ``moves`` counts children by their model."""

    winner: Any
    losers: list[Any]
    differences: list[FieldDifference] = field(default_factory=list)
    moves: dict[type[models.Model], int] = field(default_factory=dict)


def preview(winner: Any, losers: Sequence[Any]) -> MergePreview:
    """What merging would fill and move. Writes nothing.

    Raises:
        CannotMerge: They are not distinct live records of one kind.
    """
    _check(winner, losers)
    result = MergePreview(winner, list(losers))
    for column in _fields(winner):
        values = {record.pk: getattr(record, column.attname) for record in [winner, *losers]}
        if len({repr(value) for value in values.values()}) > 1:
            result.differences.append(
                FieldDifference(
                    column.name, str(column.verbose_name), values, _keeper(column, winner, losers)
                )
            )
    for relation in _relations(winner):
        count = _children(relation, losers).count()
        if count:
            model = relation.related_model
            result.moves[model] = result.moves.get(model, 0) + count
    return result


@transaction.atomic
def merge(
    *, winner: Any, losers: Sequence[Any], choices: Mapping[str, int] | None = None, by: str = ""
) -> Merge:
    """Make the losers part of the winner.

    The winner's values stay, its empty fields are filled from the losers, everything that
    pointed at a loser points at the winner, and the losers are archived with a pointer.

    Args:
        choices: Field to the id of the record whose value is kept.

    Raises:
        CannotMerge: They are not distinct live records of one kind, or the chosen values do
            not go together. Nothing was written.
    """
    winner, losers = _locked(winner, losers)
    _check(winner, losers)
    row = Merge(
        kind=winner._meta.model_name,
        winner_id=winner.pk,
        loser_ids=[loser.pk for loser in losers],
        by=by,
        filled=_fill(winner, losers, choices or {}),
    )
    row.moved = _move_children(winner, losers)
    now = timezone.now()
    type(winner)._base_manager.filter(pk__in=row.loser_ids).update(
        archived_at=now, merged_into=winner, updated_at=now
    )
    row.save()
    records_merged.send(sender=type(winner), merge=row, winner=winner, losers=losers)
    return row


@transaction.atomic
def undo(row: Merge, model: type[models.Model]) -> list[str]:
    """Part the records again. Returns sentences about what somebody changed meanwhile.

    Raises:
        CannotMerge: It was undone already, is too long ago, or what became of it was merged since.
    """
    row = Merge.objects.select_for_update().get(pk=row.pk)
    if row.undone_at is not None:
        raise CannotMerge("This merge was undone already.")
    if row.merged_at < timezone.now() - UNDO_FOR:
        raise CannotMerge(f"Merges can be undone for {UNDO_FOR.days} days.")
    rows: dict[int, Any] = {record.pk: record for record in model._base_manager.filter(
        pk__in=[row.winner_id, *row.loser_ids]).select_for_update().order_by("pk")}  # fmt: skip
    winner = rows[row.winner_id]
    if winner.merged_into is not None:
        # What of the loser went on from there is found again from there only.
        raise CannotMerge(f"{winner} was merged into {winner.merged_into} since: undo that first.")
    model._base_manager.filter(pk__in=row.loser_ids).update(
        archived_at=None, merged_into=None, updated_at=timezone.now()
    )
    left = _move_back(row) + _unfill(row, winner)
    row.undone_at = timezone.now()
    row.save(update_fields=["undone_at"])
    losers = [rows[pk] for pk in row.loser_ids]
    merge_undone.send(sender=model, merge=row, winner=winner, losers=losers)
    return left


def _check(winner: Any, losers: Sequence[Any]) -> None:
    records = [winner, *losers]
    if not losers or len({record.pk for record in records}) != len(records):
        raise CannotMerge("Choose at least two different records.")
    if len({type(record) for record in records}) != 1:
        raise CannotMerge("Only records of one kind can be merged.")
    for record in records:
        if record.archived_at is not None:
            raise CannotMerge(f"{record} is archived; restore it first.")


def _locked(winner: Any, losers: Sequence[Any]) -> tuple[Any, list[Any]]:
    wanted = [winner.pk, *(loser.pk for loser in losers)]
    rows = type(winner)._base_manager.filter(pk__in=wanted).select_for_update().order_by("pk")
    found = {row.pk: row for row in rows}
    return found[winner.pk], [found[loser.pk] for loser in losers]


def _fields(record: Any) -> list[Any]:
    return [
        column
        for column in record._meta.concrete_fields
        if column.name not in OWN and not column.generated
    ]


def _is_empty(column: Any, value: Any) -> bool:
    return value is None or value == "" or value == column.get_default()


def _keeper(column: Any, winner: Any, losers: Sequence[Any]) -> int:
    """The record whose value stays: the winner's, or the first that has one."""
    for record in [winner, *losers]:
        if not _is_empty(column, getattr(record, column.attname)):
            return record.pk
    return winner.pk


def _fill(winner: Any, losers: Sequence[Any], choices: Mapping[str, int]) -> dict[str, list]:
    by_id = {record.pk: record for record in [winner, *losers]}
    filled = {}
    for column in _fields(winner):
        keeper = by_id.get(choices.get(column.name, 0)) or by_id[_keeper(column, winner, losers)]
        before, after = getattr(winner, column.attname), getattr(keeper, column.attname)
        if before != after:
            setattr(winner, column.attname, after)
            filled[column.name] = [_plain(before), _plain(after)]
    try:
        winner.clean()
    except ValidationError as error:
        # A stage of one deal and the pipeline of the other, say.
        raise CannotMerge(" ".join(error.messages)) from error
    if filled:
        winner.save(update_fields=[*filled, "updated_at"])
    return filled


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, bool, dict, list, type(None))) else str(value)


def _relations(record: Any) -> list[Any]:
    """Foreign keys of other records that point at this kind; history tables do not count."""
    return [
        relation
        for relation in record._meta.related_objects
        if relation.field.db_constraint and not relation.many_to_many
    ]


def _children(relation: Any, losers: Sequence[Any]) -> Any:
    return relation.related_model._base_manager.filter(
        **{f"{relation.field.name}__in": [loser.pk for loser in losers]}
    )


def _move_children(winner: Any, losers: Sequence[Any]) -> dict[str, dict[str, int]]:
    moved = {}
    for relation in _relations(winner):
        name = relation.field.attname
        rows = _children(relation, losers)
        before = dict(rows.values_list("pk", name))
        if before:
            key = f"{relation.related_model._meta.label}.{relation.field.name}"
            moved[key] = {str(pk): owner for pk, owner in before.items()}
            rows.update(**{name: winner.pk, **_touched(relation.related_model)})
    return moved


def _touched(model: type[models.Model]) -> dict[str, Any]:
    has = any(column.name == "updated_at" for column in model._meta.concrete_fields)
    return {"updated_at": timezone.now()} if has else {}


def _move_back(row: Merge) -> list[str]:
    left = []
    for key, owners in row.moved.items():
        label, _, name = key.rpartition(".")
        model = apps.get_model(label)
        for pk, owner in owners.items():
            still_here = model._base_manager.filter(pk=pk, **{f"{name}_id": row.winner_id})
            if not still_here.update(**{f"{name}_id": owner, **_touched(model)}):
                left.append(f"{model._meta.verbose_name} {pk} was moved meanwhile and stays.")
    return left


def _unfill(row: Merge, winner: Any) -> list[str]:
    left, changed = [], []
    for name, (before, after) in row.filled.items():
        column = winner._meta.get_field(name)
        if _plain(getattr(winner, column.attname)) == after:
            setattr(winner, column.attname, column.to_python(before))
            changed.append(name)
        else:
            left.append(f"{column.verbose_name} was changed meanwhile and stays.")
    if changed:
        winner.save(update_fields=[*changed, "updated_at"])
    return left
