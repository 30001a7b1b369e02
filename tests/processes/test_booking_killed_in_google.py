"""The web dies while it writes a visitor's call to Google: there is one event afterwards."""

from __future__ import annotations

import pytest
from django.db import transaction

from integrations.models import ExternalLink
from integrations.sandbox.google.service_account import new_key
from meetings.models import Meeting
from tests.at_once import is_waited_for
from tests.factories import TeamMemberFactory
from tests.processes.parts import until
from tests.processes.test_booking_killed import Visitor, sweep

pytestmark = pytest.mark.processes

EVENTS = "/calendar/v3/calendars/*/events"


@pytest.fixture
def google(hermes, settings):
    """The sandbox's Google, for every program that is started from now on and for the test."""
    settings.CALENDAR_BACKEND = "integrations.google_calendar.calendar.GoogleCalendar"
    settings.GOOGLE_BASE_URL = hermes.sandbox.url
    settings.GOOGLE_SERVICE_ACCOUNT = new_key(hermes.sandbox.url)
    names = ["CALENDAR_BACKEND", "GOOGLE_BASE_URL", "GOOGLE_SERVICE_ACCOUNT"]
    hermes.environment |= {name: getattr(settings, name) for name in names}
    return hermes.sandbox.google


@pytest.fixture
def host(google):
    host = TeamMemberFactory()
    google.add_calendar(host.email)
    return host


@pytest.fixture
def visitor(hermes, host):
    hermes.start("web")
    return Visitor(hermes, host)


def kill_web(hermes, visitor):
    hermes.parts["web"].kill()
    visitor.thread.join()
    assert Meeting.objects.get().awaits_calendar


def kill_where_the_event_is_named(hermes, visitor):
    """Google makes it when nobody listens any more."""
    rule = hermes.sandbox.trouble.add("latency", method="POST", path=EVENTS, seconds=3)
    visitor.send()
    until("Google is asked for the event", lambda: rule.hits)
    kill_web(hermes, visitor)


def kill_where_google_is_asked_what_came_of_it(hermes, visitor):
    hermes.sandbox.trouble.add("lost_answer", method="POST", path=EVENTS)
    rule = hermes.sandbox.trouble.add("latency", method="GET", path=EVENTS + "/*", seconds=3)
    visitor.send()
    until("Google is asked for the event", lambda: rule.hits)
    kill_web(hermes, visitor)


def kill_where_the_answer_is_kept(hermes, visitor):
    rule = hermes.sandbox.trouble.add("latency", method="POST", path=EVENTS, seconds=1)
    visitor.send()
    until("Google is asked for the event", lambda: rule.hits)
    with transaction.atomic():
        Meeting.objects.select_for_update().get()
        until("the answer is to be kept", is_waited_for)
        kill_web(hermes, visitor)


def late_calls(hermes):
    """Those that were answered late, and to nobody."""
    return [call for call in hermes.sandbox.calls if "latency" in call.trouble]


@pytest.mark.parametrize("then", ["sweep", "next try"])
@pytest.mark.parametrize(
    "kill",
    [
        kill_where_the_event_is_named,
        kill_where_google_is_asked_what_came_of_it,
        kill_where_the_answer_is_kept,
    ],
)
def test_killed_at_any_step_the_call_has_one_event_and_one_link(
    hermes, google, visitor, host, kill, then
):
    kill(hermes, visitor)

    if then == "sweep":
        sweep()
    else:
        hermes.start("web")
        assert visitor.again()[0] == 200

    meeting = Meeting.objects.get()
    assert (meeting.status, meeting.awaits_calendar) == ("planned", False)
    until("Google has done what it was asked for", lambda: late_calls(hermes))
    (event,) = google.events(host.email, cancelled=True)
    link = ExternalLink.objects.get(kind="meeting", record_id=meeting.pk)
    assert event["id"] == link.remote_id == meeting.calendar_event_id
    assert len(google.mails) == 1
