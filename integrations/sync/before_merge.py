"""What a link's two sides agreed on before its record became part of another.

Kept for the undo: what people changed there meanwhile is news to the record by then. What we wrote
there is not, and is written over with what the record has of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.models import ExternalLink

from . import not_taken
from .system import get

#: In a link's snapshot: the snapshot of then, and what we wrote there since. Who became part of
#: another twice has the first in the second.
KEY, AGREED, WROTE = "before_merge", "agreed", "wrote"


def remember(link: ExternalLink) -> None:
    """Its record becomes part of another. Where nothing is read first, nothing is news later."""
    if get(link.system).kinds[link.kind].reads_first:
        link.snapshot = {**link.snapshot, KEY: {AGREED: link.snapshot, WROTE: {}}}


def wrote(snapshot: dict[str, Any], values: Mapping[str, Any]) -> None:
    """We wrote these there."""
    if before := snapshot.get(KEY):
        before[WROTE] |= values
        wrote(before[AGREED], values)


def recall(link: ExternalLink) -> None:
    """Its record is one of its own again: if anything is not as it was, it is read again."""
    before = link.snapshot.pop(KEY, None)
    if before is None:
        return
    ours = {
        name: value for name, value in before[WROTE].items() if link.snapshot.get(name) == value
    }
    agreed = before[AGREED] | ours
    if agreed != link.snapshot:
        link.snapshot = not_taken.noted(agreed)
