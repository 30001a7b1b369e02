"""What staff do with a call on its page, and who hears of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from integrations.models import OutboxEntry
from integrations.sync import changes
from meetings.free_times import offered
from meetings.models import Meeting
from tests.factories import ContactFactory, MeetingFactory, TeamMemberFactory
from tests.meetings.mailbox import sent

pytestmark = pytest.mark.django_db

HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
def call(host, calendar):
    """Planned for some time after the next weeks, in the calendar."""
    start = timezone.now().replace(microsecond=0) + timedelta(days=60)
    guest = ContactFactory(first_name="Ines", last_name="Duarte")
    made = MeetingFactory(host=host, contact=guest, starts_at=start, ends_at=start + HALF_AN_HOUR)
    calendar.insert(made)
    return made


@pytest.fixture
def begun(call):
    """The same an hour after its start."""
    start = timezone.now() - timedelta(hours=1)
    Meeting.objects.update(starts_at=start, ends_at=start + HALF_AN_HOUR)
    call.refresh_from_db()
    return call


def page_of(call):
    return reverse("admin:meetings_meeting_change", args=[call.pk])


def press(client, call, name, **values):
    return client.post(reverse(f"call-{name}", args=[call.pk]), values)


def messages_of(client, response) -> str:
    return client.get(response["Location"]).content.decode()


def free_times(client, call) -> list[str]:
    """The values of the radio buttons of the first week."""
    days = client.get(reverse("call-move", args=[call.pk])).context["days"]
    return [choice["slot"].start.isoformat() for _, choices in days for choice in choices]


@pytest.mark.parametrize(("name", "status"), [("done", "completed"), ("no-show", "no_show")])
def test_a_call_that_began_is_marked_as_what_became_of_it(client, staff, begun, name, status):
    staff("sales")
    assert reverse(f"call-{name}", args=[begun.pk]) in client.get(page_of(begun)).content.decode()

    response = press(client, begun, name)

    assert response["Location"] == page_of(begun)
    begun.refresh_from_db()
    assert begun.status == status
    assert begun.events.latest("pgh_id").pgh_context["name"] == "sales"


def test_what_was_marked_wrongly_is_marked_again(client, staff, begun):
    staff("sales")
    press(client, begun, "no-show")
    page = client.get(page_of(begun)).content.decode()
    assert "Mark done" in page
    assert reverse("call-no-show", args=[begun.pk]) not in page

    press(client, begun, "done")

    begun.refresh_from_db()
    assert begun.status == "completed"


def test_a_call_to_come_is_not_done_and_the_page_says_why(client, staff, call):
    staff("sales")
    assert "Mark done" not in client.get(page_of(call)).content.decode()

    response = press(client, call, "done")

    assert "This call has not started yet." in messages_of(client, response)
    call.refresh_from_db()
    assert call.status == "planned"


def test_buttons_that_change_a_call_are_pressed_and_not_followed(client, staff, begun):
    staff("sales")

    for name in ("done", "no-show"):
        assert client.get(reverse(f"call-{name}", args=[begun.pk])).status_code == 405
    begun.refresh_from_db()
    assert begun.status == "planned"


@pytest.mark.parametrize("invites", ["Hermes", "calendar", "nobody"])
def test_cancelling_asks_first_and_says_who_hears_of_it(
    client, staff, call, pipedrive, settings, invites
):
    staff("sales")
    if invites == "calendar":
        settings.CALENDAR_UID_DOMAIN = "google.com"
        Meeting.objects.update(calendar_event_id="event1")
    if invites == "Hermes":
        settings.GUEST_MAILS = True
        Meeting.objects.update(booking_key="a")
        sent()

    question = client.get(reverse("call-cancel", args=[call.pk]))

    said = question.content.decode()
    assert "with Ines Duarte" in said
    if invites == "nobody":
        assert "Pipedrive hears of it.</p><p>Hermes does not tell the guest" in "".join(
            line.strip() for line in said.splitlines()
        )
    else:
        assert "The guest and Pipedrive hear of it." in said
    call.refresh_from_db()
    assert call.status == "planned"

    press(client, call, "cancel")
    call.refresh_from_db()
    assert (call.status, call.sequence) == ("cancelled", 1)


def test_a_call_is_cancelled_once_and_other_systems_are_told_once(client, staff, call, pipedrive):
    staff("sales")
    pipedrive.send()
    assert OutboxEntry.objects.filter(kind="meeting", state="done").exists()
    OutboxEntry.objects.all().delete()
    before = Meeting.objects.get().sequence

    press(client, call, "cancel")
    press(client, call, "cancel")
    changes.spread()

    entry = OutboxEntry.objects.get(kind="meeting")
    assert (entry.system, entry.record_id) == ("pipedrive", call.pk)
    call.refresh_from_db()
    assert call.sequence == before + 1


def test_a_call_that_is_over_is_neither_moved_nor_cancelled(client, staff, call):
    staff("sales")
    press(client, call, "cancel")
    page = client.get(page_of(call)).content.decode()

    assert "Move …" not in page
    assert "Cancel the call …" not in page
    Meeting.objects.update(status="completed")
    response = press(client, call, "cancel")
    assert "That cannot be done with this call any more." in messages_of(client, response)


def test_a_call_is_moved_to_a_time_that_was_offered(client, staff, call, rules):
    staff("sales")
    times = free_times(client, call)

    response = press(client, call, "move", starts_at=times[0])

    assert response["Location"] == page_of(call)
    call.refresh_from_db()
    assert call.starts_at.timestamp() == pytest.approx(
        type(call.starts_at).fromisoformat(times[0]).timestamp()
    )
    assert (call.ends_at - call.starts_at, call.sequence) == (HALF_AN_HOUR, 1)


def test_what_is_offered_is_what_the_public_page_would_offer(client, staff, call, rules):
    staff("sales")
    window = offered()

    shown = []
    page = client.get(reverse("call-move", args=[call.pk]))
    for address, _, _ in page.context["weeks"]:
        days = client.get(reverse("call-move", args=[call.pk]) + address).context["days"]
        shown += [choice["slot"] for _, choices in days for choice in choices]

    assert len(shown) >= 80
    assert all(window.start <= slot.start and slot.end <= window.end for slot in shown)
    too_late = (window.end + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)
    refused = press(client, call, "move", starts_at=too_late.isoformat())
    assert refused.status_code == 400
    assert "The host is not free at that time." in refused.content.decode()


def test_a_time_that_was_taken_meanwhile_is_refused_and_others_are_offered(
    client, staff, call, rules, calendar, host
):
    staff("sales")
    first = free_times(client, call)[0]
    start = type(call.starts_at).fromisoformat(first)
    calendar.take(host, start, start + HALF_AN_HOUR)

    response = press(client, call, "move", starts_at=first)

    assert response.status_code == 400
    assert "The host is not free at that time." in response.content.decode()
    assert response.context["days"]
    assert first not in response.content.decode()
    call.refresh_from_db()
    assert call.sequence == 0


def test_a_guest_with_another_call_then_is_said_to_have_one(client, staff, call, rules):
    staff("sales")
    first = free_times(client, call)[0]
    start = type(call.starts_at).fromisoformat(first)
    MeetingFactory(contact=call.contact, host=TeamMemberFactory(),
                   starts_at=start, ends_at=start + HALF_AN_HOUR)  # fmt: skip

    response = press(client, call, "move", starts_at=first)

    assert "The guest has another call around that time." in response.content.decode()


def test_while_the_calendar_cannot_be_read_no_time_is_offered(
    client, staff, call, rules, calendar, host
):
    staff("sales")
    times = free_times(client, call)
    calendar.hide(host)

    page = client.get(reverse("call-move", args=[call.pk]))
    assert "cannot be read now" in page.content.decode()
    assert page.context["days"] == []
    refused = press(client, call, "move", starts_at=times[0])
    assert (refused.status_code, "cannot be read" in refused.content.decode()) == (400, True)
    calendar.set("away")
    assert client.get(reverse("call-move", args=[call.pk])).status_code == 200


def test_times_are_shown_to_the_guest_too_where_theirs_are_others(client, staff, call, rules):
    staff("sales", TeamMemberFactory(timezone="Europe/London"))
    assert "for the guest" not in client.get(reverse("call-move", args=[call.pk])).content.decode()
    Meeting.objects.update(guest_timezone="Asia/Tokyo")

    assert "for the guest" in client.get(reverse("call-move", args=[call.pk])).content.decode()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "Choose one of the times."),
        ("soon", "Enter a valid date/time."),
        ("0001-01-01T00:00:00+14:00", "New time must be in one of the years 1900 to 2200."),
        ("9999-12-31T23:59:59-14:00", "New time must be in one of the years 1900 to 2200."),
    ],
)
def test_a_time_that_is_none_is_refused_and_nothing_moves(client, staff, call, rules, value, said):
    staff("sales")

    response = press(client, call, "move", starts_at=value)

    assert response.status_code == 400
    assert said in response.content.decode()
    call.refresh_from_db()
    assert call.sequence == 0


def test_a_booking_that_failed_says_why_on_its_page(client, staff, call):
    staff("sales")
    Meeting.objects.update(status="cancelled", failure="the calendar takes no calls")

    assert "the calendar takes no calls" in client.get(page_of(call)).content.decode()


@pytest.mark.parametrize("name", ["done", "no-show", "move", "cancel"])
def test_who_only_reads_changes_no_call(client, staff, begun, rules, name):
    staff("read only")
    before = begun.updated_at
    assert f"/{name}/" not in client.get(page_of(begun)).content.decode()

    assert press(client, begun, name).status_code == 403
    begun.refresh_from_db()
    assert (begun.status, begun.updated_at) == ("planned", before)


@pytest.mark.parametrize("name", ["done", "no-show", "move", "cancel"])
def test_a_call_that_is_not_there_is_not_found(client, staff, name):
    staff("sales")

    assert client.post(f"/admin/calls/{10**30}/{name}/").status_code == 404
