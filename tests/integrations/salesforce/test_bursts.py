"""Polls that find much at once, that are cut off, and that cannot make what they find."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from deals.models import Deal, Pipeline, Stage
from integrations.models import ExternalLink, StageMapping, SyncCursor, SyncLog
from integrations.salesforce import SYSTEM
from integrations.sync import poll, reconcile, upkeep
from integrations.sync.brake import BrakePulled
from tests.salesforce_loop import OFFICER

pytestmark = pytest.mark.django_db

BORROWER = "MtgPlanner_CRM__Borrower_Name__c"


def many(salesforce, number: int = 12) -> list[str]:
    """Loans that Hermes has, each with a borrower of its own."""
    loans = [salesforce.loan(salesforce.borrower(f"Quill{n}")) for n in range(number)]
    salesforce.poll()
    salesforce.later(3600)
    return loans


def values() -> set[int]:
    return {int(value) for value in Deal.objects.values_list("value", flat=True)}


# -- many at once -----------------------------------------------------------------------------


def test_many_edited_loans_and_borrowers_are_all_applied_and_nobody_is_asked(salesforce):
    for loan in many(salesforce):
        salesforce.org.edit("loan", loan, amount=1)
        salesforce.org.edit("contact", salesforce.org.row("loan", loan)[BORROWER], Phone="5550143")

    run = salesforce.poll()

    assert (run.state, values()) == ("done", {1})
    assert (run.counts["deal"]["changed"], run.counts["contact"]["changed"]) == (12, 12)


def test_a_comparison_applies_many_edits_as_well(salesforce):
    for loan in many(salesforce):
        salesforce.org.edit("loan", loan, amount=1)

    run = reconcile.reconcile(SYSTEM)

    assert (run.state, values()) == ("done", {1})
    assert "12 differed" in run.report


@pytest.mark.parametrize("walk", [poll.poll, reconcile.reconcile])
def test_many_deleted_loans_end_nothing_before_a_person_has_said_yes(salesforce, walk):
    for loan in many(salesforce):
        salesforce.org.delete("loan", loan)

    asked = r"12 deal records or more were deleted there.*Quill - 12 Elm Street.*and 2 more"
    with pytest.raises(BrakePulled, match=asked):
        walk(SYSTEM)
    assert not ExternalLink.objects.filter(state="gone").exists()

    walk(SYSTEM, released=True)
    assert ExternalLink.objects.filter(kind="deal", state="gone").count() == 12


def test_a_poll_that_dies_midway_has_applied_the_oldest_and_the_next_applies_the_rest(salesforce):
    salesforce.org.switches.page_size = 200
    salesforce.org.seed(220, names=[OFFICER])
    salesforce.poll()
    salesforce.later(3600)
    for loan in ExternalLink.objects.filter(kind="deal").values_list("remote_id", flat=True):
        salesforce.org.edit("loan", loan, amount=1)
    salesforce.sandbox.trouble.add(
        "error", system="salesforce", path="*/query/01g*", status=503, times=9
    )

    with pytest.raises(Exception, match="503"):
        salesforce.poll()

    applied = Deal.objects.filter(value=1).count()
    open_deals = Deal.objects.filter(status="open")
    assert 0 < applied < open_deals.count()
    salesforce.sandbox.trouble.clear()
    salesforce.poll()
    assert not open_deals.exclude(value=1).exists()


# -- loans that have to wait ------------------------------------------------------------------


@pytest.fixture
def no_stages(salesforce):
    """Nothing is mapped, and there is no pipeline; of two loans that wait one is old by now."""
    Stage.objects.all().delete()
    Pipeline.objects.all().delete()
    StageMapping.objects.all().delete()
    loan = salesforce.loan()
    salesforce.poll()
    salesforce.later(3600)
    salesforce.loan()
    for _ in range(2):
        salesforce.poll()
    return loan


def test_loans_that_wait_for_a_stage_are_told_once_and_read_when_there_is_one(
    salesforce, no_stages
):
    assert not Deal.objects.exists()
    told = SyncLog.objects.filter(topic="not_kept", message__contains="have to wait")
    assert [one.message for one in told] == [
        "There are deal records in Salesforce that have to wait: Its pipeline is not known yet"
    ]

    pipeline = Pipeline.objects.create(name="Loans")
    Stage.objects.create(pipeline=pipeline, name="Application In", position=1)
    assert SYSTEM in upkeep.due_for_poll()
    salesforce.poll()

    assert salesforce.deal(no_stages).stage.name == "Application In"
    assert not SyncCursor.objects.filter(kind="deal:waiting").exists()


def test_loans_that_wait_are_read_again_after_an_hour_though_nobody_came(salesforce, no_stages):
    pipeline = Pipeline.objects.create(name="Loans")
    Stage.objects.bulk_create([Stage(pipeline=pipeline, name="Application In", position=1)])
    salesforce.poll()
    assert salesforce.linked("deal", no_stages) is None

    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        salesforce.poll()

    assert salesforce.deal(no_stages)
