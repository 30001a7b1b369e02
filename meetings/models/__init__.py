"""Calls with customers, and the rules for booking them."""

from .booking import (
    LONGEST_LIST,
    BookingRules,
    DayOff,
    HostChoice,
    Weekday,
    WorkingHours,
)
from .letter import Letter, LetterKind, LetterState
from .meeting import Meeting, MeetingKind, MeetingStatus, TsTzRange

__all__ = [
    "LONGEST_LIST",
    "BookingRules",
    "DayOff",
    "HostChoice",
    "Letter",
    "LetterKind",
    "LetterState",
    "Meeting",
    "MeetingKind",
    "MeetingStatus",
    "TsTzRange",
    "Weekday",
    "WorkingHours",
]
