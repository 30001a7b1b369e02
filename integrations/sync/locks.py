"""Names that only one transaction at a time may work on."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from .records import RemoteRecord


def hold(names: Iterable[str]) -> None:
    """Hold these names until the transaction ends. Sorted, so that no two deadlock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(k, 0)) FROM unnest(%s::text[]) k",
            [sorted({name.replace("\x00", "") for name in names})],
        )


def hold_names(records: Iterable[RemoteRecord]) -> None:
    """Hold what new records may be found by: two systems may tell of one at one instant."""
    hold(
        f"{record.kind}={' '.join(str(text).split()).lower()}"
        for record in records
        for text in [record.fields.get("name"), record.fields.get("email"), *record.emails]
        if text
    )


def hold_remote(system: str, records: Iterable[tuple[str, str]]) -> None:
    """Hold these (kind, remote id) of a system."""
    hold(f"{system}:{kind}:{remote_id}" for kind, remote_id in records)
