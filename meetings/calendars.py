"""The hosts' calendars, whichever system keeps them. A setting names the one in use."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from companies.models import TeamMember

from .models import Meeting


class Span(NamedTuple):
    """A stretch of time, aware datetimes."""

    start: datetime
    end: datetime


class CalendarFailed(Exception):
    """A calendar did not do what it was asked.

    Attributes:
        may_be_there: Whether a try may have put the call into it all the same.
    """

    def __init__(self, message: str, *, may_be_there: bool = False) -> None:
        super().__init__(message)
        self.may_be_there = may_be_there


class CalendarUnavailable(CalendarFailed):
    """A calendar cannot be read or written now. Its host is busy until it can."""


class CalendarRefused(CalendarFailed):
    """A calendar will not do it, however often it is tried."""


class Calendar(Protocol):
    """What keeps the hosts' time. Called without an open transaction."""

    def busy(
        self, hosts: Collection[TeamMember], span: Span, *, glance: bool = False
    ) -> Mapping[int, Sequence[Span]]:
        """Host id to when that host is taken, in one call for all.

        A host whose calendar cannot be read is missing from the answer.

        Args:
            glance: A page that can do without it waits for the answer: some three seconds.

        Raises:
            CalendarUnavailable: None can be read.
        """

    def write(self, meeting: Meeting) -> None:
        """Put the call into its host's calendar, once however often this is called.

        Saves the event's id before it makes the event, and afterwards its links; then the
        meeting no longer awaits its calendar.

        Raises:
            CalendarUnavailable: Not now.
            CalendarRefused: Never.
        """

    def remove(self, meeting: Meeting) -> None:
        """Take the call out of it, if it is there; the meeting no longer awaits its calendar.

        Raises:
            CalendarUnavailable: Not now.
            CalendarRefused: Never. It stays where it is.
        """


class NoCalendar:
    """Without one, hosts are busy in their own calls only."""

    def busy(
        self, hosts: Collection[TeamMember], span: Span, *, glance: bool = False
    ) -> Mapping[int, Sequence[Span]]:
        return {host.pk: [] for host in hosts}

    def write(self, meeting: Meeting) -> None:
        _settled(meeting)

    def remove(self, meeting: Meeting) -> None:
        _settled(meeting)


def _settled(meeting: Meeting) -> None:
    meeting.awaits_calendar = False
    meeting.save(update_fields=["awaits_calendar", "updated_at"])


@cache
def _backend(path: str) -> Calendar:
    return import_string(path)()


def calendar() -> Calendar:
    """The calendars in use."""
    return _backend(settings.CALENDAR_BACKEND)
