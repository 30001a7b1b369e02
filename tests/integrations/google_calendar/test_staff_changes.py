"""What staff do to a call in the hub reaches the calendar, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.google_calendar import SYSTEM, event_ids
from integrations.models import ExternalLink, LinkState, OutboxEntry, OutboxState
from meetings.models import Meeting, MeetingStatus
from tests.factories import ContactFactory, MeetingFactory
from tests.google_loop import HALF_AN_HOUR, START

pytestmark = pytest.mark.django_db

EVENTS = "/calendar/v3/calendars/*/events"


def again():
    """What failed is due now."""
    OutboxEntry.objects.filter(state=OutboxState.RETRYING).update(next_attempt_at=timezone.now())


def test_a_call_that_staff_make_is_put_into_the_calendar(google, host):
    meeting = MeetingFactory(host=host, starts_at=START, ends_at=START + HALF_AN_HOUR)
    (call,) = google.send()

    assert (call.method, call.status) == ("POST", 200)
    meeting.refresh_from_db()
    assert meeting.calendar_event_id == google.event(meeting)["id"]
    assert meeting.video_link.startswith("https://meet.")
    assert google.send() == []


def test_a_call_that_was_over_before_is_put_into_no_calendar(google, host):
    then = timezone.now() - timedelta(days=1)
    MeetingFactory(host=host, starts_at=then, ends_at=then + HALF_AN_HOUR)

    assert google.send() == []
    assert google.events(host) == []


def test_moving_a_call_moves_its_event_and_says_only_when(google, meeting):
    meeting.starts_at += timedelta(hours=1)
    meeting.ends_at += timedelta(hours=1)
    meeting.save()
    (call,) = google.send()

    assert call.method == "PATCH"
    assert set(call.body) == {"start", "end", "extendedProperties"}, "nothing that guests read"
    assert google.event(meeting)["start"]["dateTime"] == "2030-03-05T15:30:00+00:00"
    assert google.account.mails[-1] == ("update", "ines@brightpath.example")
    assert google.send() == []


@pytest.mark.parametrize("how", ["cancelled", "archived"])
def test_a_call_that_is_cancelled_or_archived_leaves_the_calendar(google, meeting, how):
    if how == "archived":
        meeting.archive()
    else:
        meeting.status = MeetingStatus.CANCELLED
        meeting.save()
    (call,) = google.send()

    assert call.method == "DELETE"
    assert google.events(meeting.host) == []
    assert google.account.mails[-1] == ("cancellation", "ines@brightpath.example")
    assert google.send() == []


@pytest.mark.parametrize("status", [MeetingStatus.COMPLETED, MeetingStatus.NO_SHOW])
def test_what_took_place_or_who_did_not_come_stays_in_the_calendar(google, meeting, status):
    meeting.status = status
    meeting.save()

    assert google.send() == []
    assert len(google.events(meeting.host)) == 1


def test_archiving_a_call_that_is_over_tells_no_guest(google, meeting):
    then = timezone.now() - timedelta(days=1)
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=then, ends_at=then + HALF_AN_HOUR)
    google.send()
    mails = len(google.account.mails)
    Meeting.objects.get(pk=meeting.pk).archive()
    google.send()

    assert google.events(meeting.host) == []
    assert len(google.account.mails) == mails


def test_a_cancelled_call_that_comes_back_is_a_new_event(google, meeting):
    first = meeting.calendar_event_id
    meeting.status = MeetingStatus.CANCELLED
    meeting.save()
    google.send()
    meeting.status = MeetingStatus.PLANNED
    meeting.save()
    google.send()

    second = google.event(meeting)["id"]
    assert second != first
    assert event_ids.parse(second).turn == 1
    meeting.refresh_from_db()
    assert meeting.calendar_event_id == second
    assert google.send() == []


def test_another_host_has_the_call_in_another_calendar_and_the_first_has_not(google, meeting):
    first, second = meeting.host, google.host()
    meeting.host = second
    meeting.save()
    calls = google.send()

    assert [call.method for call in calls] == ["POST", "DELETE"]
    assert google.events(first) == []
    assert len(google.events(second)) == 1
    meeting.refresh_from_db()
    assert (
        meeting.calendar_event_id == google.event(meeting)["id"] == google.link(meeting).remote_id
    )
    assert google.send() == []


def test_the_first_host_back_again_is_a_third_event(google, meeting):
    first, second = meeting.host, google.host()
    for host in [second, first]:
        meeting.refresh_from_db()
        meeting.host = host
        meeting.save()
        google.send()

    assert google.events(second) == []
    assert len(google.events(first)) == 1
    assert google.send() == []


@pytest.mark.parametrize("lost", ["POST", "DELETE"])
@pytest.mark.parametrize("trouble", ["lost_answer", "reset"])
def test_a_change_of_host_that_was_cut_off_ends_in_one_event(google, meeting, lost, trouble):
    first, second = meeting.host, google.host()
    google.sandbox.trouble.add(trouble, method=lost, path=f"{EVENTS}*", times=3)
    meeting.host = second
    meeting.save()
    google.send()
    google.sandbox.trouble.clear()
    again()
    google.send()

    assert (len(google.events(first)), len(google.events(second))) == (0, 1)


@pytest.mark.parametrize("trouble", ["lost_answer", "reset"])
def test_a_change_of_host_that_is_taken_back_half_way_leaves_one_event(google, meeting, trouble):
    first, second = meeting.host, google.host()
    google.sandbox.trouble.add(trouble, method="POST", path=EVENTS)
    meeting.host = second
    meeting.save()
    google.send()
    meeting.refresh_from_db()
    meeting.host = first
    meeting.save()
    again()
    google.send()
    again()
    google.send()

    assert (len(google.events(first)), len(google.events(second))) == (1, 0)
    meeting.refresh_from_db()
    assert meeting.calendar_event_id == google.event(meeting)["id"]
    assert google.send() == []


def test_a_call_that_was_made_unheard_and_then_cancelled_leaves_no_event(google, host):
    google.sandbox.trouble.add("lost_answer", method="POST", path=EVENTS)
    meeting = MeetingFactory(host=host, starts_at=START, ends_at=START + HALF_AN_HOUR)
    google.send()
    assert len(google.events(host)) == 1
    meeting.refresh_from_db()
    meeting.status = MeetingStatus.CANCELLED
    meeting.save()
    again()
    google.send()

    assert google.events(host) == []


def test_a_call_that_was_made_unheard_for_another_host_moves_on(google, host):
    google.sandbox.trouble.add("lost_answer", method="POST", path=EVENTS)
    meeting = MeetingFactory(host=host, starts_at=START, ends_at=START + HALF_AN_HOUR)
    google.send()
    meeting.refresh_from_db()
    meeting.host = google.host()
    meeting.save()
    for _ in range(3):
        again()
        google.send()

    assert google.events(host) == []
    assert len(google.events(meeting.host)) == 1


def test_another_guest_is_invited_and_who_else_was_invited_stays(google, meeting):
    colleague = {"email": "colleague@hermes.example"}
    attendees = [*google.event(meeting)["attendees"], colleague]
    google.account.account.event(
        google.account.account.calendars[meeting.host.email], google.event(meeting)["id"]
    )["attendees"] = attendees
    meeting.contact = ContactFactory(email="tom@brightpath.example", first_name="Tom")
    meeting.save()
    google.send()

    event = google.event(meeting)
    guests = [one["email"] for one in event["attendees"]]
    assert guests == [meeting.host.email, "colleague@hermes.example", "tom@brightpath.example"]
    assert "Hello Tom" in event["description"]
    assert ("cancellation", "ines@brightpath.example") in google.account.mails
    assert google.send() == []


def test_a_guests_new_address_is_invited(google, meeting):
    meeting.contact.email = "ines.reis@brightpath.example"
    meeting.contact.save()
    google.send()

    guests = [one["email"] for one in google.event(meeting)["attendees"]]
    assert guests == [meeting.host.email, "ines.reis@brightpath.example"]


def test_a_host_who_left_google_does_not_keep_the_call(google, meeting):
    first = meeting.host
    first.email = "gone@hermes.example"
    first.save()
    meeting.host = google.host()
    meeting.save()
    google.send()

    assert len(google.events(meeting.host)) == 1
    assert google.link(meeting).remote_id == google.event(meeting)["id"]
    assert google.send() == []


def test_a_calendar_that_is_not_there_needs_a_person(google, host):
    host.email = "nobody@hermes.example"
    host.save()
    MeetingFactory(host=host, starts_at=START, ends_at=START + HALF_AN_HOUR)
    google.send()

    entry = OutboxEntry.objects.get(system=SYSTEM.name, state=OutboxState.DEAD)
    assert "Invalid email or User ID" in entry.last_error


def test_an_old_event_that_is_heard_of_late_changes_nothing(google, meeting):
    old = meeting.calendar_event_id
    meeting.host = google.host()
    meeting.save()
    google.send()
    google.poll()
    google.poll()

    meeting.refresh_from_db()
    assert meeting.status == MeetingStatus.PLANNED
    assert ExternalLink.objects.get(remote_id=old).state == LinkState.ALIAS
