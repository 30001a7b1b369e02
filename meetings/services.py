"""What becomes of a booked call: moved, cancelled, held, or waited for in vain.

Calendars and other systems hear of it as of every change.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from .booking import (
    hold_people,
    one_call_at_a_time,
    refuse_busy,
    refuse_own_calls,
    refuse_same_call,
)
from .calendars import Span
from .models import Meeting, MeetingStatus
from .requests import Refusal
from .settling import held


def move(meeting: Meeting, starts_at: datetime, *, within: Span | None = None) -> Meeting:
    """Have the call at another time, as long and with the same people.

    Asks the host's calendar, so never inside a transaction.

    Args:
        within: The time that was offered, where less is offered than is free.

    Raises:
        Refusal: It stays where it is.
    """
    span = Span(starts_at, starts_at + meeting.length)
    _require(meeting, [MeetingStatus.PLANNED])
    refuse_busy(meeting.host, span, within=within, moving=meeting)
    with one_call_at_a_time():
        hold_people(meeting.contact, meeting.host)
        moved = _held_as(meeting, [MeetingStatus.PLANNED])
        if (moved.host_id, moved.length) != (meeting.host_id, meeting.length):
            # Nobody has asked whether this host is free for so long.
            raise Refusal("admin_busy", field="meeting_dt")
        if Span(moved.starts_at, moved.ends_at) == span:
            return moved
        moved.starts_at, moved.ends_at = span
        refuse_same_call(moved.contact, span, moving=moved)
        refuse_own_calls(moved)
        moved.save(update_fields=["starts_at", "ends_at", "updated_at"])
    return moved


@transaction.atomic
def cancel(meeting: Meeting) -> Meeting:
    """Call it off. Done again, it does nothing.

    Raises:
        Refusal: It is over already.
    """
    cancelled = _held_as(meeting, [MeetingStatus.PLANNED, MeetingStatus.CANCELLED])
    if cancelled.status == MeetingStatus.PLANNED:
        cancelled.status = MeetingStatus.CANCELLED
        # The same may be asked for again.
        cancelled.booking_key = ""
        cancelled.save(update_fields=["status", "booking_key", "updated_at"])
    return cancelled


def mark_done(meeting: Meeting) -> Meeting:
    """The call was held.

    Raises:
        Refusal: It has not started, is cancelled, or the host had another call then.
    """
    return _end(meeting, MeetingStatus.COMPLETED)


def mark_no_show(meeting: Meeting) -> Meeting:
    """The guest did not come.

    Raises:
        Refusal: It has not started, or is cancelled.
    """
    return _end(meeting, MeetingStatus.NO_SHOW)


def _end(meeting: Meeting, status: MeetingStatus) -> Meeting:
    may_be = [MeetingStatus.PLANNED, MeetingStatus.COMPLETED, MeetingStatus.NO_SHOW]
    with one_call_at_a_time():
        ended = _held_as(meeting, may_be)
        if ended.starts_at > timezone.now():
            raise Refusal("not_started")
        ended.status = status
        ended.save(update_fields=["status", "updated_at"])
    return ended


def _held_as(meeting: Meeting, statuses: Collection[str]) -> Meeting:
    now = held(meeting.pk)
    _require(now, statuses)
    return now


def _require(meeting: Meeting, statuses: Collection[str]) -> None:
    if meeting.archived_at is not None or meeting.status not in statuses:
        raise Refusal("not_planned")
