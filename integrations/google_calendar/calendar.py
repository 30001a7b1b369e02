"""What booking asks of the calendars: the class that ``CALENDAR_BACKEND`` names."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from companies.models import TeamMember
from integrations.models import ExternalLink, LinkState
from integrations.sync import connections, sent
from integrations.sync.errors import RateLimited, SyncError, Unavailable, describe
from integrations.sync.http import NeverArrived
from integrations.sync.outgoing import build
from integrations.sync.system import Outgoing
from meetings.calendars import CalendarRefused, CalendarUnavailable, Span
from meetings.models import Meeting, MeetingStatus

from . import SYSTEM, free_busy
from .client import GLANCE, Client
from .inbound import KIND, record
from .placing import place, take_out

#: While a visitor waits, calls are made so often at most.
TRIES = 2

#: While a visitor waits, nobody waits longer before the second one.
LONGEST_BACKOFF = timedelta(seconds=5)


class GoogleCalendar:
    """The hosts' calendars in Google. Somebody waits for each answer."""

    def busy(
        self, hosts: Collection[TeamMember], span: Span, *, glance: bool = False
    ) -> Mapping[int, Sequence[Span]]:
        """See ``meetings.calendars.Calendar``."""
        if not hosts:
            return {}
        try:
            if glance:
                return _at_a_glance(hosts, span)
            with connections.asking(SYSTEM):
                return free_busy.busy(Client(hurried=True, tries=TRIES), hosts, span)
        except SyncError as error:
            raise CalendarUnavailable(describe(error)) from error

    def write(self, meeting: Meeting) -> None:
        """See ``meetings.calendars.Calendar``."""
        meeting.refresh_from_db()
        if meeting.status == MeetingStatus.CANCELLED or meeting.archived_at is not None:
            self.remove(meeting)
            return
        tried_before = bool(meeting.calendar_event_id)
        outgoing = build(SYSTEM, KIND, meeting, None)
        failures: list[SyncError] = []
        try:
            with connections.asking(SYSTEM):
                event, made = _placed(meeting, SYSTEM.payload(outgoing), failures)
        except SyncError as error:
            doubt = tried_before or any(map(_may_be_there, [*failures, error]))
            raise _failed(error, may_be_there=doubt) from error
        _keep(meeting, outgoing, event, made)

    def remove(self, meeting: Meeting) -> None:
        """See ``meetings.calendars.Calendar``."""
        meeting.refresh_from_db()
        try:
            with connections.asking(SYSTEM):
                take_out(Client(hurried=True, tries=TRIES), meeting)
        except SyncError as error:
            raise _failed(error, may_be_there=True) from error
        with transaction.atomic():
            for link in _live_links(meeting):
                sent.keep_deletion(link)
            _settled(meeting)


def _at_a_glance(hosts: Collection[TeamMember], span: Span) -> Mapping[int, Sequence[Span]]:
    """With so little patience that a failure says nothing of the connection."""
    if connections.held_for(SYSTEM) is not None:
        raise CalendarUnavailable("Calls to Google Calendar are held just now")
    return free_busy.busy(Client(hurried=True, tries=1, timeout=GLANCE), hosts, span)


def _placed(
    meeting: Meeting, body: dict[str, Any], failures: list[SyncError]
) -> tuple[dict[str, Any], bool]:
    """In at most two tries. Before the second it is asked what came of the first.

    Args:
        failures: Takes the first try's.
    """
    api = Client(hurried=True, tries=1)
    try:
        return place(api, meeting, body)
    except (Unavailable, RateLimited) as error:
        wait = error.retry_after if isinstance(error, RateLimited) else timedelta()
        if wait > LONGEST_BACKOFF or not api.has_time(wait):
            raise
        failures.append(error)
    time.sleep(wait.total_seconds())
    return place(api, meeting, body)


def _failed(error: SyncError, *, may_be_there: bool) -> Exception:
    kind = CalendarRefused if error.permanent else CalendarUnavailable
    return kind(describe(error), may_be_there=may_be_there)


def _may_be_there(error: SyncError) -> bool:
    """Whether the call may have got through although no answer came."""
    return isinstance(error, Unavailable) and not isinstance(error, NeverArrived)


def _keep(meeting: Meeting, outgoing: Outgoing, event: dict[str, Any], made: bool) -> None:
    """The link, what Google says of the event, and that the call awaits nothing: at once.

    An event of an earlier try says what was sent then; what changed since goes out by itself.
    """
    agreed = outgoing.changed if made else frozenset()
    known = replace(outgoing, creating=not _live_links(meeting).exists())
    with transaction.atomic():
        sent.keep(SYSTEM, known, record(event, heard_at=timezone.now()), sent=agreed)
        _settled(meeting)


def _live_links(meeting: Meeting) -> QuerySet:
    return ExternalLink.objects.filter(
        system=SYSTEM.name, kind=KIND, record_id=meeting.pk, state=LinkState.LIVE
    )


def _settled(meeting: Meeting) -> None:
    rows = Meeting.all_objects.filter(pk=meeting.pk)
    rows.update(awaits_calendar=False, updated_at=timezone.now())
    meeting.refresh_from_db()
