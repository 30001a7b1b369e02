"""A Hermes meeting is an activity there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from integrations.models import EventState, OutboxEntry, SyncLog, WebhookEvent
from integrations.pipedrive import SYSTEM
from integrations.pipedrive.outbound import is_marked
from integrations.sync import poll
from meetings.models import Meeting, MeetingKind, MeetingStatus
from tests.factories import ContactFactory, TeamMemberFactory

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
    assert activity["subject"] == f"Product demo with {meeting.host}"
    assert activity["type"] == "meeting"
    assert (activity["due_date"], activity["due_time"][:5]) == ("2030-03-05", "14:30")
    assert activity["person_id"] == pipedrive.remote(meeting.contact)["id"]
    assert activity["org_id"] == pipedrive.remote(meeting.company)["id"]
    assert pipedrive.send() == []


def test_a_call_that_was_moved_on_both_sides_is_compared_field_by_field(
    pipedrive, meeting, admin_client
):
    pipedrive.send()
    pk = pipedrive.remote(meeting)["id"]
    pipedrive.sandbox.clock.advance(60)
    pipedrive.account.update("activity", pk, due_time="15:00")
    Meeting.objects.update(ends_at=START + timedelta(minutes=50))
    address = reverse("record-compare", args=["meeting", meeting.pk, pipedrive.link(meeting).pk])

    lines = admin_client.get(address).context["lines"]

    outcomes = {line["label"]: line["outcome"] for line in lines if not line["same"]}
    assert outcomes["Starts at"] == "Hermes takes the value from Pipedrive"
    assert "Ends at" in outcomes


def test_another_host_gives_the_activity_another_title_and_nothing_else_does(pipedrive, meeting):
    pipedrive.send()
    pk = pipedrive.remote(meeting)["id"]
    pipedrive.account.update("activity", pk, subject="Ring before noon")
    meeting.starts_at += timedelta(minutes=5)
    meeting.save()
    pipedrive.send()
    assert pipedrive.remote(meeting)["subject"] == "Ring before noon"

    Meeting.objects.update(host=TeamMemberFactory(first_name="Mia", last_name="Lind"))
    pipedrive.send()

    assert pipedrive.remote(meeting)["subject"] == "Product demo with Mia Lind"
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


@pytest.fixture
def deal(pipedrive):
    """One that Pipedrive knows."""
    remote = pipedrive.create("deal", title="Onboarding")
    pipedrive.tell("create", "deal", remote["id"])
    return pipedrive.linked("deal", remote["id"])


def test_an_activity_says_how_long_it_takes_and_who_takes_part(pipedrive, meeting):
    pipedrive.send()

    created = next(call for call in pipedrive.writes if call.path == "/api/v2/activities")
    person = pipedrive.remote(meeting.contact)["id"]
    assert created.body["duration"] == "00:30"
    assert created.body["participants"] == [{"person_id": person, "primary": True}]


def test_the_note_tells_staff_of_the_guest_and_where_their_company_is(pipedrive, meeting):
    company = meeting.company
    company.name, company.country, company.estimated_income = "Quill & <b>Sons</b>", "PT", "2000"
    company.save()
    meeting.contact.phone = "+351 21 000 0000"
    meeting.contact.save()
    pipedrive.send()

    note = pipedrive.remote(meeting)["note"]
    organization = pipedrive.remote(company)["id"]
    assert note.split("<br>") == [
        f"Hermes meeting {meeting.pk}",
        "Company: Quill &amp; &lt;b&gt;Sons&lt;/b&gt;",
        f"E-mail: {meeting.contact.email}",
        "Phone: +351 21 000 0000",
        "Estimated monthly revenue: 2000",
        "Country: PT",
        f"Pipedrive: https://larkfield.pipedrive.com/organization/{organization}",
        "TC2: –",
    ]


def test_a_support_call_belongs_to_no_deal(pipedrive, deal, meeting):
    meeting.kind, meeting.deal = MeetingKind.SUPPORT, deal
    meeting.save()
    pipedrive.send()

    assert not pipedrive.remote(meeting)["deal_id"]
    assert "Company" not in pipedrive.remote(meeting)["note"]
    assert pipedrive.send() == []


def test_a_sales_call_belongs_to_its_deal(pipedrive, deal, meeting):
    meeting.deal = deal
    meeting.save()
    pipedrive.send()

    assert pipedrive.remote(meeting)["deal_id"] == pipedrive.remote(deal)["id"]


def test_a_host_whom_pipedrive_does_not_know_is_left_out(pipedrive, meeting):
    meeting.host = TeamMemberFactory()
    meeting.save()
    pipedrive.send()

    created = next(call for call in pipedrive.writes if call.path == "/api/v2/activities")
    assert "owner_id" not in created.body


def test_a_call_that_awaits_its_calendar_is_not_told_until_it_does_not(pipedrive, meeting):
    Meeting.objects.filter(pk=meeting.pk).update(awaits_calendar=True)
    pipedrive.send()
    assert pipedrive.account.records("activity") == []

    Meeting.objects.filter(pk=meeting.pk).update(awaits_calendar=False)
    pipedrive.send()
    assert len(pipedrive.account.records("activity")) == 1


def test_what_a_visitor_typed_does_not_pass_for_the_mark_of_another_call(pipedrive, meeting):
    meeting.company.name = f"Hermes meeting {meeting.pk + 1}"
    meeting.company.save()
    pipedrive.send()
    activity = pipedrive.remote(meeting)

    assert is_marked(activity, meeting.pk)
    assert not is_marked(activity, meeting.pk + 1)
    assert is_marked({"note": f"<p> Hermes meeting {meeting.pk}</p>"}, meeting.pk)
