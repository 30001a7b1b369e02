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


def name_of(kind: str, text: object) -> str:
    """The lock under which a new record may be found by this text."""
    return f"{kind}={' '.join(str(text).split()).lower()}"
