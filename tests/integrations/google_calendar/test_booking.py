"""A call that a visitor books: written while the visitor waits, once whatever happens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integrations.google_calendar import SYSTEM
from integrations.models import Connection
from integrations.sync import connections
from meetings.calendars import CalendarFailed, CalendarRefused, CalendarUnavailable, Span, calendar
from meetings.models import Meeting, MeetingStatus
from tests.google_loop import HALF_AN_HOUR, START

pytestmark = pytest.mark.django_db

EVENTS = "/calendar/v3/calendars/*/events"


@pytest.fixture
def meeting(booked):
    return booked


def test_a_booked_call_is_in_the_hosts_calendar_with_a_room_and_its_guest(google, meeting):
    calendar().write(meeting)

    event = google.event(meeting)
    assert event["summary"] == "Product demo with Mia Lind"
    assert event["start"]["dateTime"] == "2030-03-05T14:30:00+00:00"
    assert event["end"]["dateTime"] == "2030-03-05T15:00:00+00:00"
    guests = [one["email"] for one in event["attendees"]]
    assert guests == [meeting.host.email, "ines@brightpath.example"]
    assert google.account.mails == [("invitation", "ines@brightpath.example")]
    saved = Meeting.objects.get(pk=meeting.pk)
    assert not saved.awaits_calendar
    assert saved.calendar_event_id == event["id"]
    assert saved.calendar_link == event["htmlLink"]
    assert saved.video_link == event["hangoutLink"]
    assert google.link(meeting).remote_id == event["id"]


def test_the_request_is_as_google_documents_it(google, meeting):
    calendar().write(meeting)

    (call,) = google.writes
    assert call.path == f"/calendar/v3/calendars/{meeting.host.email}/events"
    assert "conferenceDataVersion=1" in call.url
    assert "sendUpdates=all" in call.url
    room = call.body["conferenceData"]["createRequest"]
    assert room["requestId"] == call.body["id"]
    assert room["conferenceSolutionKey"] == {"type": "hangoutsMeet"}


def test_guests_read_nothing_that_is_for_staff(google, meeting):
    calendar().write(meeting)

    event = google.event(meeting)
    seen = f"{event['summary']} {event['description']}"
    private = event["extendedProperties"]["private"]
    assert "Hello Inês" in seen
    for fact in ["Brightpath", "2000", "+351 21 000 0000"]:
        assert fact not in seen
        assert fact in private.values()
    assert private["tc2"] == "–"


def test_what_a_visitor_types_is_no_name_where_it_cannot_be_one(google, meeting):
    meeting.contact.first_name = "<script>alert(1)</script> {host}"
    meeting.contact.save()
    calendar().write(meeting)

    description = google.event(meeting)["description"]
    assert "Hello there" in description
    assert "script" not in description


def test_after_the_first_write_nothing_is_left_to_send(google, meeting):
    calendar().write(meeting)

    assert google.send() == []


def test_a_call_that_awaits_its_calendar_is_sent_by_nobody_else(google, meeting):
    assert google.send() == []
    assert google.link(meeting) is None


def test_writing_again_makes_no_second_event(google, meeting):
    calendar().write(meeting)
    calendar().write(meeting)

    assert len(google.events(meeting.host)) == 1
    assert len(google.account.mails) == 1


@pytest.mark.parametrize("trouble", ["lost_answer", "reset_after", "error_after"])
def test_an_answer_that_was_lost_is_asked_for(google, meeting, trouble):
    google.sandbox.trouble.add(trouble, method="POST", path=EVENTS)
    calendar().write(meeting)

    assert not Meeting.objects.get(pk=meeting.pk).awaits_calendar
    assert google.event(meeting)["id"] == meeting.calendar_event_id
    assert google.account.mails == [("invitation", "ines@brightpath.example")]


def test_a_second_try_is_made_where_the_first_did_nothing(google, meeting):
    google.sandbox.trouble.add("error", method="POST", path=EVENTS, status=503)
    calendar().write(meeting)

    assert google.event(meeting)["id"] == meeting.calendar_event_id


def test_while_it_is_not_known_what_came_of_it_the_call_awaits_its_calendar(google, meeting):
    google.sandbox.trouble.add("lost_answer", method="POST", path=EVENTS, times=None)
    google.sandbox.trouble.add("error", method="GET", path=f"{EVENTS}/*", status=503, times=None)
    with pytest.raises(CalendarUnavailable):
        calendar().write(meeting)

    assert Meeting.objects.get(pk=meeting.pk).awaits_calendar
    assert google.link(meeting) is None


def test_what_is_left_of_a_failed_booking_is_taken_out(google, meeting):
    test_while_it_is_not_known_what_came_of_it_the_call_awaits_its_calendar(google, meeting)
    google.sandbox.trouble.clear()
    Meeting.objects.filter(pk=meeting.pk).update(status=MeetingStatus.CANCELLED)
    meeting.refresh_from_db()
    calendar().remove(meeting)

    assert google.events(meeting.host) == []
    assert not Meeting.objects.get(pk=meeting.pk).awaits_calendar
    calendar().remove(meeting)


def test_taking_out_what_never_was_there_calls_nobody(google, meeting):
    calendar().remove(meeting)

    assert google.sandbox.calls == []
    assert not Meeting.objects.get(pk=meeting.pk).awaits_calendar


@pytest.mark.parametrize(
    ("trouble", "status"),
    [("error", 400), ("blocked", 403), ("burst", 403), ("error", 404), ("error", 429)],
)
def test_a_refusal_is_known_for_sure_and_leaves_nothing(google, meeting, trouble, status):
    google.sandbox.trouble.add(trouble, method="POST", path=EVENTS, status=status, times=None)
    with pytest.raises(CalendarFailed) as failed:
        calendar().write(meeting)

    assert not failed.value.may_be_there
    assert google.events(meeting.host) == []


@pytest.mark.parametrize(("trouble", "status"), [("burst", 403), ("error", 429)])
def test_google_that_is_too_busy_once_is_asked_again(google, meeting, trouble, status):
    google.sandbox.trouble.add(trouble, method="POST", path=EVENTS, status=status)
    calendar().write(meeting)

    assert google.event(meeting)["id"] == meeting.calendar_event_id


def test_a_refusal_after_a_lost_answer_leaves_a_doubt(google, meeting):
    google.sandbox.trouble.add("lost_answer", method="POST", path=EVENTS)
    google.sandbox.trouble.add("error", method="GET", path=f"{EVENTS}/*", status=403)
    with pytest.raises(CalendarRefused) as refused:
        calendar().write(meeting)

    assert refused.value.may_be_there
    assert len(google.events(meeting.host)) == 1


def test_google_that_answers_slowly_is_not_waited_for_for_ever(google, meeting, monkeypatch):
    monkeypatch.setattr("integrations.google_calendar.client.LONGEST_HURRY", 0.2)
    google.sandbox.trouble.add("latency", system="google", times=None, seconds=0.3)
    with pytest.raises(CalendarUnavailable):
        calendar().write(meeting)

    assert google.writes == []


def test_a_wrong_address_is_a_refusal_that_pauses_nobody_else(google, meeting):
    meeting.host.email = "nobody@hermes.example"
    meeting.host.save()
    with pytest.raises(CalendarRefused, match="Invalid email"):
        calendar().write(meeting)

    assert connections.may_call(SYSTEM)


def test_missing_delegation_pauses_the_connection_and_is_told_once(google, meeting):
    google.account.tokens.refuse("unauthorized_client")
    later = google.booked(meeting.host, starts_at=START + timedelta(hours=3),
                          ends_at=START + timedelta(hours=4))  # fmt: skip
    for call in [meeting, later]:
        with pytest.raises(CalendarUnavailable) as failed:
            calendar().write(call)
        assert not failed.value.may_be_there

    assert Connection.objects.get(system=SYSTEM.name).paused
    assert google.paths == [("POST", "token")]


def test_a_token_serves_all_calls_until_it_ends(google, meeting):
    calendar().write(meeting)
    calendar().write(google.booked(meeting.host, starts_at=START + timedelta(hours=3),
                                   ends_at=START + timedelta(hours=4)))  # fmt: skip

    assert google.paths.count(("POST", "token")) == 1


def test_a_token_that_is_refused_is_replaced_once(google, meeting):
    calendar().write(meeting)
    google.account.tokens.forget()
    calendar().write(google.booked(meeting.host, starts_at=START + timedelta(hours=3),
                                   ends_at=START + timedelta(hours=4)))  # fmt: skip

    assert google.paths.count(("POST", "token")) == 2
    assert len(google.events(meeting.host)) == 2


def test_neither_key_nor_token_is_written_anywhere(google, meeting, caplog, settings):
    caplog.set_level("DEBUG")
    calendar().write(meeting)
    google.account.tokens.forget()
    google.account.tokens.refuse("invalid_grant")
    with pytest.raises(CalendarUnavailable) as refused:
        calendar().busy([meeting.host], Span(START, START + HALF_AN_HOUR))

    written = caplog.text + str(refused.value)
    for secret in ["ya29.", "PRIVATE KEY", "eyJ"]:
        assert secret not in written
