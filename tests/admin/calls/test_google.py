"""What staff do with a call reaches its host's calendar in Google, and Pipedrive."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from integrations.models import Connection
from meetings.calendars import calendar as calendar_in_use
from meetings.models import Meeting
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db

HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
def call(google, staff, settings):
    """Booked by a visitor for some day far off, and in Google."""
    settings.CALENDAR_BACKEND = "integrations.google_calendar.calendar.GoogleCalendar"
    staff("sales")
    start = timezone.now().replace(microsecond=0) + timedelta(days=60)
    host = google.host(first_name="Mia", last_name="Lind")
    guest = ContactFactory(first_name="Ines", last_name="Duarte")
    call = google.booked(host, contact=guest, starts_at=start, ends_at=start + HALF_AN_HOUR)
    calendar_in_use().write(call)
    return call


def test_a_call_that_is_moved_is_moved_in_google_and_its_guest_is_told(client, call, google):
    page = client.get(reverse("call-move", args=[call.pk]))
    start = page.context["days"][0][1][0]["slot"].start

    client.post(reverse("call-move", args=[call.pk]), {"starts_at": start.isoformat()})
    sent = google.send()

    assert [each.method for each in sent] == ["PATCH"]
    assert "sendUpdates=all" in sent[0].url
    assert datetime.fromisoformat(google.event(call)["start"]["dateTime"]) == start


def test_a_call_that_is_cancelled_leaves_google_once(client, call, google):
    for _ in range(2):
        client.post(reverse("call-cancel", args=[call.pk]))

    assert [each.method for each in google.send()] == ["DELETE"]
    assert google.events(call.host) == []


def test_what_became_of_a_call_is_no_news_to_its_guest(client, call, google):
    start = timezone.now() - timedelta(hours=1)
    Meeting.objects.update(starts_at=start, ends_at=start + HALF_AN_HOUR)
    google.send()

    client.post(reverse("call-no-show", args=[call.pk]))

    assert google.send() == []
    assert google.event(call)["status"] == "confirmed"


def test_a_call_that_is_cancelled_leaves_pipedrive_too(client, call, google, pipedrive):
    pipedrive.send()
    number = pipedrive.remote(call)["id"]

    client.post(reverse("call-cancel", args=[call.pk]))
    sent = pipedrive.send()

    assert [each.method for each in sent] == ["DELETE", "DELETE"]
    assert f"/api/v2/activities/{number}" in [each.path for each in sent]
    assert google.events(call.host) == []


def test_the_week_shows_a_call_once_and_what_else_google_has(client, call, google):
    day = call.starts_at.date()
    busy_from = call.starts_at + timedelta(hours=2)
    google.add(call.host, start={"dateTime": busy_from.isoformat()},
               end={"dateTime": (busy_from + HALF_AN_HOUR).isoformat()})  # fmt: skip

    page = client.get(reverse("calls"), {"week": f"{day:%Y-%m-%d}", "view": "agenda"})

    blocks = [
        block for one in page.context["week"].days for block in one.blocks if block.sort != "free"
    ]
    # Whoever looks is no team member, so the days are UTC's; a weekend shows its calls as well.
    assert [block.sort for block in blocks] == ["call", "busy"]
    assert blocks[1].span.start == busy_from


def test_a_calendar_that_google_does_not_show_has_a_banner(client, call, google):
    other = google.host(first_name="Sol", last_name="Berg")
    google.account.account.calendars[other.email].readable = False

    text = client.get(reverse("calls")).content.decode()

    assert "The calendar of Sol Berg cannot be read" in text
    assert "The calendar of Mia Lind cannot be read" not in text


def test_the_calls_calendar_does_not_wait_for_a_slow_google(client, call, google):
    google.sandbox.trouble.add("latency", path="*/freeBusy", seconds=4)

    response = client.get(reverse("calls"))

    assert "The calendar of Mia Lind cannot be read" in response.content.decode()
    assert Connection.objects.get(system="google_calendar").failures_in_row == 0
