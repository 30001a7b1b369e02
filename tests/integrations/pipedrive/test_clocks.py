"""Messages dated in the future: Pipedrive's clock is wrong, and what follows still counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from integrations.models import ExternalLink, WebhookEvent
from integrations.pipedrive import SYSTEM
from integrations.sync import inbox, poll, reconcile

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
    assert max(link.event_at, link.modified_at) <= timezone.now()


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
