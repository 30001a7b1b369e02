"""What happens in Google is noticed, and only where it is about a call of ours."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integrations.google_calendar import SYSTEM, event_ids
from integrations.models import Connection, LinkState, SyncCursor, SyncLog
from integrations.sandbox.google import by_hand
from integrations.sync import poll, reconcile
from integrations.sync.errors import Unavailable
from integrations.sync.poll import _apply_held
from meetings.models import Meeting, MeetingStatus
from tests.factories import MeetingFactory
from tests.google_loop import HALF_AN_HOUR, START

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def polled(google, meeting):
    """Each calendar was read before, so that only changes are asked for."""
    google.poll()
    google.poll()
    google.sandbox.forget_calls()
    return meeting


def listed(google):
    return [call for call in google.sandbox.calls if call.path.endswith("/events")]


def test_a_poll_without_news_asks_each_calendar_once_and_changes_nothing(google, polled):
    before = Meeting.objects.get(pk=polled.pk)
    google.poll()

    (call,) = listed(google)
    assert "syncToken=" in call.url
    assert Meeting.objects.get(pk=polled.pk).updated_at == before.updated_at


def test_a_call_that_its_host_moves_in_google_moves_here(google, polled):
    google.move(polled, HOUR)
    google.poll()

    polled.refresh_from_db()
    assert (polled.starts_at, polled.ends_at) == (START + HOUR, START + HOUR + HALF_AN_HOUR)
    assert google.send() == []


def test_a_call_that_its_host_cancels_in_google_is_cancelled_here(google, polled):
    google.cancel(polled)
    google.poll()

    polled.refresh_from_db()
    assert polled.status == MeetingStatus.CANCELLED
    assert polled.archived_at is None
    google.send()
    assert google.events(polled.host) == []


def test_a_call_that_its_host_takes_out_of_the_bin_is_planned_again(google, polled):
    event_id = google.event(polled)["id"]
    google.cancel(polled)
    google.poll()
    google.restore(polled, event_id)
    google.poll()

    polled.refresh_from_db()
    assert polled.status == MeetingStatus.PLANNED
    assert google.send() == []


def test_a_call_that_staff_plan_again_after_google_cancelled_it_is_a_new_event(google, polled):
    google.cancel(polled)
    google.poll()
    polled.refresh_from_db()
    polled.status = MeetingStatus.PLANNED
    polled.save()
    google.send()

    assert event_ids.parse(google.event(polled)["id"]).turn == 1
    assert google.link(polled).remote_id == google.event(polled)["id"]
    google.poll()
    polled.refresh_from_db()
    assert polled.status == MeetingStatus.PLANNED


@pytest.mark.parametrize("status", [MeetingStatus.COMPLETED, MeetingStatus.NO_SHOW])
def test_what_took_place_did_so_though_its_event_is_cleared_away(google, polled, status):
    polled.status = status
    polled.save()
    google.send()
    google.cancel(polled)
    google.poll()
    reconcile.reconcile(SYSTEM)

    polled.refresh_from_db()
    assert polled.status == status
    assert polled.archived_at is None


def test_a_move_that_crosses_a_cancelled_event_ends_as_cancelled(google, polled):
    google.cancel(polled)
    polled.starts_at += HOUR
    polled.ends_at += HOUR
    polled.save()
    google.send()

    polled.refresh_from_db()
    assert polled.status == MeetingStatus.CANCELLED


def test_events_that_are_not_ours_change_nothing(google, polled):
    google.add(polled.host, summary="Dentist")
    google.add(polled.host, id="hermes12345", summary="Looks like ours")
    private = {"hermes": "call", "hermes_meeting": str(polled.pk)}
    google.add(polled.host, summary="A copy", extendedProperties={"private": private})
    google.poll()
    reconcile.reconcile(SYSTEM)

    assert Meeting.all_objects.count() == 1
    assert google.link(polled).remote_id == polled.calendar_event_id


def test_a_copy_in_the_calendar_of_a_guest_who_is_on_the_team_says_nothing(google, polled):
    guest = google.host()
    copy = google.add(guest, id=polled.calendar_event_id, summary="Product demo")
    google.account.account.calendars[guest.email].events[copy["id"]]["status"] = "cancelled"
    google.poll()

    polled.refresh_from_db()
    assert polled.status == MeetingStatus.PLANNED


def test_a_list_that_google_forgot_is_read_again_from_the_start(google, polled):
    google.account.forget_sync_tokens()
    google.move(polled, HOUR)
    google.poll()

    polled.refresh_from_db()
    assert polled.starts_at == START + HOUR
    assert [call.status for call in listed(google)] == [410, 200]


def test_what_changed_is_read_page_by_page(google, polled, monkeypatch):
    monkeypatch.setattr("integrations.google_calendar.client.PAGE", 2)
    for _ in range(5):
        google.add(polled.host, summary="Dentist")
    google.move(polled, HOUR)
    google.poll()

    polled.refresh_from_db()
    assert polled.starts_at == START + HOUR
    assert len(listed(google)) == 3


def test_a_poll_that_is_cut_off_before_it_wrote_reads_the_same_again(google, polled, monkeypatch):
    google.move(polled, HOUR)

    def die(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr(poll, "_apply_held", die)
    with pytest.raises(KeyboardInterrupt):
        google.poll()
    monkeypatch.setattr(poll, "_apply_held", _apply_held)
    google.poll()

    polled.refresh_from_db()
    assert polled.starts_at == START + HOUR


def test_a_calendar_that_cannot_be_read_harms_no_other_and_is_shown(google, polled):
    other = google.host(first_name="Ben", last_name="Okoro")
    google.account.account.calendars[other.email].readable = False
    google.move(polled, HOUR)
    google.poll()

    polled.refresh_from_db()
    assert polled.starts_at == START + HOUR
    facts = Connection.objects.get(system=SYSTEM.name).facts
    assert facts == {"calendars_that_cannot_be_read": "Ben Okoro"}
    assert (
        "The calendar of Ben Okoro cannot be read" in SyncLog.objects.get(topic="not_kept").message
    )
    google.account.account.calendars[other.email].readable = True
    google.poll()
    assert Connection.objects.get(system=SYSTEM.name).facts == {}


def test_nothing_is_believed_of_a_calendar_that_cannot_be_read(google, polled):
    google.account.account.calendars[polled.host.email].readable = False
    reconcile.reconcile(SYSTEM)

    polled.refresh_from_db()
    assert (polled.status, polled.archived_at) == (MeetingStatus.PLANNED, None)
    assert google.link(polled).state == LinkState.LIVE


def test_a_comparison_finds_what_no_poll_told_of(google, polled):
    google.move(polled, HOUR)
    SyncCursor.objects.all().delete()
    reconcile.reconcile(SYSTEM)

    polled.refresh_from_db()
    assert polled.starts_at == START + HOUR


def test_an_event_that_google_no_longer_shows_at_all_was_cancelled(google, polled):
    held = google.account.account.calendars[polled.host.email]
    held.events.clear()
    held.versions.clear()
    reconcile.reconcile(SYSTEM)

    polled.refresh_from_db()
    assert (polled.status, polled.archived_at) == (MeetingStatus.CANCELLED, None)


def test_a_call_moved_onto_another_of_its_host_waits_for_a_person(google, polled):
    MeetingFactory(host=polled.host, starts_at=START + HOUR, ends_at=START + 2 * HOUR)
    google.move(polled, HOUR)
    google.poll()

    polled.refresh_from_db()
    assert polled.starts_at == START
    assert "the host has another call" in SyncLog.objects.get(topic="not_kept").message


def test_an_event_of_whole_days_leaves_the_time_of_its_call(google, polled):
    days = {"start": {"date": "2030-03-05", "dateTime": None},
            "end": {"date": "2030-03-06", "dateTime": None}}  # fmt: skip
    by_hand.change(google.account.account, polled.host.email, polled.calendar_event_id, days)
    google.poll()

    polled.refresh_from_db()
    assert polled.starts_at == START


def test_a_call_that_awaits_its_calendar_is_left_to_booking(google, host):
    meeting = google.booked(host)
    google.add(host, id=str(event_ids.of(meeting)), summary="Product demo")
    google.poll()

    assert google.link(meeting) is None


def test_who_takes_calls_is_asked_and_who_does_not_is_not(google, polled):
    google.host(is_sales_person=False)
    google.host(is_sales_person=False, is_support_person=True)
    google.host(is_active=False)
    google.poll()

    assert len(listed(google)) == 2


def test_the_test_of_the_connection_says_whose_calendars_can_be_read(google, polled):
    ben = google.host(first_name="Ben", last_name="Okoro")
    google.account.account.calendars[ben.email].readable = False

    assert SYSTEM.connect().check() == ("Calendars that can be read: 1. Not those of: Ben Okoro.")


def test_an_answer_that_is_no_answer_is_tried_again_later(google, polled):
    google.sandbox.trouble.add("error", body="html", status=502, path="*/events", times=None)
    google.move(polled, HOUR)
    with pytest.raises(Unavailable, match="502"):
        google.poll()
    google.sandbox.trouble.clear()
    google.poll()

    polled.refresh_from_db()
    assert polled.starts_at == START + HOUR
