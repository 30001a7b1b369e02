"""What was changed, when and by whom, read from the rows that the triggers keep."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import models

#: Changes that are no news to people.
UNTOLD = {"id", "extra", "created_at", "updated_at"}

#: What only archiving and merging set, which is undone by buttons of its own, and what is
#: another system's to say.
NOT_PUT_BACK = {"archived_at", "merged_into", "loan_details"}

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
    #: The system whose message it was; empty when a person did it.
    system: str = ""

    @property
    def sentence(self) -> str:
        return f"{self.who} changed {self.label} from {self.old} to {self.new}"

    @property
    def can_be_put_back(self) -> bool:
        return self.field not in NOT_PUT_BACK


def of_saves(record: Any, saves: Sequence[Any], after: Any = None) -> list[FieldChange]:
    """Field changes of history rows, newest first, with values as people read them."""
    return _with_names(record, raw_of_saves(record, saves, after))


def raw_of_saves(record: Any, saves: Sequence[Any], after: Any = None) -> list[FieldChange]:
    """Field changes of history rows, newest first and without gaps, as stored.

    A history row is the record as it was before a save; what it became stands in the next
    row, or in the record itself.

    Args:
        after: The record or row that follows the first one; looked for where it is not given.
    """
    if not saves:
        return []
    if after is None:
        newer = record.events.filter(pgh_id__gt=saves[0].pgh_id).order_by("pgh_id")
        after = newer.first() or record
    found: list[FieldChange] = []
    for save in saves:
        found += _differences(record, save, after)
        after = save
    return found


def of_event(record: Any, event_id: int) -> list[FieldChange]:
    """The field changes of one history row."""
    return of_saves(record, list(record.events.filter(pgh_id=event_id)))


def since(record: Any, event_id: int) -> list[FieldChange]:
    """Every field change after a history row, newest first."""
    saves = list(record.events.filter(pgh_id__gt=event_id).order_by("-pgh_id"))
    return of_saves(record, saves, after=record)


def in_words(record: Any, column: Any, value: Any) -> str:
    """One value of a column as people read it; a related record may be given as itself."""
    if isinstance(value, models.Model):
        return str(value)
    return _shown(record, column.name, value, {})


def document_in_words(document: dict | list) -> str:
    """A plain document name by name; any other as it is written."""
    if isinstance(document, list) or any(isinstance(v, dict | list) for v in document.values()):
        return json.dumps(document, ensure_ascii=False)
    words = {name.replace("_", " "): held for name, held in document.items()}
    return "; ".join(
        f"{name}: {'empty' if held in (None, '') else held}" for name, held in words.items()
    )


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
            system=(save.pgh_context or {}).get("system", ""),
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
    """The same with values as people read them; names of each kind of record in one query."""
    names = _names(record, found)
    return [_in_words(record, change, names) for change in found]


def _in_words(record: Any, change: FieldChange, names: dict[str, dict[int, str]]) -> FieldChange:
    old = _shown(record, change.field, _beside(change.old, change.new), names)
    new = _shown(record, change.field, _beside(change.new, change.old), names)
    if old == new:
        old, new = _exactly(change.old, old), _exactly(change.new, new)
    return replace(change, old=old, new=new)


def _exactly(value: Any, words: str) -> str:
    """What tells it from another that is called the same."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    return f"{words} (number {value})" if isinstance(value, int) else words


def _beside(document: Any, other: Any) -> Any:
    """What of a document is another than in the other; any other value as it is."""
    if not (isinstance(document, dict) and isinstance(other, dict)):
        return document
    return {name: held for name, held in document.items() if other.get(name) != held}


def _names(record: Any, found: Sequence[FieldChange]) -> dict[str, dict[int, str]]:
    """Foreign key to the names of the records that it points at in these changes."""
    columns = [c for c in _told(record) if isinstance(c, models.ForeignKey)]
    keys = {column.name: column.related_model for column in columns}
    named = _loaded(record, columns)
    ids: dict[Any, set[int]] = defaultdict(set)
    for change in found:
        if model := keys.get(change.field):
            ids[model] |= {pk for pk in (change.old, change.new) if pk and pk not in named[model]}
    for model, wanted in ids.items():
        if wanted:
            named[model] |= {row.pk: str(row) for row in model._base_manager.filter(pk__in=wanted)}
    return {name: named[model] for name, model in keys.items()}


def _loaded(record: Any, columns: Sequence[models.ForeignKey]) -> dict[Any, dict[int, str]]:
    """The names of those that came with the record: they need no query."""
    named: dict[Any, dict[int, str]] = defaultdict(dict)
    for column in columns:
        if column.is_cached(record) and (related := getattr(record, column.name)) is not None:
            named[column.related_model][related.pk] = str(related)
    return named


def _shown(record: Any, field: str, value: Any, names: dict[str, dict[int, str]]) -> str:
    if value in (None, "", [], {}):
        return "empty"
    if field in names:
        return names[field].get(value, f"number {value}")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, dict | list):
        return document_in_words(value)
    return str(dict(record._meta.get_field(field).flatchoices).get(value, value))


def put_back(record: Any, field: str, event_id: int) -> None:
    """Set one field to the value it had before that save, by an ordinary save.

    Raises:
        CannotPutBack: There is no such row, or the value no longer fits.
    """
    column = next((column for column in _told(record) if column.name == field), None)
    save = record.events.filter(pgh_id=event_id).first()
    if column is None or save is None or field in NOT_PUT_BACK:
        raise CannotPutBack("There is no earlier value of that field.")
    setattr(record, column.attname, getattr(save, column.attname))
    record.full_clean()
    record.save(update_fields=[field, "updated_at"])
