"""A visitor books on the public page, without JavaScript."""

from __future__ import annotations

import gc
import tracemalloc
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from companies.models import Company
from meetings import booking
from meetings.models import HostChoice, Meeting
from tests.factories import CompanyFactory, ContactFactory, TeamMemberFactory

pytestmark = pytest.mark.django_db


def test_a_visitor_chooses_plan_country_and_time_and_has_a_call(visitor, host, entry, calendar):
    visitor.start()
    assert visitor.title == "Book a product demo with Mia Lind"
    response = visitor.book()

    assert response.status_code == 303
    meeting = Meeting.objects.get()
    assert (meeting.kind, meeting.status, meeting.host) == ("sales", "planned", host)
    assert meeting.starts_at.isoformat() == visitor.times[0]
    assert (meeting.contact.name, meeting.contact.email) == (
        "Ines Duarte", "ines@brightpath.example",
    )  # fmt: skip
    company = meeting.company
    assert (company.name, company.price_plan, company.country) == ("Brightpath", "payg", "PT")
    assert (meeting.deal.stage, meeting.guest_timezone) == (entry, "Europe/Lisbon")
    assert len(calendar.events()) == 1
    visitor.follow()
    assert visitor.title == "Your call is booked"


def test_times_are_shown_in_the_zone_of_the_country_until_another_is_chosen(visitor, host):
    visitor.start(country="JP")
    assert visitor.values["timezone"] == "Asia/Tokyo"
    assert "Tokyo (GMT+9)" in visitor.text
    first = datetime.fromisoformat(visitor.times[0])
    assert f"{first.astimezone(ZoneInfo('Asia/Tokyo')):%H:%M}" in visitor.text

    visitor.press("times", timezone="America/New_York")

    assert visitor.values["timezone"] == "America/New_York"
    assert f"{first.astimezone(ZoneInfo('America/New_York')):%H:%M}" in visitor.text


@pytest.mark.parametrize("zone", ["Nowhere/None", "../../etc/passwd", "x" * 10_000, "\x00", "<b>"])
def test_a_zone_that_nobody_knows_costs_nothing(visitor, host, zone):
    visitor.start()
    visitor.press("times", timezone=zone)
    assert visitor.response.status_code == 200

    assert visitor.book(timezone=zone).status_code == 303
    assert Meeting.objects.get().guest_timezone == "Europe/Lisbon"


def test_zones_that_cannot_be_are_not_kept_in_memory(visitor, host):
    visitor.start()
    visitor.press("times", timezone="x" * 100_000)
    tracemalloc.start()

    for letter in "abcdefgh":
        visitor.press("times", timezone=letter * 1_000_000)
    visitor.press("times", timezone="Europe/Lisbon")
    gc.collect()
    kept, _most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert kept < 4_000_000


def test_two_weeks_are_shown_at_once_and_days_without_times_say_so(visitor, host):
    visitor.start()
    assert "Saturday" in visitor.text
    assert "no times" in visitor.text
    shown = visitor.times
    assert datetime.fromisoformat(shown[-1]) - timezone.now() < timedelta(days=15)
    later = visitor.html.partition('name="from" value="')[2][:10]

    visitor.press(later, button="from")

    assert not set(visitor.times) & set(shown)
    assert "Earlier days" in visitor.text


def test_the_next_free_time_is_one_button_away(visitor, host, calendar):
    now = timezone.now()
    calendar.take(host, now, now + timedelta(days=20))
    visitor.start()
    assert visitor.times == []

    visitor.press("next")

    assert visitor.values["time"] == visitor.times[0]
    assert visitor.book(visitor.values["time"]).status_code == 303


def test_twelve_hours_are_shown_to_who_reads_clocks_so(host, calendar):
    from tests.meetings.visitor import Visitor

    american = Visitor(**{"Accept-Language": "en-US,en;q=0.9"})
    american.start(country="US")

    assert " AM" in american.text


def test_whoever_was_met_before_is_met_again(visitor, host):
    own = TeamMemberFactory(first_name="Ola", last_name="Berg")
    company = CompanyFactory(sales_person=own)
    ContactFactory(company=company, email="ines@brightpath.example")

    visitor.start(email="Ines@Brightpath.example")

    assert visitor.title == "Book a product demo with Ola Berg"
    assert HostChoice.objects.get().host == own


@pytest.mark.parametrize("trouble", ["unreadable", "away for weeks"])
def test_who_has_no_time_is_in_nobodys_way(visitor, host, calendar, trouble):
    other = TeamMemberFactory(first_name="Ola", last_name="Berg", plans=["payg"])
    if trouble == "unreadable":
        calendar.hide(host)
    else:
        calendar.take(host, timezone.now(), timezone.now() + timedelta(days=90))

    visitor.start()

    assert visitor.title == "Book a product demo with Ola Berg"
    assert calendar.questions() == [[host.pk, other.pk]]
    assert visitor.book().status_code == 303
    assert Meeting.objects.get().host == other


def test_who_was_chosen_and_archived_then_is_left_for_another(visitor, host):
    visitor.start()
    times, values = visitor.times, visitor.values
    other = TeamMemberFactory(first_name="Ola", last_name="Berg", plans=["payg"])
    type(host).objects.filter(pk=host.pk).update(archived_at=timezone.now())

    visitor.press("times")

    assert visitor.title == "Book a product demo with Ola Berg"
    assert visitor.values["choice"] != values["choice"]
    assert visitor.book(times[0]).status_code == 303
    assert Meeting.objects.get().host == other


def test_who_leaves_while_the_call_is_booked_is_told_to_the_visitor(visitor, host, monkeypatch):
    visitor.open(f"/book/{host.pk}/?plan=payg")
    real = booking.book

    def leaves_first(*args, **options):
        type(host).objects.filter(pk=host.pk).update(archived_at=timezone.now())
        return real(*args, **options)

    monkeypatch.setattr(booking, "book", leaves_first)
    visitor.book()

    assert visitor.response.status_code == 400
    assert "This person takes no calls any more. Please start again." in visitor.text
    assert not Meeting.objects.exists()


def test_a_choice_is_kept_for_the_visit_and_belongs_to_its_call(visitor, host):
    visitor.start()
    visitor.press("times")
    visitor.book()

    assert HostChoice.objects.get().meeting == Meeting.objects.get()


def test_another_plan_is_another_choice(visitor, host):
    visitor.start()
    visitor.press("start")
    assert visitor.title == "Book a call"
    assert visitor.values["plan"] == "payg"
    visitor.press("times", plan="enterprise")

    visitor.book()

    assert Company.objects.get().price_plan == "enterprise"
    assert HostChoice.objects.count() == 2


def test_a_hosts_own_link_books_with_that_host(visitor, host):
    TeamMemberFactory(plans=["payg"], territories=["EU"])
    visitor.open(f"/book/{host.pk}/?plan=startup&country=FR&utm_source=card&timezone=Europe/Paris")

    visitor.book()

    meeting = Meeting.objects.get()
    assert (meeting.host, meeting.guest_timezone) == (host, "Europe/Paris")
    assert (meeting.company.price_plan, meeting.company.utm_source) == ("startup", "card")


def test_who_only_supports_is_booked_for_support(visitor, db, calendar):
    helper = TeamMemberFactory(is_sales_person=False, is_support_person=True)
    visitor.open(f"/book/{helper.pk}/")
    assert "support call" in visitor.title

    assert visitor.book().status_code == 303
    assert Meeting.objects.get().kind == "support"


def test_the_same_form_sent_twice_has_the_same_call(visitor, host):
    visitor.start()
    time = visitor.times[0]
    first, again = visitor.book(time), visitor.book(time)

    assert (first.status_code, again.status_code) == (303, 303)
    assert Meeting.objects.count() == 1
