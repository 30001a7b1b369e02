"""Why a call is not booked, in the order of the rules, and what is kept all the same."""

from __future__ import annotations

from datetime import timedelta

import pytest

from companies.models import Company
from contacts.models import Contact
from deals.models import Deal
from meetings.models import Meeting
from tests.factories import ContactFactory, MeetingFactory, TeamMemberFactory
from tests.meetings.website import INES, NINE

pytestmark = pytest.mark.django_db


def refused(response, code: str) -> bool:
    answer = response.json()
    assert answer["status"] == "error"
    assert answer["message"]
    return response.status_code == 400 and answer["code"] == code


def call_at(contact, at, **values):
    return MeetingFactory(contact=contact, starts_at=at, ends_at=at + timedelta(minutes=30),
                          **values)  # fmt: skip


@pytest.fixture
def ines(db):
    return ContactFactory(email=INES["email"])


def test_nobody_without_an_email_is_called_and_nothing_is_kept(website, host, entry):
    response = website.book(host, email="")

    assert refused(response, "no_email")
    assert list(response.json()["errors"]) == ["email"]
    assert not Company.objects.exists()
    assert not Contact.objects.exists()


@pytest.mark.parametrize("minutes", [-120, -119, 0, 60, 120])
def test_a_call_within_two_hours_of_another_one_is_refused(website, host, ines, minutes):
    call_at(ines, NINE + timedelta(minutes=minutes))

    assert refused(website.book(host), "meeting_exists")
    assert Meeting.objects.count() == 1


@pytest.mark.parametrize("minutes", [-121, 121])
def test_a_call_further_off_is_none(website, host, ines, minutes):
    call_at(ines, NINE + timedelta(minutes=minutes))

    assert website.book(host).status_code == 200


@pytest.mark.parametrize("status", ["cancelled", "completed", "no_show"])
def test_only_planned_calls_stand_in_the_way_of_their_contact(website, host, ines, status):
    call_at(ines, NINE, status=status)

    assert website.book(host).status_code == 200


def test_any_number_of_calls_around_are_one_refusal(website, host, ines):
    call_at(ines, NINE - timedelta(hours=1))
    call_at(ines, NINE + timedelta(hours=1))

    assert refused(website.book(host), "meeting_exists")


def test_a_host_who_is_not_there_is_refused_and_nothing_is_kept(website, entry, calendar):
    inactive = TeamMemberFactory(is_active=False)
    archived = TeamMemberFactory(archived_at=NINE)

    for host in [inactive, archived, 999_999, -1, 10**30]:
        response = website.book(host)
        assert refused(response, "admin_not_found")
        assert list(response.json()["errors"]) == ["admin_id"]
    assert not Company.objects.exists()
    assert calendar.questions() == []


def test_a_missing_email_and_a_call_around_are_told_before_a_missing_host(website, ines, db):
    call_at(ines, NINE)

    assert refused(website.book(999_999, email="", phone=""), "no_email")
    assert refused(website.book(999_999), "meeting_exists")


def test_a_call_around_is_told_before_a_busy_host(website, host, ines, calendar):
    call_at(ines, NINE)
    calendar.take(host, NINE, NINE + timedelta(hours=1))

    assert refused(website.book(host), "meeting_exists")
    assert calendar.questions() == []


@pytest.mark.parametrize(
    ("start", "end"),
    [(0, 30), (-30, 0), (30, 60), (10, 20), (-600, 600)],
    ids=["the same", "until its start", "from its end", "inside", "around"],
)
def test_a_host_whose_calendar_is_taken_is_busy(website, host, entry, calendar, start, end):
    calendar.take(host, NINE + timedelta(minutes=start), NINE + timedelta(minutes=end))

    assert refused(website.book(host), "admin_busy")
    assert not Meeting.objects.exists()


@pytest.mark.parametrize("status", ["planned", "completed"])
def test_a_host_with_another_call_of_ours_is_busy(website, host, entry, status):
    call_at(ContactFactory(), NINE, host=host, status=status)

    assert refused(website.book(host), "admin_busy")


@pytest.mark.parametrize(
    "at",
    [
        NINE.replace(hour=8), NINE.replace(hour=17), NINE + timedelta(minutes=1),
        NINE + timedelta(days=4), NINE + timedelta(seconds=1),
    ],
    ids=["before hours", "after hours", "off the grid", "on a Saturday", "a second late"],
)  # fmt: skip
def test_a_time_that_is_not_offered_cannot_be_booked(website, host, entry, at):
    assert refused(website.book(host, at), "admin_busy")


def test_a_host_whose_calendar_cannot_be_read_is_not_booked(website, host, entry, calendar):
    calendar.hide(host)
    assert refused(website.book(host), "calendar_error")
    calendar.set("away")
    assert refused(website.book(host, email="other@brightpath.example"), "calendar_error")
    assert not Meeting.objects.exists()


def test_a_calendar_that_takes_no_call_leaves_a_cancelled_one_for_staff(
    website, host, entry, calendar
):
    calendar.set("refuses")

    assert refused(website.book(host), "calendar_error")

    meeting = Meeting.objects.get()
    assert (meeting.status, meeting.awaits_calendar) == ("cancelled", False)
    assert meeting.failure == "the calendar takes no calls"
    assert calendar.events() == []


def test_what_is_refused_still_leaves_company_contact_and_deal(website, host, entry, calendar):
    calendar.take(host, NINE, NINE + timedelta(hours=1))

    website.book(host)

    assert (Company.objects.count(), Contact.objects.count(), Deal.objects.count()) == (1, 1, 1)
    assert Company.objects.get().has_booked_call


def test_a_call_that_was_refused_can_be_asked_for_again(website, host, entry, calendar):
    calendar.set("refuses")
    website.book(host)
    calendar.clear("refuses")

    assert website.book(host).status_code == 200
    assert list(Meeting.objects.order_by("pk").values_list("status", flat=True)) == [
        "cancelled", "planned",
    ]  # fmt: skip


def test_the_same_request_again_is_the_same_call(website, host, entry, calendar):
    first, second = website.book(host), website.book(host)

    assert second.status_code == 200
    assert first.json() == second.json()
    assert calendar.inserted() == [Meeting.objects.get().pk]


def test_the_same_request_after_the_call_was_cancelled_is_a_new_call(
    website, host, entry, calendar
):
    website.book(host)
    calendar.remove(Meeting.objects.get())
    Meeting.objects.update(status="cancelled")

    assert website.book(host).status_code == 200
    assert Meeting.objects.count() == 2


@pytest.mark.parametrize("hours", [1, 4], ids=["around the call", "far from it"])
def test_the_same_request_after_a_move_never_answers_for_another_time(
    website, host, entry, calendar, hours
):
    website.book(host)
    calendar.remove(Meeting.objects.get())
    moved = NINE + timedelta(minutes=45 * hours)
    Meeting.objects.update(starts_at=moved, ends_at=moved + timedelta(minutes=30))

    again = website.book(host)

    if hours == 1:
        assert refused(again, "meeting_exists")
    else:
        assert again.json()["meeting"]["start"] == NINE.isoformat()
    times = set(Meeting.objects.values_list("starts_at", flat=True))
    assert times == ({moved} if hours == 1 else {NINE, moved})
    assert not Meeting.objects.filter(booking_key="").exists(), "guests hear of both"


def test_the_same_request_after_another_host_has_the_call_is_refused(website, host, entry):
    website.book(host)
    Meeting.objects.update(host=TeamMemberFactory())

    assert refused(website.book(host), "meeting_exists")


def test_another_request_of_the_same_visitor_is_refused(website, host, entry):
    website.book(host)

    assert refused(website.book(host, utm_source="elsewhere"), "meeting_exists")
