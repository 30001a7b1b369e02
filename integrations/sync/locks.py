"""Names that only one transaction at a time may work on."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection


def hold(names: Iterable[str]) -> None:
    """Hold these names until the transaction ends. Sorted, so that no two deadlock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(k, 0)) FROM unnest(%s::text[]) k",
            [sorted({name.replace("\x00", "") for name in names})],
        )


def hold_remote(system: str, records: Iterable[tuple[str, str]]) -> None:
    """Hold these (kind, remote id) of a system."""
    hold(f"{system}:{kind}:{remote_id}" for kind, remote_id in records)
