"""Messages dated in the future: Pipedrive's clock is wrong, and what follows still counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from integrations.models import Conflict, ExternalLink, WebhookEvent
from integrations.pipedrive import SYSTEM
from integrations.sync import by_hand, inbox, poll, reconcile
from integrations.sync.link_clock import end_of_second

pytestmark = pytest.mark.django_db

FUTURE = datetime(2090, 1, 1, tzinfo=UTC)


@pytest.fixture
def org(pipedrive):
    """An organization whose last message was dated in the future."""
    made = pipedrive.create("organization", name="First")
    pipedrive.tell("create", "organization", made["id"], timestamp="2090-01-01T00:00:00.000Z")
    return made


def name_of(pipedrive, org) -> str:
    return pipedrive.linked("company", org["id"]).name


def test_a_later_message_with_the_right_time_counts(pipedrive, org):
    assert ExternalLink.objects.get(kind="company").event_at <= timezone.now()
    pipedrive.account.update("organization", org["id"], name="Second")
    pipedrive.tell("change", "organization", org["id"])

    assert name_of(pipedrive, org) == "Second"


def test_a_message_that_is_replayed_undoes_nothing_that_came_after_it(pipedrive, org):
    pipedrive.account.update("organization", org["id"], name="Second")
    pipedrive.tell("change", "organization", org["id"])

    WebhookEvent.objects.filter(action="create").replay()
    inbox.drain()

    assert name_of(pipedrive, org) == "Second"


def test_two_messages_of_the_wrong_clock_keep_their_order(pipedrive, org):
    events = []
    for second in [1, 2]:
        pipedrive.account.update("organization", org["id"], name=f"Number {second}")
        stamp = f"2090-01-01T00:00:0{second}.000Z"
        events.append(pipedrive.event("change", "organization", org["id"], timestamp=stamp))
    pipedrive.deliver(*reversed(events))

    assert name_of(pipedrive, org) == "Number 2"


@pytest.mark.parametrize("run", [poll.poll, reconcile.reconcile])
@pytest.mark.parametrize("at", [FUTURE, FUTURE - timedelta(days=1)])
def test_a_link_that_is_ahead_of_the_clock_is_repaired(pipedrive, org, run, at):
    ExternalLink.objects.filter(kind="company").update(event_at=at, modified_at=FUTURE)
    pipedrive.account.update("organization", org["id"], name="Second")

    run(SYSTEM)

    assert name_of(pipedrive, org) == "Second"
    link = ExternalLink.objects.get(kind="company")
    assert max(link.event_at, link.modified_at) <= end_of_second(timezone.now())


def test_a_clock_that_is_some_seconds_ahead_is_believed(pipedrive):
    made = pipedrive.create("organization", name="First")
    ahead = timezone.now() + timedelta(seconds=20)
    newer = pipedrive.event("create", "organization", made["id"], timestamp=ahead.isoformat())
    pipedrive.deliver(newer)
    older = pipedrive.event(
        "change", "organization", made["id"], timestamp=(ahead - timedelta(seconds=1)).isoformat()
    )
    older["data"] = {**older["data"], "name": "Overtaken"}
    pipedrive.deliver(older)

    assert name_of(pipedrive, made) == "First"


def read_again(pipedrive, org):
    by_hand.pull(SYSTEM, ExternalLink.objects.get(kind="company"))


def tell(pipedrive, org):
    pipedrive.tell("change", "organization", org["id"])


def look(pipedrive, org):
    poll.poll(SYSTEM)


def answer_to_our_change(pipedrive, org):
    company = pipedrive.linked("company", org["id"])
    company.website = f"https://larkfield.example/{len(pipedrive.writes)}"
    company.save()
    assert pipedrive.send()


WAYS_TO_HEAR = [tell, look, read_again, answer_to_our_change]


@pytest.mark.parametrize("first", WAYS_TO_HEAR)
@pytest.mark.parametrize("then", WAYS_TO_HEAR)
def test_what_follows_a_record_whose_own_time_is_wrong_counts_at_once(
    pipedrive, sandbox, first, then
):
    org = pipedrive.create("organization", name="First")
    pipedrive.tell("create", "organization", org["id"])
    for name, at in [("Wrong", FUTURE), ("Still wrong", FUTURE), ("Right", None)]:
        sandbox.clock.set(at) if at else sandbox.clock.reset()
        pipedrive.account.update("organization", org["id"], name=name)
        sandbox.clock.reset()
        hear = then if name == "Right" else first
        hear(pipedrive, org)
        assert name_of(pipedrive, org) == name


def test_a_right_message_is_newer_than_a_wrong_one_that_came_before_it(pipedrive, org):
    wrong, right = [
        pipedrive.event("change", "organization", org["id"], **stamp)
        for stamp in [{"timestamp": "2099-01-01T00:00:00.000Z"}, {}]
    ]
    wrong["data"] = {**wrong["data"], "name": "Wrong"}
    right["data"] = {**right["data"], "name": "Right"}
    right["meta"]["timestamp"] = (timezone.now() + timedelta(seconds=1)).isoformat()
    pipedrive.deliver(wrong, right)

    assert name_of(pipedrive, org) == "Right"


@pytest.mark.parametrize("run", [read_again, lambda pipedrive, org: reconcile.reconcile(SYSTEM)])
def test_what_a_message_of_too_late_a_date_said_stands_until_the_record_is_read_in_peace(
    pipedrive, org, run
):
    forged = pipedrive.event("change", "organization", org["id"])
    later = timezone.now() + timedelta(seconds=30)
    forged["data"] = {**forged["data"], "name": "Forged", "update_time": later.isoformat()}
    forged["meta"]["timestamp"] = later.isoformat()
    pipedrive.deliver(forged)
    assert name_of(pipedrive, org) == "Forged"

    read_again(pipedrive, org)
    assert name_of(pipedrive, org) == "Forged"
    an_hour_ago = timezone.now() - timedelta(hours=1)
    ExternalLink.objects.filter(kind="company").update(pulled_at=an_hour_ago)
    run(pipedrive, org)

    assert name_of(pipedrive, org) == "First"
    assert pipedrive.send() == []


@pytest.fixture
def second(pipedrive):
    """A whole second of Pipedrive's clock; ``second(0.3)`` moves the clock into it."""
    start = (timezone.now() - timedelta(minutes=2)).replace(microsecond=0)
    pipedrive.sandbox.clock.freeze()

    def moment(fraction: float) -> str:
        at = start + timedelta(seconds=fraction)
        pipedrive.sandbox.clock.set(at)
        return at.isoformat(timespec="milliseconds")

    return moment


def test_a_message_from_before_a_reading_in_the_same_second_overwrites_nothing(pipedrive, second):
    at = second(0.1)
    made = pipedrive.create("organization", name="First")
    held = pipedrive.event("create", "organization", made["id"], timestamp=at)
    second(0.5)
    pipedrive.account.update("organization", made["id"], name="Second")
    poll.poll(SYSTEM)

    pipedrive.deliver(held)

    assert name_of(pipedrive, made) == "Second"


def test_a_message_that_is_replayed_after_a_reading_in_its_second_overwrites_nothing(
    pipedrive, second
):
    at = second(0.1)
    made = pipedrive.create("organization", name="First")
    pipedrive.tell("create", "organization", made["id"], timestamp=at)
    second(0.5)
    pipedrive.account.update("organization", made["id"], name="Second")
    poll.poll(SYSTEM)

    WebhookEvent.objects.replay()
    inbox.drain()

    assert name_of(pipedrive, made) == "Second"


def test_a_message_from_after_a_reading_in_the_same_second_counts_at_once(pipedrive, second):
    second(0.1)
    made = pipedrive.create("organization", name="First")
    poll.poll(SYSTEM)
    at = second(0.6)
    pipedrive.account.update("organization", made["id"], name="Second")

    pipedrive.tell("change", "organization", made["id"], timestamp=at)

    assert name_of(pipedrive, made) == "Second"


def test_a_deletion_from_after_a_reading_in_the_same_second_counts_at_once(pipedrive, second):
    second(0.1)
    made = pipedrive.create("organization", name="First")
    poll.poll(SYSTEM)
    end = pipedrive.event("delete", "organization", made["id"], timestamp=second(0.6))
    pipedrive.account.delete("organization", made["id"])

    pipedrive.deliver(end)

    assert pipedrive.linked("company", made["id"]).archived_at is not None


def test_the_echo_of_a_call_is_not_asked_about(pipedrive, second):
    second(0.1)
    made = pipedrive.create("organization", name="First")
    pipedrive.tell("create", "organization", made["id"], timestamp=second(0.2))
    company = pipedrive.linked("company", made["id"])
    company.website = "https://first.example"
    company.save()
    second(1.3)
    pipedrive.send()
    calls = len(pipedrive.sandbox.calls)

    pipedrive.tell("change", "organization", made["id"], timestamp=second(1.4))

    assert pipedrive.sandbox.calls[calls:] == []


def test_an_edit_that_was_overwritten_in_the_second_of_our_call_is_a_conflict(pipedrive, second):
    second(0.1)
    made = pipedrive.create("organization", name="First")
    pipedrive.tell("create", "organization", made["id"], timestamp=second(0.2))
    company = pipedrive.linked("company", made["id"])
    at = second(1.1)
    pipedrive.account.update("organization", made["id"], name="Theirs")
    theirs = pipedrive.event("change", "organization", made["id"], timestamp=at)
    company.name = "Ours"
    company.save()
    second(1.3)
    pipedrive.send()

    pipedrive.deliver(theirs)

    assert name_of(pipedrive, made) == "Ours"
    conflict = Conflict.objects.get()
    assert (conflict.hub_value, conflict.remote_value) == ("Ours", "Theirs")


def test_a_second_address_that_somebody_adds_in_the_second_of_our_call_is_not_lost(
    pipedrive, second
):
    second(0.1)
    made = pipedrive.create("organization", name="Home")
    pipedrive.tell("create", "organization", made["id"], timestamp=second(0.2))
    first = {"value": "ada@quill.example", "primary": True, "label": "work"}
    person = pipedrive.create("person", name="Ada", org_id=made["id"], emails=[first])
    pipedrive.tell("create", "person", person["id"], timestamp=second(0.3))
    contact = pipedrive.linked("contact", person["id"])
    contact.first_name = "Adah"
    contact.save()
    second(1.3)
    pipedrive.send()
    other = {"value": "home@quill.example", "primary": False, "label": "home"}
    at = second(1.6)
    pipedrive.account.update("person", person["id"], emails=[first, other])
    pipedrive.tell("change", "person", person["id"], timestamp=at)

    contact.refresh_from_db()
    contact.email = "ada@new.example"
    contact.save()
    pipedrive.send()

    there = pipedrive.account.record("person", person["id"])["emails"]
    assert {each["value"] for each in there} == {"ada@new.example", "home@quill.example"}
