"""A Hermes meeting is an activity there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from integrations.models import EventState, OutboxEntry, SyncLog, WebhookEvent
from integrations.pipedrive import SYSTEM
from integrations.sync import poll
from meetings.models import Meeting, MeetingStatus
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db

START = datetime(2030, 3, 5, 14, 30, tzinfo=UTC)


@pytest.fixture
def meeting(pipedrive):
    """A call with a contact whose company is known there."""
    from companies.models import TeamMember

    contact = ContactFactory(first_name="Priya", last_name="Nair")
    return Meeting.objects.create(
        host=TeamMember.objects.exclude(email="")[0],
        contact=contact,
        company=contact.company,
        starts_at=START,
        ends_at=START + timedelta(minutes=30),
    )


def test_a_booked_call_appears_with_its_people_and_its_time(pipedrive, meeting):
    pipedrive.send()

    activity = pipedrive.remote(meeting)
    assert activity["subject"] == "Sales call with Priya Nair"
    assert activity["type"] == "meeting"
    assert (activity["due_date"], activity["due_time"][:5]) == ("2030-03-05", "14:30")
    assert activity["person_id"] == pipedrive.remote(meeting.contact)["id"]
    assert activity["org_id"] == pipedrive.remote(meeting.company)["id"]
    assert pipedrive.send() == []


def test_a_call_moved_in_pipedrive_moves_here(pipedrive, meeting):
    pipedrive.send()
    pk = pipedrive.remote(meeting)["id"]
    pipedrive.account.update("activity", pk, due_date="2030-03-06", due_time="15:00")
    pipedrive.tell("change", "activity", pk)

    meeting.refresh_from_db()
    assert meeting.starts_at == datetime(2030, 3, 6, 15, 0, tzinfo=UTC)
    assert pipedrive.send() == []


def test_a_call_done_there_is_completed_here(pipedrive, meeting):
    pipedrive.send()
    pk = pipedrive.remote(meeting)["id"]
    pipedrive.account.update("activity", pk, done=True)
    pipedrive.tell("change", "activity", pk)

    meeting.refresh_from_db()
    assert meeting.status == MeetingStatus.COMPLETED


def test_a_cancelled_call_is_deleted_there(pipedrive, meeting):
    pipedrive.send()
    meeting.status = MeetingStatus.CANCELLED
    meeting.save()

    (call,) = pipedrive.send()

    assert call.method == "DELETE"


def test_a_strangers_activity_makes_no_meeting(pipedrive):
    activity = pipedrive.create("activity", subject="Lunch", due_date="2030-03-05")
    pipedrive.tell("create", "activity", activity["id"])

    assert not Meeting.objects.exists()


def test_a_call_whose_answer_was_lost_is_found_although_it_moved_meanwhile(pipedrive, meeting):
    pipedrive.sandbox.trouble.add("lost_answer", method="POST", path="/api/v2/activities")
    pipedrive.send()
    meeting.starts_at += timedelta(hours=2)
    meeting.ends_at += timedelta(hours=2)
    meeting.save()
    OutboxEntry.objects.retry()
    pipedrive.send()
    pipedrive.send()

    assert len(pipedrive.account.records("activity")) == 1
    assert pipedrive.remote(meeting)["due_time"][:5] == "16:30"


@pytest.fixture
def moved_onto_another(pipedrive, meeting):
    """A call that somebody in Pipedrive moved onto another call of the same host."""
    Meeting.objects.create(
        host=meeting.host,
        contact=meeting.contact,
        company=meeting.company,
        starts_at=START + timedelta(days=1),
        ends_at=START + timedelta(days=1, minutes=30),
    )
    pipedrive.send()
    pk = pipedrive.remote(meeting)["id"]
    pipedrive.account.update("activity", pk, due_date="2030-03-06")
    return pk


def test_a_call_moved_onto_another_of_the_same_host_waits_for_a_person(
    pipedrive, meeting, moved_onto_another
):
    pipedrive.tell("change", "activity", moved_onto_another)

    meeting.refresh_from_db()
    assert meeting.starts_at == START
    event = WebhookEvent.objects.latest("id")
    assert (event.state, event.reason) == (EventState.DEAD, "rejected")
    assert event.last_error == "meeting: the host has another call at that time"


def test_a_call_that_cannot_be_kept_does_not_stop_a_poll(pipedrive, meeting, moved_onto_another):
    other = pipedrive.create("organization", name="Larkfield")

    run = poll.poll(SYSTEM)

    assert pipedrive.linked("company", other["id"]).name == "Larkfield"
    assert run.counts["meeting"]["failed"] == 1
    assert "the host has another call" in SyncLog.objects.get(topic="not_kept").message
