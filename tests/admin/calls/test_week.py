"""The page "Calls calendar": everybody's week, as the calendars and Hermes know it."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from html import unescape

import pytest
from django.urls import reverse

from meetings.models import DayOff, WorkingHours
from tests.factories import ContactFactory, MeetingFactory, TeamMemberFactory

from .conftest import NINE

pytestmark = pytest.mark.django_db


def open_week(client, day: str = "2030-06-04", **query):
    return client.get(reverse("calls"), {"week": day, **query})


def words(html: str) -> str:
    """What is read, without the marks around it."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html)))


def cell(response, host, day: int) -> str:
    """What the table says of a host's day, counted from Monday."""
    table = re.search(r"<tbody>.*?</tbody>", response.content.decode(), re.S)[0]
    rows = [each for each in table.split("<tr>") if str(host) in each]
    return words(re.findall(r"<td.*?</td>", rows[0], re.S)[day]).strip()


def book(host, at=NINE, **values):
    return MeetingFactory(host=host, starts_at=at, ends_at=at + timedelta(minutes=30), **values)


def test_a_call_is_shown_once_and_leads_to_its_page(client, staff, host, calendar):
    staff("sales")
    guest = ContactFactory(first_name="Ines", last_name="Duarte", company__name="Brightpath")
    call = book(host, contact=guest, company=guest.company)
    calendar.insert(call)

    response = open_week(client)

    shown = cell(response, host, 1)
    assert shown.startswith("09:00–09:30 Ines Duarte Brightpath")
    assert "Busy" not in shown
    address = reverse("admin:meetings_meeting_change", args=[call.pk])
    assert f'href="{address}"' in response.content.decode()


def test_what_else_is_in_a_calendar_is_busy_and_says_no_more(client, staff, host, calendar):
    staff("sales")
    calendar.take(host, NINE.replace(hour=11), NINE.replace(hour=12, minute=30))

    assert "11:00–12:30 Busy" in cell(open_week(client), host, 1)


def test_free_is_what_can_be_booked(client, staff, host, calendar):
    staff("sales")
    calendar.take(host, NINE.replace(hour=11), NINE.replace(hour=12, minute=30))

    # 10:30 UTC would touch 11:00, so the first stretch ends before it.
    assert cell(open_week(client), host, 1) == (
        "09:00–10:15 Free 11:00–12:30 Busy 12:45–16:15 Free"
    )


def test_the_times_are_the_viewers_and_the_page_says_so(client, staff, host):
    staff("sales", TeamMemberFactory(timezone="America/New_York"))
    book(host)

    response = open_week(client)

    assert "Times are in America/New York (UTC-04:00)." in words(response.content.decode())
    assert cell(response, host, 1).startswith("05:00–05:30")


def test_a_busy_time_of_days_is_shown_on_each_of_them(client, staff, host, calendar):
    staff("sales")
    calendar.take(host, NINE.replace(hour=12), NINE.replace(hour=10) + timedelta(days=2))

    response = open_week(client)

    assert "12:00–24:00 Busy" in cell(response, host, 1)
    assert cell(response, host, 2) == "All day Busy"
    assert cell(response, host, 3).startswith("00:00–10:00 Busy")


def test_days_off_and_own_hours_are_shown_and_leave_nothing_else_free(client, staff, host):
    staff("sales", host)
    DayOff.objects.create(host=host, first_day=date(2030, 6, 4), last_day=date(2030, 6, 5),
                          note="Wedding")  # fmt: skip
    WorkingHours.objects.create(host=host, weekday=3, starts=time(8), ends=time(9))

    response = open_week(client)

    # Days are the host's own, who lives in London as the viewer does.
    assert cell(response, host, 1) == cell(response, host, 2) == "Day off: Wedding"
    assert cell(response, host, 3) == "08:00–08:30 Free"
    assert cell(response, host, 4) == "–"


def test_days_off_without_an_end_are_shown(client, staff, host):
    staff("sales", host)
    DayOff.objects.create(host=host, first_day=date.min, last_day=date.max)

    assert cell(open_week(client), host, 4) == "Day off"


def test_a_weekend_has_columns_when_something_is_booked_then(client, staff, host):
    staff("sales")
    assert "Sat 8 Jun" not in words(open_week(client).content.decode())

    book(host, NINE + timedelta(days=4))

    assert "Sat 8 Jun" in words(open_week(client).content.decode())


def test_a_calendar_that_cannot_be_read_has_a_banner_and_nothing_free(
    client, staff, host, calendar
):
    staff("sales")
    other = TeamMemberFactory(first_name="Sol", last_name="Berg")
    calendar.hide(host)

    response = open_week(client)

    said = words(response.content.decode())
    assert "The calendar of Mia Lind cannot be read" in said
    assert "Nobody can book a call with Mia Lind until it can" in said
    assert "The calendar of Sol Berg" not in said
    assert "Free" not in cell(response, host, 1)
    assert "Free" in cell(response, other, 1)


def test_while_no_calendar_can_be_read_the_calls_are_shown_all_the_same(
    client, staff, host, calendar
):
    staff("sales")
    calendar.set("away")
    book(host)

    response = open_week(client)

    assert response.status_code == 200
    assert "The calendar of Mia Lind cannot be read" in words(response.content.decode())
    assert cell(response, host, 1).startswith("09:00–09:30")


def test_a_host_in_no_known_zone_is_named(client, staff, host):
    staff("sales")
    type(host).objects.filter(pk=host.pk).update(timezone="Mars/Olympus")

    said = words(open_week(client).content.decode())

    assert "The time zone of Mia Lind is none that is known" in said


def test_all_calendars_are_asked_once(client, staff, host, calendar):
    staff("sales")
    other = TeamMemberFactory(is_sales_person=False, is_support_person=True)

    open_week(client)

    assert calendar.questions() == [[host.pk, other.pk]]


def test_the_address_says_which_hosts_are_shown(client, staff, host, calendar):
    staff("sales")
    other = TeamMemberFactory(first_name="Sol", last_name="Berg")

    response = open_week(client, host=[host.pk])

    assert [one.member for one in response.context["week"].hosts] == [host]
    assert calendar.questions() == [[host.pk]]
    week_after = dict((label, url) for url, label, _ in response.context["weeks"])["Week after"]
    assert week_after == f"{reverse('calls')}?host={host.pk}&week=2030-06-10"
    assert str(other) in response.content.decode()


def test_who_left_is_shown_while_they_have_calls_and_is_asked_about_no_more(
    client, staff, host, calendar
):
    staff("sales")
    left = TeamMemberFactory(is_active=False)
    book(left)

    response = open_week(client)

    assert cell(response, left, 1).startswith("09:00–09:30")
    assert str(left) not in open_week(client, "2030-06-11").content.decode()
    assert calendar.questions() == [[host.pk], [host.pk]]


def test_cancelled_and_archived_calls_are_not_shown(client, staff, host):
    staff("sales")
    book(host, status="cancelled")
    book(host).archive()

    assert cell(open_week(client), host, 1).startswith("09:00–16:15 Free")


def test_what_became_of_a_call_stands_beside_it(client, staff, host, calendar):
    staff("sales")
    book(host, status="completed")
    book(host, NINE.replace(hour=11), status="no_show")
    book(host, NINE.replace(hour=13), awaits_calendar=True)

    shown = cell(open_week(client), host, 1)

    assert "Completed" in shown
    assert "No-show" in shown
    assert "Not in the calendar yet" in shown


def test_the_agenda_has_everybody_day_by_day(client, staff, host, calendar):
    staff("sales")
    book(host, NINE.replace(hour=10))
    other = TeamMemberFactory(first_name="Sol", last_name="Berg")
    book(other)

    response = open_week(client, view="agenda")

    assert "<tbody>" not in response.content.decode()
    tuesday = words(response.content.decode()).partition("Tuesday 4 June")[2]
    assert tuesday.index("SB") < tuesday.index("09:00–09:30") < tuesday.index("10:00–10:30")
    assert "09:45–16:15 Sol Berg" in tuesday.partition("Wednesday")[0]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"week": "soon"}, "Week of: Enter a valid date."),
        ({"week": "0001-01-01"}, "Week of: Week of must be in one of the years 1900 to 2200."),
        ({"host": "x"}, "Hosts: “x” is nobody's number."),
        ({"host": "999999999"}, "Hosts: Nobody has the number 999999999."),
        ({"host": "9" * 40}, "Hosts: "),
        ({"view": "month"}, "View: "),
    ],
)
def test_an_address_that_cannot_be_is_refused_by_name_and_shows_this_week(
    client, staff, host, query, said
):
    staff("sales")

    response = client.get(reverse("calls"), query)

    assert response.status_code == 400
    assert said in words(response.content.decode())
    assert response.context["monday"] <= date.today() + timedelta(days=1)


@pytest.mark.parametrize("day", ["1900-01-01", "2200-12-31"])
def test_the_first_and_the_last_week_open(client, staff, host, day):
    staff("sales", TeamMemberFactory(timezone="Pacific/Auckland"))

    assert open_week(client, day).status_code == 200


def test_a_host_finds_their_own_booking_link(client, staff, host, settings):
    settings.CALLBOOKER_BASE_URL = "https://www.example.org/book"
    staff("sales", host)

    page = open_week(client).content.decode()

    assert f'value="https://www.example.org/book/{host.pk}/"' in page


def test_who_may_see_no_calls_sees_no_calendar(client, django_user_model, calendar):
    user = django_user_model.objects.create_user("nobody", is_staff=True)
    client.force_login(user, backend="hermes.permissions.PermissionsBackend")

    assert open_week(client).status_code == 403
    assert "Calls calendar" not in client.get("/admin/").content.decode()


def test_a_stranger_is_asked_to_log_in(client, db):
    assert open_week(client)["Location"].startswith(reverse("admin:login"))


def test_ten_hosts_cost_no_more_questions_to_the_database_than_one(
    client, staff, host, django_assert_max_num_queries
):
    staff("sales")
    for _ in range(9):
        book(TeamMemberFactory())

    with django_assert_max_num_queries(16):
        open_week(client)
