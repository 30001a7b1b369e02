"""Calls booked on the website, with the hosts' calendars in Google."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from http.client import HTTPConnection

import pytest

from companies.models import Company
from meetings import invitations, services, settling
from meetings.models import Meeting
from tests.at_once import together
from tests.meetings.website import NINE, Website, sales_call

EVENTS = "/calendar/v3/calendars/*/events"


@pytest.fixture
def google_host(google):
    return google.host(first_name="Mia", last_name="Lind", plans=["payg"], is_support_person=True)


@pytest.fixture
def google_website(google):
    return Website()


@pytest.mark.django_db
def test_a_booked_call_is_in_the_hosts_calendar_and_its_guest_is_invited(
    google, google_website, google_host, entry
):
    assert google_website.book(google_host).status_code == 200

    meeting = Meeting.objects.get()
    event = google.event(meeting)
    assert event["start"]["dateTime"] == "2030-06-04T09:00:00+00:00"
    assert not meeting.awaits_calendar
    assert meeting.video_link
    assert google.account.mails == [("invitation", "ines@brightpath.example")]
    assert google.send() == []


@pytest.mark.django_db
def test_what_google_and_hermes_tell_a_guest_is_one_entry_in_their_calendar(
    google, google_website, google_host, entry, settings
):
    settings.CALENDAR_UID_DOMAIN = "google.com"
    google_website.book(google_host)

    meeting = Meeting.objects.get()
    assert google.event(meeting)["iCalUID"] == invitations.uid(meeting)


@pytest.mark.django_db
def test_an_answer_that_is_lost_is_asked_for_and_the_call_is_booked(
    google, google_website, google_host, entry
):
    google.sandbox.trouble.add("lost_answer", method="POST", path=EVENTS)

    assert google_website.book(google_host).status_code == 200
    assert len(google.events(google_host)) == 1


@pytest.mark.django_db
def test_a_calendar_that_falls_silent_leaves_nothing_behind(
    google, google_website, google_host, entry
):
    google.sandbox.trouble.add("lost_answer", system="google", path=EVENTS + "*", times=None)
    response = google_website.book(google_host)
    assert (response.status_code, response.json()["code"]) == (400, "calendar_error")
    google.sandbox.trouble.clear()
    Meeting.all_objects.update(updated_at=NINE - timedelta(days=3650))

    settling.settle_awaiting()

    meeting = Meeting.objects.get()
    assert (meeting.status, meeting.awaits_calendar) == ("cancelled", False)
    assert [event for event in google.events(google_host) if event["status"] != "cancelled"] == []


@pytest.mark.django_db
def test_a_call_is_moved_and_called_off_in_the_calendar(google, google_website, google_host, entry):
    google_website.book(google_host)
    meeting = services.move(Meeting.objects.get(), NINE + timedelta(minutes=45))
    google.send()
    assert google.event(meeting)["start"]["dateTime"] == "2030-06-04T09:45:00+00:00"

    services.cancel(meeting)
    google.send()

    assert [event for event in google.events(google_host) if event["status"] != "cancelled"] == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same", [False, True], ids=["fifty visitors", "one visitor five times"])
def test_at_one_moment_one_event_is_made(google, google_host, entry, live_server, same, settings):
    def book(number):
        who = {} if same else {"name": f"Ines {number}", "email": f"i{number}@b.example",
                               "phone": ""}  # fmt: skip
        door = HTTPConnection(live_server.url.removeprefix("http://"), timeout=60)
        try:
            body = json.dumps(sales_call(google_host, **who))
            door.request("POST", "/callbooker/sales/book/", body,
                         {"Content-Type": "application/json"})  # fmt: skip
            response = door.getresponse()
            return response.status, json.loads(response.read()).get("code", "")
        finally:
            door.close()

    answers = Counter(together(book, 5 if same else 50))

    assert answers == ({(200, ""): 5} if same else {(200, ""): 1, (400, "admin_busy"): 49})
    assert Meeting.objects.filter(status="planned").count() == 1
    assert len(google.events(google_host)) == 1
    assert Company.objects.count() == 1
