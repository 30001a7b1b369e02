"""What a guest does with a booked call: look, move, cancel. Support links as well."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
from django.core import signing
from django.utils import timezone
from icalendar import Calendar

from companies.models import Company
from meetings import guest_links, support_links
from meetings.models import Meeting
from tests.factories import CompanyFactory, ContactFactory, MeetingFactory
from tests.meetings.visitor import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(visitor, host, entry):
    visitor.start(country="JP")
    visitor.book()
    visitor.follow()
    return Meeting.objects.get()


def test_the_call_stands_in_both_zones_with_ways_into_a_calendar(visitor, meeting):
    assert visitor.title == "Your call is booked"
    assert "Tokyo (GMT+9)" in visitor.text
    assert "London (GMT" in visitor.text
    assert "https://calendar.google.com/calendar/render?action=TEMPLATE" in visitor.html
    assert "https://outlook.live.com/calendar/" in visitor.html
    file = visitor.client.get(f"{visitor.address}call.ics")
    (event,) = Calendar.from_ical(file.content).walk("VEVENT")
    assert file.headers["Content-Type"].startswith("text/calendar")
    assert event["dtstart"].dt == meeting.starts_at
    assert str(event["summary"]) == "Product demo with Mia Lind"


def test_to_open_a_link_does_nothing(visitor, meeting):
    for page in ["", "move/", "cancel/", "call.ics"]:
        assert visitor.client.get(visitor.address + page).status_code == 200

    meeting.refresh_from_db()
    assert (meeting.status, meeting.sequence) == ("planned", 0)


def test_a_guest_moves_the_call(visitor, meeting):
    page = visitor.address
    visitor.open(f"{page}move/")
    assert meeting.starts_at.isoformat() not in visitor.times
    wanted = visitor.times[3]

    response = visitor.press("move", time=wanted)

    assert response.status_code == 303
    meeting.refresh_from_db()
    assert (meeting.starts_at.isoformat(), meeting.sequence) == (wanted, 1)
    visitor.follow()
    assert visitor.title == "Your call is booked"


def test_a_time_that_is_taken_leaves_the_call_where_it_is(visitor, meeting, host):
    visitor.open(f"{visitor.address}move/")
    wanted = datetime.fromisoformat(visitor.times[3])
    MeetingFactory(host=host, starts_at=wanted, ends_at=wanted + timedelta(minutes=30))

    response = visitor.press("move", time=wanted.isoformat())

    assert response.status_code == 400
    assert "This time has just been taken." in visitor.text
    assert "The nearest free times" in visitor.text
    assert visitor.press("move", time="").status_code == 422
    meeting.refresh_from_db()
    assert meeting.sequence == 0


def test_a_guest_cancels_the_call_once(visitor, meeting):
    visitor.open(f"{visitor.address}cancel/")
    assert Meeting.objects.get().status == "planned"

    assert visitor.press("").status_code == 303
    assert visitor.press("").status_code == 303

    meeting.refresh_from_db()
    assert (meeting.status, meeting.sequence) == ("cancelled", 1)
    visitor.follow()
    assert visitor.title == "This call is cancelled"
    assert visitor.client.get(f"{visitor.address}move/").status_code == 409


def test_a_call_that_has_started_stays_as_it_is(visitor, meeting):
    start = timezone.now() - timedelta(minutes=5)
    Meeting.objects.update(starts_at=start, ends_at=start + timedelta(minutes=30))

    assert visitor.open(visitor.address).status_code == 200
    assert visitor.title == "This call has started already"
    for page in ["move/", "cancel/"]:
        assert visitor.client.post(visitor.address + page).status_code == 409
    meeting.refresh_from_db()
    assert meeting.status == "planned"


@pytest.mark.parametrize("token", ["x", "x:y:z", "%00", "9" * 3000, "é"])
def test_a_forged_link_is_a_page_that_says_what_to_do(visitor, db, token):
    for page in ["", "move/", "cancel/", "call.ics"]:
        assert visitor.open(f"/book/calls/{token}/{page}").status_code == 404
        assert visitor.title == "This link is not right"
        assert visitor.client.post(f"/book/calls/{token}/cancel/").status_code == 404


def test_a_link_signed_for_something_else_is_no_link(visitor, meeting):
    other = signing.dumps({"call": meeting.pk, "until": time.time() + 60}, salt="another")

    assert visitor.open(f"/book/calls/{other}/").status_code == 404


def test_an_old_link_says_so(visitor, meeting):
    said = {"call": meeting.pk, "until": int(time.time()) - 1}
    old = signing.dumps(said, salt=guest_links.SALT)

    assert visitor.open(f"/book/calls/{old}/").status_code == 403
    assert visitor.title == "This link is too old"


# -- support links ---------------------------------------------------------------------------


@pytest.fixture
def link(settings, host):
    settings.SUPPORT_LINK_KEY = "link-key-0001"
    settings.CALLBOOKER_BASE_URL = "http://testserver/book"
    company = CompanyFactory(name="Brightpath")
    ContactFactory(company=company, email="ines@brightpath.example")
    return support_links.link(host, company).removeprefix("http://testserver")


def test_a_customer_books_support_by_a_signed_link(visitor, link, host):
    visitor.open(link)
    assert visitor.title == "Book a support call with Mia Lind"
    assert "For Brightpath" in visitor.text
    assert "company_name" not in visitor.values

    assert visitor.book().status_code == 303

    meeting = Meeting.objects.get()
    assert (meeting.kind, meeting.company.name, meeting.deal) == ("support", "Brightpath", None)
    assert meeting.contact.email == "ines@brightpath.example"


def test_a_company_of_any_name_books_by_its_link(visitor, link, host):
    Company.objects.update(name="A <b>bold</b> school")
    visitor.open(link)
    assert "<b>" not in visitor.html

    assert visitor.book().status_code == 303


def test_a_changed_support_link_books_nothing(link, host, calendar):
    for changed in [link.replace("s=", "s=0"), link + "1", link.replace("company_id=", "x="),
                    link.replace("e=", "e=9")]:  # fmt: skip
        stranger = Visitor()
        assert stranger.open(changed).status_code == 403
        assert stranger.title == "This link is not right"
        assert stranger.client.post(changed, {"go": "book"}).status_code == 403
    assert not Meeting.objects.exists()


def test_an_expired_support_link_says_whom_to_ask(visitor, link, host, settings):
    settings.SUPPORT_LINK_TTL_DAYS = -1
    old = support_links.link(host, CompanyFactory()).removeprefix("http://testserver")

    assert visitor.open(old).status_code == 403
    assert visitor.title == "This link is too old"
    assert "ask whoever sent it" in visitor.text


def test_without_a_key_support_links_are_off(visitor, link, settings):
    settings.SUPPORT_LINK_KEY = ""

    assert visitor.open(link).status_code == 503
