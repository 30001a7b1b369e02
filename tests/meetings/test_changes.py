"""What becomes of a booked call."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from meetings import services
from meetings.calendars import Span
from meetings.models import Meeting
from meetings.requests import Refusal
from tests.factories import MeetingFactory
from tests.meetings.website import NINE

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(website, host, entry):
    assert website.book(host).status_code == 200
    return Meeting.objects.get()


def refusal(work, *args, **options) -> str:
    with pytest.raises(Refusal) as refused:
        work(*args, **options)
    return refused.value.code


def test_a_call_is_moved_with_its_people_and_told_to_be_newer(meeting):
    services.move(meeting, NINE.replace(hour=12))

    meeting.refresh_from_db()
    assert (meeting.starts_at, meeting.ends_at) == (
        NINE.replace(hour=12), NINE.replace(hour=12, minute=30),
    )  # fmt: skip
    assert (meeting.sequence, meeting.status) == (1, "planned")


def test_a_moved_call_is_as_long_as_it_was(meeting, calendar, host):
    """Staff made it longer, or the usual length is another one by now."""
    Meeting.objects.update(ends_at=NINE + timedelta(minutes=60))
    meeting.refresh_from_db()
    calendar.take(host, NINE.replace(hour=12, minute=40), NINE.replace(hour=13))

    assert refusal(services.move, meeting, NINE.replace(hour=12)) == "admin_busy"
    moved = services.move(meeting, NINE.replace(hour=14, minute=15))

    assert moved.length == timedelta(minutes=60)


def test_its_own_event_is_not_in_the_way_of_a_move(meeting, calendar, host):
    calendar.take(host, meeting.starts_at, meeting.ends_at)

    services.move(meeting, NINE + timedelta(minutes=45))

    meeting.refresh_from_db()
    assert meeting.starts_at == NINE + timedelta(minutes=45)


def test_moved_to_where_it_is_it_stays_as_it_is(meeting):
    assert services.move(meeting, meeting.starts_at).sequence == 0


def test_a_call_is_not_moved_into_busy_time_or_outside_what_is_offered(meeting, calendar, host):
    calendar.take(host, NINE.replace(hour=13), NINE.replace(hour=14))
    MeetingFactory(host=host, starts_at=NINE.replace(hour=15), ends_at=NINE.replace(hour=16))

    for at in [NINE.replace(hour=13, minute=30), NINE.replace(hour=15), NINE.replace(hour=3)]:
        assert refusal(services.move, meeting, at) == "admin_busy"
    only_tomorrow = Span(NINE + timedelta(days=1), NINE + timedelta(days=2))
    late = NINE.replace(hour=12)
    assert refusal(services.move, meeting, late, within=only_tomorrow) == "admin_busy"
    meeting.refresh_from_db()
    assert meeting.starts_at == NINE


def test_a_call_is_not_moved_beside_another_of_its_contact(meeting):
    MeetingFactory(contact=meeting.contact, starts_at=NINE.replace(hour=14),
                   ends_at=NINE.replace(hour=15))  # fmt: skip

    assert refusal(services.move, meeting, NINE.replace(hour=12)) == "meeting_exists"


def test_a_call_is_cancelled_once_and_its_time_is_free(meeting, website, host, calendar):
    calendar.remove(meeting)
    assert NINE.isoformat() not in website.slots(host, NINE, NINE + timedelta(hours=1))

    services.cancel(meeting)
    services.cancel(meeting)

    meeting.refresh_from_db()
    assert (meeting.status, meeting.sequence, meeting.booking_key) == ("cancelled", 1, "")
    assert refusal(services.move, meeting, NINE.replace(hour=12)) == "not_planned"
    assert website.slots(host, NINE, NINE + timedelta(hours=1)) == [NINE.isoformat()]
    assert website.book(host).status_code == 200


def test_a_call_that_started_was_held_or_was_not(meeting):
    assert refusal(services.mark_done, meeting) == "not_started"
    now = timezone.now()
    Meeting.objects.update(starts_at=now - timedelta(hours=1), ends_at=now)

    assert services.mark_done(meeting).status == "completed"
    assert services.mark_no_show(meeting).status == "no_show"
    assert services.mark_done(meeting).status == "completed"
    assert refusal(services.cancel, meeting) == "not_planned"


def test_a_call_whose_time_went_to_another_was_not_held(meeting, host):
    start = timezone.now() - timedelta(hours=1)
    times = {"starts_at": start, "ends_at": start + timedelta(minutes=30)}
    Meeting.objects.update(status="no_show", **times)
    MeetingFactory(host=host, status="completed", **times)

    assert refusal(services.mark_done, meeting) == "admin_busy"
