"""Calls with customers, and the rules for booking them."""

from .booking import (
    NO_TIME,
    SHORTEST,
    BookingRules,
    DayOff,
    HostChoice,
    Weekday,
    WorkingHours,
)
from .letter import Letter, LetterKind, LetterState
from .meeting import Meeting, MeetingKind, MeetingStatus, TsTzRange

__all__ = [
    "NO_TIME",
    "SHORTEST",
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
