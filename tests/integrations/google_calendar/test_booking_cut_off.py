"""Bookings that were cut off, and calls that changed meanwhile."""

from __future__ import annotations

import pytest

from meetings.calendars import calendar
from meetings.models import Meeting
from tests.google_loop import HALF_AN_HOUR, START

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(booked):
    return booked


def test_a_write_that_was_cut_off_is_taken_up_where_it_was(google, meeting):
    """The process died after Google had made the event, and before we kept that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("integrations.google_calendar.calendar._keep", _die)
        with pytest.raises(KeyboardInterrupt):
            calendar().write(meeting)
    assert google.link(meeting) is None

    calendar().write(Meeting.objects.get(pk=meeting.pk))

    assert google.link(meeting).remote_id == google.event(meeting)["id"]
    assert len(google.account.mails) == 1


def test_a_call_that_staff_moved_while_it_awaited_its_calendar_moves_there_as_well(google, meeting):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("integrations.google_calendar.calendar._keep", _die)
        with pytest.raises(KeyboardInterrupt):
            calendar().write(meeting)
    moved = Meeting.objects.get(pk=meeting.pk)
    moved.starts_at, moved.ends_at = START + HALF_AN_HOUR, START + 2 * HALF_AN_HOUR
    moved.save()
    calendar().write(moved)
    google.send()

    assert google.event(meeting)["start"]["dateTime"] == "2030-03-05T15:00:00+00:00"
    assert Meeting.objects.get(pk=meeting.pk).starts_at == START + HALF_AN_HOUR
    assert google.send() == []


def test_a_host_who_was_changed_while_it_awaited_its_calendar_leaves_no_event(google, meeting):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("integrations.google_calendar.calendar._keep", _die)
        with pytest.raises(KeyboardInterrupt):
            calendar().write(meeting)
    first, second = meeting.host, google.host()
    Meeting.objects.filter(pk=meeting.pk).update(host=second)
    calendar().write(Meeting.objects.get(pk=meeting.pk))

    assert google.events(first) == []
    assert len(google.events(second)) == 1
    assert google.send() == []


def test_a_call_in_the_calendar_that_awaits_it_once_more_is_not_taken_out(google, meeting):
    calendar().write(meeting)
    Meeting.objects.filter(pk=meeting.pk).update(
        awaits_calendar=True, starts_at=START + HALF_AN_HOUR, ends_at=START + 2 * HALF_AN_HOUR
    )
    assert google.send() == []
    assert len(google.events(meeting.host)) == 1

    calendar().write(Meeting.objects.get(pk=meeting.pk))
    google.send()
    assert google.event(meeting)["start"]["dateTime"] == "2030-03-05T15:00:00+00:00"


def test_an_event_that_was_deleted_meanwhile_is_written_anew(google, meeting):
    calendar().write(meeting)
    google.cancel(meeting)
    calendar().write(meeting)

    assert google.link(meeting).remote_id == google.event(meeting)["id"]
    assert google.send() == []


def _die(*_args):
    raise KeyboardInterrupt
