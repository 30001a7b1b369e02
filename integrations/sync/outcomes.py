"""What applying a record did."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .records import RemoteRecord


class Status(StrEnum):
    """In a word."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    STALE = "stale"
    IGNORED = "ignored"
    WAITING = "waiting"
    FAILED = "failed"

    @classmethod
    def of(cls, taken: Collection[str], *, stale: bool) -> Status:
        """What it was to a record of ours that these fields were taken."""
        if taken:
            return cls.CHANGED
        return cls.STALE if stale else cls.UNCHANGED


@dataclass(slots=True)
class Outcome:
    """What became of a record.

    Attributes:
        note: Why nothing was done, where nothing was.
        took: The fields of the hub's record that are new.
        shown: The derived values that somebody changed there.
    """

    status: Status
    record_id: int | None = None
    note: str = ""
    took: frozenset[str] = frozenset()
    shown: Mapping[str, Any] = field(default_factory=dict)


#: (kind, remote id) to what became of it.
Outcomes = dict[tuple[str, str], Outcome]


def created(records: Iterable[RemoteRecord], outcomes: Outcomes) -> list[RemoteRecord]:
    """Those of the records that were new here."""
    made = {key for key, outcome in outcomes.items() if outcome.status is Status.CREATED}
    return [record for record in records if record.key in made]
