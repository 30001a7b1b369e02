"""Bringing the calendar and a call to one: written, or cancelled and not there."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from .calendars import CalendarRefused, CalendarUnavailable, calendar
from .models import Meeting, MeetingStatus
from .requests import Refusal
from .signals import for_staff

logger = logging.getLogger(__name__)

#: A visitor's own request is done after so long, one way or the other.
AWAITED_FOR = timedelta(seconds=30)

#: What is written when a call is not kept.
CANCELLED_FIELDS = ["status", "failure", "booking_key", "awaits_calendar", "updated_at"]

#: How many calls one sweep looks at; the next one takes the others.
BATCH = 50


def write_or_cancel(meeting: Meeting) -> Meeting:
    """Put a planned call into its host's calendar; where that fails, there is no call.

    Raises:
        Refusal: It is cancelled. What may be in the calendar is taken out by the next sweep.
    """
    try:
        calendar().write(meeting)
    except CalendarRefused as error:
        return _cancel(meeting, error, may_be_there=False)
    except CalendarUnavailable as error:
        return _cancel(meeting, error, may_be_there=True)
    return _written(meeting)


def held(pk: int) -> Meeting:
    """The call as it is now. Nobody else changes it until the transaction ends."""
    return Meeting.all_objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


def _written(meeting: Meeting) -> Meeting:
    """The call as it is now. One that was cancelled meanwhile is to leave the calendar again."""
    with transaction.atomic():
        now = held(meeting.pk)
        if now.status == MeetingStatus.PLANNED:
            return now
        now.awaits_calendar = True
        now.save(update_fields=["awaits_calendar", "updated_at"])
    raise Refusal("calendar_error")


def _cancel(meeting: Meeting, error: Exception, *, may_be_there: bool) -> Meeting:
    """Cancel it, unless the same request sent twice has written it meanwhile."""
    logger.warning("Call %s is not in its calendar: %s", meeting.pk, error)
    with transaction.atomic():
        now = held(meeting.pk)
        if now.status == MeetingStatus.PLANNED and not now.awaits_calendar:
            return now
        # Of one that is cancelled already, another try may be there still.
        now.awaits_calendar = may_be_there or (
            now.awaits_calendar and now.status != MeetingStatus.PLANNED
        )
        if now.status == MeetingStatus.PLANNED:
            now.status, now.failure, now.booking_key = MeetingStatus.CANCELLED, str(error), ""
        now.save(update_fields=CANCELLED_FIELDS)
    raise Refusal("calendar_error") from error


def settle_awaiting() -> int:
    """Finish what a process that died, or a calendar that was away, has left open.

    Returns:
        How many calls are settled now.
    """
    before = timezone.now() - AWAITED_FOR
    waiting = Meeting.all_objects.filter(awaits_calendar=True, updated_at__lt=before)
    ids = waiting.order_by("updated_at").values_list("pk", flat=True)[:BATCH]
    return sum(_settle(pk) for pk in list(ids) if _claim(pk))


def _claim(pk: int) -> bool:
    """Only one sweep takes it, and not again before its time."""
    now = timezone.now()
    mine = Meeting.all_objects.filter(pk=pk, awaits_calendar=True, updated_at__lt=now - AWAITED_FOR)
    return mine.update(updated_at=now) == 1


def _settle(pk: int) -> bool:
    meeting = Meeting.all_objects.select_related("host").get(pk=pk)
    try:
        if meeting.is_on:
            calendar().write(meeting)
            _written(meeting)
        else:
            calendar().remove(meeting)
    except CalendarUnavailable as error:
        logger.info("Call %s still awaits its calendar: %s", pk, error)
        return False
    except CalendarRefused as error:
        _drop(meeting, error)
    except Refusal:
        return False
    return True


@transaction.atomic
def _drop(meeting: Meeting, error: Exception) -> None:
    """The calendar will never take it: staff are told, as a visitor may count on it."""
    now = held(meeting.pk)
    if now.status == MeetingStatus.PLANNED:
        now.status, now.failure, now.booking_key = MeetingStatus.CANCELLED, str(error), ""
    now.awaits_calendar = False
    now.save(update_fields=CANCELLED_FIELDS)
    message = f"The call is not in its host's calendar: {error}"
    for_staff.send(sender=Meeting, record=now, topic="calendar", message=message)
