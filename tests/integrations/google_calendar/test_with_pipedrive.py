"""One call in three places: the hub, its host's calendar, and Pipedrive's activities."""

from __future__ import annotations

from datetime import timedelta

import pytest

from companies.models import TeamMember
from meetings.calendars import calendar
from meetings.models import Meeting, MeetingStatus
from tests.factories import ContactFactory
from tests.google_loop import START

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def booked(pipedrive, google):
    """A call that a visitor booked, before anybody but Google heard of it."""
    host = TeamMember.objects.exclude(email="").order_by("pk")[0]
    google.account.add_calendar(host.email)
    return google.booked(host, contact=ContactFactory())


@pytest.fixture
def everywhere(pipedrive, google, booked):
    calendar().write(booked)
    pipedrive.send()
    google.poll()
    google.poll()
    return booked


def test_pipedrive_hears_of_a_call_once_its_calendar_has_it(pipedrive, booked):
    pipedrive.send()
    assert pipedrive.account.records("activity") == []

    calendar().write(booked)
    pipedrive.send()
    assert len(pipedrive.account.records("activity")) == 1


def test_a_call_that_is_moved_in_google_moves_in_pipedrive(pipedrive, google, everywhere):
    google.move(everywhere, HOUR)
    google.poll()
    pipedrive.send()

    assert pipedrive.remote(everywhere)["due_time"][:5] == "15:30"
    assert pipedrive.send() == []


def test_with_its_next_change_the_event_says_where_its_company_is(pipedrive, google, everywhere):
    """It had not come to Pipedrive when the call was booked."""
    assert google.event(everywhere)["extendedProperties"]["private"]["pipedrive"] == "–"
    Meeting.objects.update(starts_at=START + HOUR, ends_at=START + 2 * HOUR)
    google.send()

    private = google.event(everywhere)["extendedProperties"]["private"]
    organization = pipedrive.remote(everywhere.company)
    assert private["pipedrive"].endswith(f"/organization/{organization['id']}")
    assert private["hermes_guest"] == everywhere.contact.email


def test_a_call_that_is_cancelled_in_google_leaves_pipedrive(pipedrive, google, everywhere):
    google.cancel(everywhere)
    google.poll()
    pipedrive.send()

    assert pipedrive.account.records("activity") == []
    assert Meeting.objects.get(pk=everywhere.pk).status == MeetingStatus.CANCELLED


def test_a_call_that_is_moved_in_pipedrive_moves_in_google(pipedrive, google, everywhere):
    activity = pipedrive.remote(everywhere)["id"]
    pipedrive.account.update("activity", activity, due_time="16:00")
    pipedrive.tell("change", "activity", activity)
    pipedrive.send()

    assert google.event(everywhere)["start"]["dateTime"] == "2030-03-05T16:00:00+00:00"
    assert google.account.mails[-1] == ("update", everywhere.contact.email)
    assert pipedrive.send() == []


def test_moved_in_both_at_once_the_newer_time_stands_everywhere(pipedrive, google, everywhere):
    google.move(everywhere, HOUR)
    activity = pipedrive.remote(everywhere)["id"]
    pipedrive.account.update("activity", activity, due_time="17:00")
    pipedrive.tell("change", "activity", activity)
    google.poll()
    for _ in range(3):
        pipedrive.send()

    everywhere.refresh_from_db()
    here = everywhere.starts_at
    assert here in (START + HOUR, START.replace(hour=17, minute=0))
    assert google.event(everywhere)["start"]["dateTime"] == here.isoformat()
    assert pipedrive.remote(everywhere)["due_time"][:5] == f"{here:%H:%M}"
