"""Bringing the calendar and a call to one: written, or cancelled and not there."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from .calendars import (
    CalendarFailed,
    CalendarRefused,
    CalendarUnavailable,
    Span,
    calendar,
)
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
    except CalendarFailed as error:
        return _cancel(meeting, error)
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


def _cancel(meeting: Meeting, error: CalendarFailed) -> Meeting:
    """Cancel it, unless the same request sent twice has written it meanwhile."""
    logger.warning("Call %s is not in its calendar: %s", meeting.pk, error)
    with transaction.atomic():
        now = held(meeting.pk)
        if now.status == MeetingStatus.PLANNED and not now.awaits_calendar:
            return now
        # Of one that is cancelled already, another try may be there still.
        was_cancelled = now.status != MeetingStatus.PLANNED
        may_be_there = error.may_be_there or (now.awaits_calendar and was_cancelled)
        _give_up(now, str(error), may_be_there=may_be_there)
    raise Refusal("calendar_error") from error


def _give_up(now: Meeting, why: str, *, may_be_there: bool) -> None:
    """Cancel what is planned; what may be in the calendar is taken out by the next sweep."""
    if now.status == MeetingStatus.PLANNED:
        now.status, now.failure, now.booking_key = MeetingStatus.CANCELLED, why, ""
    now.awaits_calendar = may_be_there
    now.save(update_fields=CANCELLED_FIELDS)


# -- the sweep ---------------------------------------------------------------------------


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
        if not meeting.is_on:
            calendar().remove(meeting)
            return True
        _refuse_late(meeting)
        calendar().write(meeting)
        _written(meeting)
        # What went wrong before did so no more.
        Meeting.all_objects.filter(pk=pk).exclude(failure="").update(failure="")
    except CalendarUnavailable as error:
        logger.info("Call %s still awaits its calendar: %s", pk, error)
        return False
    except CalendarRefused as error:
        return _drop(pk, error)
    except Refusal:
        return False
    except Exception as error:
        logger.exception("Call %s cannot be settled", pk)
        return _tell_once(pk, f"{type(error).__name__}: {error}")
    return True


def _refuse_late(meeting: Meeting) -> None:
    """A visitor who had no answer may have gone, and the time to somebody else.

    Raises:
        CalendarRefused: The call is not to be written any more.
    """
    named = bool(meeting.calendar_event_id)
    if meeting.starts_at <= timezone.now():
        raise CalendarRefused("its time came before it could be written", may_be_there=named)
    if named:
        # It may be there, and what is busy then is the call itself.
        return
    own = Span(meeting.starts_at, meeting.ends_at)
    busy = calendar().busy([meeting.host], own).get(meeting.host_id)
    if busy is None:
        raise CalendarUnavailable("the calendar cannot be read")
    if any(span.start < own.end and own.start < span.end for span in busy):
        raise CalendarRefused("its time was taken before it could be written")


@transaction.atomic
def _drop(pk: int, error: CalendarRefused) -> bool:
    """Staff are told: a visitor may count on the call, or it stays in a calendar."""
    now = held(pk)
    if now.is_on:
        message = f"The call is cancelled, as its host's calendar does not have it: {error}"
        _give_up(now, str(error), may_be_there=error.may_be_there)
    else:
        message = f"The call may still be in its host's calendar: {error}"
        Meeting.all_objects.filter(pk=pk).update(awaits_calendar=False)
    for_staff.send(sender=Meeting, record=now, topic="calendar", message=message)
    return True


@transaction.atomic
def _tell_once(pk: int, why: str) -> bool:
    """Nobody foresaw this. It is tried again, and staff hear of it the first time."""
    now = held(pk)
    if now.failure != why:
        Meeting.all_objects.filter(pk=pk).update(failure=why)
        message = f"The call and its host's calendar cannot be brought to one: {why}"
        for_staff.send(sender=Meeting, record=now, topic="calendar", message=message)
    return False
