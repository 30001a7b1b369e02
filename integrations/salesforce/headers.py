"""The headers of change events: who changed, and how. Pure: what comes in is read without trust."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .ids import whole_id

#: More changes in one transaction than the bus counts: an event of these names no records.
OVERFLOW = "GAP_OVERFLOW"

#: What a relay says when it no longer knows how far it has read; and how it is kept.
REPLAY_LOST = "replay_lost"

#: What takes the place of ids when a change hit more records than were counted.
_WILDCARD = re.compile(r"[A-Za-z0-9]{0,17}\*")


def header(event: Any) -> Mapping[str, Any]:
    """An event's header, all of whose parts that count are of their right types.

    Raises:
        ValueError: One is not; says which.
    """
    payload = event.get("payload") if isinstance(event, Mapping) else None
    head = payload.get("ChangeEventHeader") if isinstance(payload, Mapping) else None
    if not isinstance(head, Mapping):
        raise ValueError("it has no payload.ChangeEventHeader")
    for name in ("entityName", "changeType"):
        if not isinstance(head.get(name), str) or not head[name]:
            raise ValueError(f"{name} must be a text")
    ids = head.get("recordIds")
    if not isinstance(ids, list) or not ids:
        if head["changeType"] == OVERFLOW and not ids:
            return head
        raise ValueError("recordIds must be a list of ids")
    for place, pk in enumerate(ids):
        if not whole_id(pk) and not (isinstance(pk, str) and is_wildcard(pk)):
            raise ValueError(f"recordIds[{place}] is no id")
    return head


def is_wildcard(value: str) -> bool:
    """Whether it stands for any number of records."""
    return bool(_WILDCARD.fullmatch(value))
