"""Somebody edits a record there, and a call of ours writes over it before we hear of that."""

from __future__ import annotations

import pytest

from companies.models import Company
from deals.models import Deal
from integrations.models import Conflict

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization(pipedrive):
    pk = pipedrive.create("organization", name="Larkfield")["id"]
    pipedrive.tell("create", "organization", pk)
    pipedrive.send()
    pipedrive.sandbox.clock.advance(2)
    return pk


def edited_there(pipedrive, organization):
    """The message of an edit there; it is on its way."""
    pipedrive.account.update("organization", organization, name="Typed there")
    event = pipedrive.event("change", "organization", organization)
    pipedrive.sandbox.clock.advance(2)
    return event


@pytest.mark.parametrize("together", [True, False])
def test_both_values_are_logged_as_a_conflict_and_the_newer_one_stays(
    pipedrive, organization, together
):
    late = edited_there(pipedrive, organization)
    Company.objects.update(name="Typed here")
    pipedrive.send()
    echo = pipedrive.event("change", "organization", organization)

    for events in [[late, echo]] if together else [[late], [echo]]:
        pipedrive.deliver(*events)

    assert Company.objects.get().name == "Typed here"
    conflict = Conflict.objects.get()
    assert (conflict.base_value, conflict.hub_value, conflict.remote_value) == (
        "Larkfield", "Typed here", "Typed there",
    )  # fmt: skip
    assert conflict.winner == "hub"
    assert pipedrive.send() == []


def test_a_stage_that_was_moved_on_both_sides_is_logged_too(pipedrive, organization):
    stages = [each["id"] for each in pipedrive.account.records("stage")][:3]
    deal = pipedrive.create("deal", title="Onboarding", org_id=organization, stage_id=stages[0])
    pipedrive.tell("create", "deal", deal["id"])
    pipedrive.send()
    pipedrive.sandbox.clock.advance(2)
    pipedrive.account.update("deal", deal["id"], stage_id=stages[1])
    late = pipedrive.event("change", "deal", deal["id"])
    pipedrive.sandbox.clock.advance(2)
    Deal.objects.update(stage=pipedrive.linked("stage", stages[2]))
    pipedrive.send()

    pipedrive.deliver(late)

    conflict = Conflict.objects.get(field="stage")
    assert conflict.remote_value == pipedrive.linked("stage", stages[1]).pk
    assert conflict.hub_value == pipedrive.linked("stage", stages[2]).pk


def test_late_messages_of_what_was_known_are_no_conflict(pipedrive, organization):
    old = pipedrive.event("change", "organization", organization)
    for name in ["First", "Second", "Third"]:
        pipedrive.sandbox.clock.advance(2)
        Company.objects.update(name=name)
        pipedrive.send()
        echo = pipedrive.event("change", "organization", organization)
        pipedrive.deliver(old)
        old = echo

    assert list(Conflict.objects.values_list("field", "base_value", "remote_value")) == []
    assert Company.objects.get().name == "Third"
