"""What calendar programs are told of a call: always the newest, and of one entry."""

from __future__ import annotations

from datetime import timedelta

import pytest
from icalendar import Calendar

from meetings.models import Letter, Meeting
from tests.factories import TeamMemberFactory
from tests.meetings.mailbox import invitation, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("guest_mails")]


def file_of(visitor):
    """The method and the event of the call's file."""
    found = Calendar.from_ical(visitor.client.get(f"{visitor.address}call.ics").content)
    (event,) = found.walk("VEVENT")
    return str(found["method"]), event


@pytest.mark.parametrize("ended", [{"status": "cancelled"}, {"archived_at": "2026-01-01T00:00Z"}])
def test_the_file_of_a_call_that_is_off_says_so(visitor, meeting, ended):
    visitor.follow()
    method, event = file_of(visitor)
    assert (method, str(event["status"]), int(event["sequence"])) == ("PUBLISH", "CONFIRMED", 0)

    Meeting.objects.update(**ended)

    method, off = file_of(visitor)
    assert (method, str(off["status"]), int(off["sequence"])) == ("CANCEL", "CANCELLED", 1)
    assert off["uid"] == event["uid"]
    assert f"mailto:{meeting.host.email}" == off["organizer"]


@pytest.mark.parametrize(
    "change",
    [{"starts_at": timedelta(minutes=-5)}, {"ends_at": timedelta(minutes=5)}, {"host": None},
     {"contact": None}, {"status": "cancelled"}, {"archived_at": "2026-01-01T00:00Z"}],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_whoever_changes_what_a_guest_sees_makes_the_invitation_newer(meeting, change):
    ((name, value),) = change.items()
    if isinstance(value, timedelta):
        value = getattr(meeting, name) + value
    Meeting.objects.update(**{name: TeamMemberFactory() if name == "host" else value})

    assert Meeting.all_objects.get().sequence == 1


def test_what_no_guest_sees_leaves_the_invitation_as_it_is(meeting):
    stale = Meeting.objects.get()
    Meeting.objects.update(calendar_link="https://calendar.example/1", host=TeamMemberFactory())
    stale.deal = None
    stale.save(update_fields=["deal", "sequence"])
    Meeting.objects.update(status="completed")

    assert Meeting.objects.get().sequence == 1, "it never falls"


def test_the_file_is_never_older_than_the_last_letter(visitor, meeting):
    visitor.follow()
    sent()
    meeting.contact.email = "ben@brightpath.example"
    meeting.contact.save()

    off, on = sent() + sent()

    assert (invitation(off)[2], invitation(on)[2]) == (1, 2)
    assert int(file_of(visitor)[1]["sequence"]) == 2


def test_another_entry_in_the_guests_calendar_is_told_after_the_first_one_is_off(meeting, settings):
    """The calendar has begun to invite guests by itself."""
    (first,) = sent()
    settings.CALENDAR_UID_DOMAIN = "google.com"

    off, on = sent() + sent()

    entry = f"{meeting.calendar_event_id}@google.com"
    assert invitation(off)[:2] == ("CANCEL", invitation(first)[1])
    assert invitation(on)[:2] == ("REQUEST", entry)
    assert Letter.objects.first().uid == entry
    assert sent() == []
