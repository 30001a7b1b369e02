"""The times at which a host can be booked, as the website asks for them."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from meetings import booking
from meetings.calendars import Span
from meetings.free_times import bookable, free_slots, offered
from meetings.models import BookingRules, DayOff, WorkingHours
from meetings.requests import Refusal
from tests.factories import MeetingFactory, TeamMemberFactory
from tests.meetings.website import NINE

pytestmark = pytest.mark.django_db

DAY = ("2030-06-04T00:00:00+00:00", "2030-06-04T23:59:00+00:00")


def hours(slots):
    return [slot[11:16] for slot in slots]


def test_a_free_day_is_offered_whole_in_utc(website, host):
    response = website.get(
        "/callbooker/availability/", admin_id=host.pk, start_dt=DAY[0], end_dt=DAY[1]
    )

    assert response.status_code == 200
    answer = response.json()
    assert answer["status"] == "ok"
    assert len(answer["slots"]) == 10
    assert answer["slots"][0] == ["2030-06-04T09:00:00+00:00", "2030-06-04T09:30:00+00:00"]
    assert response["Cache-Control"] == "no-store"


def test_times_may_be_seconds_or_without_an_offset_or_with_a_lost_plus(website, host):
    seconds = int(NINE.timestamp())
    forms = [
        (seconds, seconds + 3600),
        ("2030-06-04T09:00:00", "2030-06-04T10:00:00Z"),
        ("2030-06-04T11:00:00 02:00", "2030-06-04T12:00:00 02:00"),
    ]

    assert [hours(website.slots(host, *form)) for form in forms] == [["09:00"]] * 3


def test_what_the_hosts_calendar_and_our_own_calls_take_is_not_offered(website, host, calendar):
    calendar.take(host, NINE, NINE + timedelta(minutes=30))
    MeetingFactory(host=host, starts_at=NINE.replace(hour=12), ends_at=NINE.replace(hour=13))
    MeetingFactory(host=host, starts_at=NINE.replace(hour=15), ends_at=NINE.replace(hour=16),
                   status="cancelled")  # fmt: skip

    found = hours(website.slots(host, *DAY))

    assert found == ["09:45", "10:30", "11:15", "13:30", "14:15", "15:00", "15:45"]


def test_the_booking_rules_give_length_buffer_and_hours(website, host):
    BookingRules.objects.update_or_create(
        pk=1,
        defaults={
            "duration": timedelta(hours=1), "buffer": timedelta(), "earliest_start": time(9),
            "latest_end": time(12),
        },
    )  # fmt: skip

    assert hours(website.slots(host, *DAY)) == ["08:00", "09:00", "10:00"]


def test_a_host_may_have_hours_and_days_off_of_their_own(website, host):
    WorkingHours.objects.create(host=host, weekday=5, starts=time(10), ends=time(11))
    WorkingHours.objects.create(host=host, weekday=1, starts=time(14), ends=time(15))
    DayOff.objects.create(host=host, first_day=date(2030, 6, 11), last_day=date(2030, 6, 11))

    slots = website.slots(host, "2030-06-03T00:00:00Z", "2030-06-17T00:00:00Z")

    assert slots == [
        "2030-06-04T13:00:00+00:00", "2030-06-08T09:00:00+00:00", "2030-06-15T09:00:00+00:00",
    ]  # fmt: skip


def test_past_slots_are_left_out(website, host):
    today = timezone.now()

    slots = website.slots(host, (today - timedelta(days=8)).isoformat(), today.isoformat())

    assert slots == []


def test_a_calendar_that_cannot_be_read_is_never_free(website, host, calendar):
    asked = {"admin_id": host.pk, "start_dt": DAY[0], "end_dt": DAY[1]}
    calendar.hide(host)
    hidden = website.get("/callbooker/availability/", **asked)
    calendar.clear("unreadable")
    calendar.set("away")
    away = website.get("/callbooker/availability/", **asked)

    for response in [hidden, away]:
        assert response.status_code == 503
        assert response.json()["code"] == "calendar_unavailable"


def test_a_host_of_whom_nobody_knows_the_time_is_never_free(website, host):
    type(host).objects.filter(pk=host.pk).update(timezone="Atlantis")

    response = website.get(
        "/callbooker/availability/", admin_id=host.pk, start_dt=DAY[0], end_dt=DAY[1]
    )

    assert response.status_code == 503


def test_all_hosts_calendars_are_read_by_one_question(calendar, host):
    others = [host, *TeamMemberFactory.create_batch(3)]
    calendar.hide(others[2])

    free = free_slots(others, Span(NINE, NINE + timedelta(hours=4)))

    assert calendar.questions() == [[each.pk for each in others]]
    assert sorted(free) == [others[0].pk, others[1].pk, others[3].pk]
    assert len(free[host.pk]) == 5


def test_every_slot_that_is_shown_can_be_booked(website, host, entry, calendar):
    calendar.take(host, NINE.replace(hour=11), NINE.replace(hour=12))
    slots = website.slots(host, *DAY)

    answers = [
        website.book(host, name=f"Ines {n}", email=f"ines{n}@brightpath.example", phone="",
                     meeting_dt=slot)
        for n, slot in enumerate(slots)
    ]  # fmt: skip

    assert [answer.status_code for answer in answers] == [200] * 7
    assert website.slots(host, *DAY) == []


def test_the_page_offers_what_is_after_the_notice_and_before_the_horizon(db):
    BookingRules.load()

    window = offered(NINE)

    assert window == Span(NINE + timedelta(hours=2), NINE + timedelta(days=28))


def test_what_the_page_has_shown_can_be_booked_while_its_form_is_filled_in(website, host, entry):
    shown = Span(NINE, NINE + timedelta(minutes=30))
    notice = BookingRules.load().minimum_notice

    seen_at = NINE - notice
    assert offered(seen_at).start == NINE
    in_time, too_late = [bookable(seen_at + timedelta(minutes=m)) for m in (30, 31)]

    booking.refuse_busy(host, shown, within=in_time)
    with pytest.raises(Refusal):
        booking.refuse_busy(host, shown, within=too_late)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"start_dt": "soon"}, "start_dt"),
        ({"end_dt": ""}, "end_dt"),
        ({"end_dt": None}, "end_dt"),
        ({"start_dt": "9" * 15}, "start_dt"),
        ({"start_dt": "1" + "0" * 400}, "start_dt"),
        ({"start_dt": "0001-01-01T00:00:00+14:00"}, "start_dt"),
        ({"end_dt": "9999-12-31T23:59:59-14:00"}, "end_dt"),
        ({"end_dt": DAY[0]}, "end_dt"),
        ({"end_dt": "2030-08-04T00:00:00Z"}, "end_dt"),
        ({"admin_id": "mia"}, "admin_id"),
        ({"admin_id": None}, "admin_id"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_by_its_field(website, host, values, field):
    asked = {"admin_id": host.pk, "start_dt": DAY[0], "end_dt": DAY[1], **values}
    response = website.get(
        "/callbooker/availability/", **{name: v for name, v in asked.items() if v is not None}
    )

    assert response.status_code == 422
    assert list(response.json()["errors"]) == [field]
    assert response.json()["code"] == "invalid"


@pytest.mark.parametrize("admin", [999_999, -1, 10**30])
def test_a_host_who_is_not_there_is_not_found(website, host, admin):
    response = website.get(
        "/callbooker/availability/", admin_id=admin, start_dt=DAY[0], end_dt=DAY[1]
    )

    assert response.status_code == 404
    assert list(response.json()["errors"]) == ["admin_id"]
