"""The ids of our events: they name the call, and the host in whose calendar they are.

Google takes the letters a to v and digits. A deleted event keeps its id for ever, so a call
that comes back has another turn.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_FORM = re.compile(r"hermes(\d{1,19})h(\d{1,19})t(\d{1,19})g(\d{1,6})")


@dataclass(frozen=True)
class EventId:
    """One of ours.

    Attributes:
        made_at: When the call was made, in microseconds: another Hermes, or a database that
            was put back, may have given its number to another call.
        turn: How many of the call's events were in this calendar before.
    """

    meeting_id: int
    host_id: int
    made_at: int
    turn: int = 0

    def __str__(self) -> str:
        return f"hermes{self.meeting_id}h{self.host_id}t{self.made_at}g{self.turn}"

    def is_of(self, meeting: Any) -> bool:
        """Whether it is this call's, with this host or another."""
        return self.meeting_id == meeting.pk and self.made_at == _made_at(meeting)


def of(meeting: Any, turn: int = 0) -> EventId:
    """The call's, with its present host."""
    return EventId(meeting.pk, meeting.host_id, _made_at(meeting), turn)


def parse(text: Any) -> EventId | None:
    """The parts of an id; None for one that we did not make."""
    match = _FORM.fullmatch(text) if isinstance(text, str) else None
    return EventId(*map(int, match.groups())) if match else None


def _made_at(meeting: Any) -> int:
    return round(meeting.created_at.timestamp() * 1_000_000)
