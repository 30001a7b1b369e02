"""What was changed, when and by whom, read from the rows that the triggers keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

#: Changes that are no news to people.
UNTOLD = {"id", "extra", "created_at", "updated_at"}

NOBODY = "Someone at the database"


class CannotPutBack(Exception):
    """The earlier value cannot be set; says why in a sentence."""


@dataclass(frozen=True)
class FieldChange:
    """One field's change. ``event_id`` names the history row that has the old value."""

    event_id: int
    at: datetime
    who: str
    field: str
    label: str
    old: Any
    new: Any

    @property
    def sentence(self) -> str:
        return f"{self.who} changed {self.label} from {self.old} to {self.new}"


def changes(record: Any, *, limit: int = 30, before: int | None = None) -> list[FieldChange]:
    """Field changes, newest first, of the newest ``limit`` saves before a history row.

    A history row is the record as it was before a save; what it became stands in the next
    row, or in the record itself.
    """
    rows = record.events.order_by("-pgh_id")
    if before is not None:
        rows = rows.filter(pgh_id__lte=before)
    saves = list(rows[: limit + 1])
    after: Any = record if before is None else saves.pop(0) if saves else record
    found: list[FieldChange] = []
    for save in saves[:limit]:
        found += _differences(record, save, after)
        after = save
    return _with_names(record, found)


def since(record: Any, event_id: int) -> list[FieldChange]:
    """Every field change after a history row, newest first."""
    found: list[FieldChange] = []
    after: Any = record
    for save in record.events.filter(pgh_id__gt=event_id).order_by("-pgh_id"):
        found += _differences(record, save, after)
        after = save
    return _with_names(record, found)


def in_words(record: Any, column: Any, value: Any) -> str:
    """One value of a column as people read it; a related record may be given as itself."""
    if isinstance(value, models.Model):
        return str(value)
    return _shown(record, column.name, value, {})


def _differences(record: Any, save: Any, after: Any) -> list[FieldChange]:
    return [
        FieldChange(
            event_id=save.pgh_id,
            at=save.pgh_created_at,
            who=_who(save.pgh_context),
            field=column.name,
            label=str(column.verbose_name),
            old=getattr(save, column.attname),
            new=getattr(after, column.attname),
        )
        for column in _told(record)
        if getattr(save, column.attname) != getattr(after, column.attname)
    ]


def _told(record: Any) -> list[Any]:
    return [
        column
        for column in record._meta.concrete_fields
        if column.name not in UNTOLD and not column.generated
    ]


def _who(context: dict | None) -> str:
    context = context or {}
    return str(context.get("name") or context.get("system") or NOBODY)


def _with_names(record: Any, found: Sequence[FieldChange]) -> list[FieldChange]:
    """The same with values as people read them; names of related records in one query each."""
    names = {
        column.name: _names(column, found)
        for column in _told(record)
        if isinstance(column, models.ForeignKey)
    }
    return [
        FieldChange(
            change.event_id,
            change.at,
            change.who,
            change.field,
            change.label,
            _shown(record, change.field, change.old, names),
            _shown(record, change.field, change.new, names),
        )
        for change in found
    ]


def _names(column: Any, found: Sequence[FieldChange]) -> dict[int, str]:
    ids = {pk for c in found if c.field == column.name for pk in (c.old, c.new) if pk}
    rows = column.related_model._base_manager.filter(pk__in=ids) if ids else []
    return {row.pk: str(row) for row in rows}


def _shown(record: Any, field: str, value: Any, names: dict[str, dict[int, str]]) -> str:
    if value in (None, "", [], {}):
        return "empty"
    if field in names:
        return names[field].get(value, f"number {value}")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    return str(dict(record._meta.get_field(field).flatchoices).get(value, value))


def put_back(record: Any, field: str, event_id: int) -> None:
    """Set one field to the value it had before that save, by an ordinary save.

    Raises:
        CannotPutBack: There is no such row, or the value no longer fits.
    """
    column = next((column for column in _told(record) if column.name == field), None)
    save = record.events.filter(pgh_id=event_id).first()
    if column is None or save is None or field in {"archived_at", "merged_into"}:
        raise CannotPutBack("There is no earlier value of that field.")
    setattr(record, column.attname, getattr(save, column.attname))
    record.full_clean()
    record.save(update_fields=[field, "updated_at"])
