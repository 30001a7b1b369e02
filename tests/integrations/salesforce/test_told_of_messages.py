"""What a record's pages say of what Salesforce tells, and of what differs there."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from deals.models import Status
from integrations.models import SyncLog
from tests.admin.records.timelines import sentences, timeline
from tests.factories import StageFactory
from tests.salesforce_loop import edit_here

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client):
    """What is read of a record: its timeline's sentences, newest first, and its states."""
    client.force_login(User.objects.create_superuser("ada"))
    return Page(client)


class Page:
    def __init__(self, client) -> None:
        self.client = client

    def timeline(self, record) -> list[str]:
        return sentences(timeline(self.client, record))

    def states(self, record) -> list[str]:
        """Salesforce's, on the record's page and in the list."""
        name = f"{record._meta.app_label}_{record._meta.model_name}"
        own = self.client.get(reverse(f"admin:{name}_change", args=[record.pk]))
        (row,) = [row for row in own.context["links"] if row.label == "Salesforce"]
        listed = self.client.get(reverse(f"admin:{name}_changelist")).context["cl"]
        ((_, state),) = listed.result_list[0].system_badges
        return [row.state.word, state.word]


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        ({"archived_at": timezone.now()}, "The deal is archived"),
        ({"status": Status.LOST}, "The deal is lost"),
    ],
)
def test_a_change_that_an_ended_deal_does_not_take_says_why(
    salesforce, relayed, loan, page, edit, why
):
    deal = salesforce.deal(loan)
    edit_here(deal, **edit)
    salesforce.org.edit("loan", loan, amount=300_000)

    (event,) = relayed.deliver()

    said = f"Salesforce says that it was changed there. {why}, and nothing more is taken"
    assert f"{said} from the loan" in page.timeline(deal)
    assert event.state == "done"
    assert salesforce.deal(loan).value == 250_000


def test_a_loan_that_was_deleted_there_and_came_back_is_told_as_it_was(
    salesforce, relayed, loan, page
):
    deal = salesforce.deal(loan)
    for act in (salesforce.org.delete, salesforce.org.undelete, salesforce.org.delete):
        salesforce.later(60)
        act("loan", loan)
        relayed.deliver()

    told = SyncLog.objects.filter(record_id=deal.pk, kind="deal").order_by("pk")
    deleted = "The deal was deleted in Salesforce. It stays here"
    assert list(told.values_list("level", "message")) == [
        ("warning", deleted),
        ("info", "The deal is in Salesforce again"),
        ("warning", deleted),
    ]
    timeline = page.timeline(deal)
    assert f"Salesforce says that it was deleted there. {deleted}" in timeline
    assert not [line for line in timeline if "archived" in line]


def test_a_deletion_that_is_told_twice_is_said_once(salesforce, relayed, loan):
    salesforce.later(60)
    salesforce.org.delete("loan", loan)
    relayed.deliver()

    salesforce.later(60)
    salesforce.poll()
    relayed.deliver(relayed.emit("DELETE", loan))

    assert SyncLog.objects.filter(topic="deleted_there").count() == 1


def test_what_differs_and_does_not_go_there_is_not_called_in_sync(
    salesforce, relayed, loan, page, settings
):
    deal = salesforce.deal(loan)
    assert page.states(deal) == ["In sync", "In sync"]

    edit_here(deal, value=1)
    assert page.states(deal) == ["Differs", "Differs"]

    settings.SALESFORCE_WRITE_ENABLED = True
    assert page.states(deal) == ["Waiting", "In sync"]

    edit_here(deal, status=Status.LOST)
    assert page.states(deal)[1] == "Differs"


def test_a_stage_that_no_status_means_is_not_called_in_sync(writing, known, page):
    deal = writing.deal(known())
    edit_here(deal, stage=StageFactory(pipeline=deal.pipeline, name="Nowhere"))

    assert writing.send() == []

    assert page.states(deal) == ["Differs", "Differs"]
