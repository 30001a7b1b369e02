"""What applying a record did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


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
