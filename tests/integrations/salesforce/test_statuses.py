"""A status that is no text, and a stage that a person moved before it changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from deals.models import Deal
from integrations.models import StageMapping

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", ["On\x00Hold", "On\ud800Hold", "x" * 5000, 5, True, ["On Hold"]])
def test_a_status_of_any_kind_stops_no_poll_and_its_neighbours_go_on(salesforce, status):
    salesforce.loan(status="Application")
    salesforce.poll()
    odd = salesforce.loan(status=status)
    neighbour = salesforce.loan()

    assert salesforce.poll().state == "done"
    assert salesforce.poll().state == "done"

    assert salesforce.deal(odd).stage.name == "Application In"
    assert salesforce.deal(neighbour)
    assert not StageMapping.objects.filter(remote_stage__contains="\ufffd\ufffd").exists()


def moved_by_hand(salesforce, at) -> str:
    """A loan whose deal a colleague has moved; and edited at that time, in another field."""
    loan = salesforce.loan()
    salesforce.poll()
    stage = salesforce.pipeline.stages.get(name="Clear To Close")
    Deal.objects.update(stage=stage, value=5, updated_at=at)
    return loan


def test_a_changed_status_counts_though_the_deal_was_edited_after_it(salesforce):
    loan = moved_by_hand(salesforce, timezone.now() + timedelta(hours=2))
    salesforce.later(60)
    salesforce.org.edit("loan", loan, status="Pre-Approved")

    salesforce.poll()

    deal = salesforce.deal(loan)
    assert (deal.stage.name, deal.value) == ("Pre-Approved", 5)


def test_a_table_that_staff_edit_leaves_a_stage_that_was_moved_by_hand(salesforce):
    loan = moved_by_hand(salesforce, timezone.now() - timedelta(days=9))
    mapped = salesforce.pipeline.stages.get(name="Pre-Approved")
    StageMapping.objects.filter(remote_stage="Application").update(stage=mapped, edited_by="ann")
    salesforce.later(60)
    salesforce.org.edit("loan", loan, name="Renamed")

    salesforce.poll()

    deal = salesforce.deal(loan)
    assert (deal.stage.name, deal.name) == ("Clear To Close", "Renamed")
