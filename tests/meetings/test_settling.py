"""A booking that was cut off is brought to an end: a whole call, or none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.models import SyncLog
from meetings.models import Meeting
from meetings.tasks import settle_calls
from tests.factories import MeetingFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def left(host):
    """A call whose booking ended before the calendar answered, some time ago."""
    return MeetingFactory(host=host, awaits_calendar=True, booking_key="a")


def let_time_pass():
    Meeting.all_objects.update(updated_at=timezone.now() - timedelta(minutes=1))


def test_a_planned_call_that_was_left_is_written_to_the_calendar(calendar, left):
    let_time_pass()

    assert settle_calls() == 1

    left.refresh_from_db()
    assert (left.status, left.awaits_calendar) == ("planned", False)
    assert len(calendar.events()) == 1
    assert settle_calls() == 0


def test_a_visitor_who_still_waits_is_left_alone(calendar, left):
    assert settle_calls() == 0
    assert calendar.events() == []


def test_a_call_that_is_in_the_calendar_already_is_there_once(calendar, left):
    calendar.insert(left)
    Meeting.objects.update(calendar_event_id=f"event{left.pk}")
    let_time_pass()

    settle_calls()

    assert len(calendar.events()) == 1
    left.refresh_from_db()
    assert (left.status, left.awaits_calendar) == ("planned", False)


def test_an_unknown_outcome_is_a_refusal_and_nothing_stays_in_the_calendar(
    website, host, entry, calendar
):
    calendar.set("lost-answer")

    response = website.book(host)

    assert (response.status_code, response.json()["code"]) == (400, "calendar_error")
    meeting = Meeting.objects.get()
    assert (meeting.status, meeting.awaits_calendar) == ("cancelled", True)
    assert len(calendar.events()) == 1
    let_time_pass()
    assert settle_calls() == 1
    assert calendar.events() == []
    meeting.refresh_from_db()
    assert not meeting.awaits_calendar


def test_a_cancelled_call_that_awaits_its_calendar_is_taken_out_when_it_answers(calendar, left):
    calendar.insert(left)
    left.status = "cancelled"
    left.save()
    calendar.set("stuck")
    let_time_pass()
    assert settle_calls() == 0
    calendar.clear("stuck")

    assert settle_calls() == 0, "not again before its time"
    let_time_pass()
    assert settle_calls() == 1
    assert calendar.events() == []


def test_a_call_that_no_calendar_takes_is_cancelled_and_staff_are_told(calendar, left):
    calendar.set("refuses")
    let_time_pass()

    settle_calls()

    left.refresh_from_db()
    assert (left.status, left.awaits_calendar, left.booking_key) == ("cancelled", False, "")
    note = SyncLog.objects.get()
    assert (note.kind, note.record_id, note.topic) == ("meeting", left.pk, "calendar")


def test_a_call_whose_time_was_taken_meanwhile_is_not_written_over_it(calendar, left, host):
    calendar.take(host, left.starts_at + timedelta(minutes=20), left.ends_at)
    let_time_pass()

    settle_calls()

    left.refresh_from_db()
    assert (left.status, left.awaits_calendar) == ("cancelled", False)
    assert "its time was taken" in left.failure
    assert calendar.inserted() == []
    assert SyncLog.objects.get().record_id == left.pk


def test_a_call_that_only_touches_what_was_taken_meanwhile_is_written(calendar, left, host):
    calendar.take(host, left.ends_at, left.ends_at + timedelta(hours=1))
    let_time_pass()

    assert settle_calls() == 1
    assert len(calendar.events()) == 1


def test_a_call_whose_time_came_meanwhile_is_not_written_any_more(calendar, left):
    start = timezone.now() - timedelta(minutes=1)
    Meeting.objects.update(starts_at=start, ends_at=start + timedelta(minutes=30))
    let_time_pass()

    settle_calls()

    left.refresh_from_db()
    assert (left.status, left.failure) == (
        "cancelled", "its time came before it could be written",
    )  # fmt: skip
    assert calendar.inserted() == []


@pytest.mark.parametrize("away", ["away", "unreadable"])
def test_while_the_calendar_cannot_be_read_the_call_waits(calendar, left, host, away):
    calendar.set("away") if away == "away" else calendar.hide(host)
    let_time_pass()

    assert settle_calls() == 0

    left.refresh_from_db()
    assert (left.status, left.awaits_calendar) == ("planned", True)
    assert not SyncLog.objects.exists()


def test_an_archived_call_that_awaits_its_calendar_is_taken_out_of_it(calendar, left):
    calendar.insert(left)
    left.archive()
    let_time_pass()

    assert settle_calls() == 1
    assert calendar.events() == []
    assert not Meeting.all_objects.get().awaits_calendar


def test_an_event_that_can_never_be_taken_out_is_told_once_and_left(calendar, left):
    calendar.insert(left)
    left.archive()
    calendar.set("keeps")
    let_time_pass()

    settle_calls()
    let_time_pass()

    assert settle_calls() == 0
    assert Meeting.all_objects.get().status == "planned", "archived, and nothing else"
    message = "The call may still be in its host's calendar: the calendar gives nothing back"
    assert SyncLog.objects.get().message == message


def test_an_error_that_nobody_foresaw_is_told_once_and_holds_up_no_other(calendar, left):
    left.archive()
    other = MeetingFactory(awaits_calendar=True, starts_at=left.starts_at + timedelta(days=1))
    calendar.set("breaks")
    for _ in range(2):
        let_time_pass()
        settle_calls()

    other.refresh_from_db()
    assert not other.awaits_calendar
    note = SyncLog.objects.get()
    assert "ZeroDivisionError: nobody foresaw this" in note.message
    calendar.clear("breaks")
    let_time_pass()
    assert settle_calls() == 1


def test_one_calendar_that_is_away_holds_up_no_other(calendar, left, monkeypatch):
    other = MeetingFactory(awaits_calendar=True)
    let_time_pass()
    monkeypatch.setattr(type(calendar), "has", lambda self, name: name == "stuck")
    left.status = "cancelled"
    left.save()
    let_time_pass()

    assert settle_calls() == 1

    other.refresh_from_db()
    assert not other.awaits_calendar


def test_a_repeated_request_finishes_what_the_first_one_left(website, host, entry, calendar):
    website.book(host)
    meeting = Meeting.objects.get()
    calendar.remove(meeting)
    Meeting.objects.update(awaits_calendar=True)

    assert website.book(host).status_code == 200

    meeting.refresh_from_db()
    assert not meeting.awaits_calendar
    assert len(calendar.events()) == 1
