"""What only one transaction at a time may work on, of what remotes tell."""

from __future__ import annotations

from collections.abc import Iterable

from companies.locks import hold, name_of

from .records import RemoteRecord


def hold_names(records: Iterable[RemoteRecord]) -> None:
    """Hold what new records may be found by: two systems may tell of one at one instant."""
    hold(
        name_of(record.kind, text)
        for record in records
        for text in [record.fields.get("name"), record.fields.get("email"), *record.emails]
        if text
    )


def hold_remote(system: str, records: Iterable[tuple[str, str]]) -> None:
    """Hold these (kind, remote id) of a system."""
    hold(f"{system}:{kind}:{remote_id}" for kind, remote_id in records)
