"""Writing many rows in one statement: new ones by COPY, known ones as one JSON document.

An order of magnitude faster than ``bulk_update``'s CASE expressions, and PostgreSQL does
the typing. Triggers see one statement.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from django.db import connection, models
from django.utils import timezone


def _as_text(value: Any) -> str:
    """A value that JSON has no form for, as PostgreSQL reads it."""
    return value.isoformat() if isinstance(value, (datetime, date)) else str(value)


def _rows(records: Sequence[models.Model], fields: Sequence[models.Field]) -> str:
    names = [(field.column, field.attname) for field in fields]
    rows = [
        {column: values[attname] for column, attname in names}
        for values in (record.__dict__ for record in records)
    ]
    return json.dumps(rows, default=_as_text)


def _column_types(fields: Iterable[models.Field]) -> str:
    return ", ".join(f'"{field.column}" {field.rel_db_type(connection)}' for field in fields)


def update(records: Sequence[models.Model], names: Iterable[str]) -> None:
    """Write these fields of these rows. ``updated_at`` moves where the model has one."""
    if not records or not (names := set(names)):
        return
    meta = records[0]._meta
    fields: list[Any] = [meta.get_field(name) for name in sorted(names)]
    key = meta.pk
    sets = ", ".join(f'"{field.column}" = v."{field.column}"' for field in fields)
    if any(field.name == "updated_at" for field in meta.concrete_fields):
        sets += ", updated_at = now()"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {meta.db_table} t SET {sets} FROM jsonb_to_recordset(%s::jsonb) "
            f"AS v({_column_types([key, *fields])}) WHERE t.id = v.id",
            [_rows(records, [key, *fields])],
        )


def insert(records: Sequence[models.Model]) -> None:
    """Write new rows and give each instance its primary key."""
    if not records:
        return
    meta = records[0]._meta
    _stamp(records)
    _take_ids(records)
    fields = [field for field in meta.concrete_fields if not field.generated]
    names = ", ".join(f'"{field.column}"' for field in fields)
    readers = [_column_reader(field) for field in fields]
    with (
        # Django's cursor leaves the errors of COPY as they are.
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {meta.db_table} ({names}) FROM STDIN") as copy,
    ):
        for record in records:
            values = record.__dict__
            copy.write_row([read(values) for read in readers])


def _column_reader(field: models.Field) -> Callable[[dict[str, Any]], Any]:
    """From an instance's values to what the column is written from."""
    name = field.attname
    if isinstance(field, models.JSONField):
        return lambda values: None if values[name] is None else json.dumps(values[name])
    return itemgetter(name)


def _stamp(records: Sequence[models.Model]) -> None:
    now = timezone.now()
    for field in records[0]._meta.concrete_fields:
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            for record in records:
                setattr(record, field.attname, now)


def _take_ids(records: Sequence[models.Model]) -> None:
    table = records[0]._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval((SELECT pg_get_serial_sequence(%s, 'id'))::regclass) "
            "FROM generate_series(1, %s)",
            [table, len(records)],
        )
        for record, (pk,) in zip(records, cursor.fetchall(), strict=True):
            record.pk = pk
            record._state.adding = False
