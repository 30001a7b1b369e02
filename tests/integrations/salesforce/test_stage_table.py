"""The table of what statuses stand for: how the environment begins it, and what staff keep."""

from __future__ import annotations

import json

import pytest

from deals.models import Pipeline, Stage, Status
from integrations.models import Connection, ExternalLink, StageMapping
from integrations.salesforce import SYSTEM
from integrations.sync import poll
from integrations.sync.errors import Misconfigured

pytestmark = pytest.mark.django_db


def says(settings, **entries) -> None:
    settings.SALESFORCE_STAGE_MAP = json.dumps(entries)


@pytest.mark.parametrize(
    ("entry", "status", "frozen"),
    [
        ({"status": "won", "action": "freeze"}, Status.WON, True),
        ({"status": "lost"}, Status.LOST, False),
        ({"action": "freeze"}, Status.OPEN, True),
    ],
)
def test_an_entry_without_a_stage_says_something_too(
    salesforce, settings, admin_client, entry, status, frozen
):
    says(settings, Application={"stage": "Application In"}, Closed=entry)
    loan = salesforce.loan()
    salesforce.poll()
    salesforce.later(60)
    salesforce.org.edit("loan", loan, status="Closed")

    salesforce.poll()

    deal = salesforce.deal(loan)
    assert (deal.status, deal.stage.name) == (status, "Application In")
    assert ExternalLink.objects.get(remote_id=loan).remote_state["frozen"] is frozen
    assert StageMapping.objects.get(remote_stage="Closed").is_mapped
    page = admin_client.get("/admin/integrations/stagemapping/?missing=stage").content.decode()
    assert ">Closed<" not in page


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"stage": "Clear To Close", "label": [5]}, "the label of Closed is no number or text"),
        ({"stage": "Clear To Close", "label": True}, "the label of Closed is no number or text"),
        ({"Stage": "Clear To Close"}, "Closed has Stage; there are stage, status, action"),
    ],
)
def test_what_an_entry_cannot_say_is_named(salesforce, settings, entry, said):
    says(settings, Closed=entry)

    with pytest.raises(Misconfigured, match=said):
        salesforce.poll()


@pytest.mark.parametrize("label", [5, "Hot", None])
def test_a_label_may_be_said_and_changes_nothing(salesforce, settings, label):
    says(settings, Application={"stage": "Pre-Approved", "label": label})
    loan = salesforce.loan()

    salesforce.poll()

    assert salesforce.deal(loan).stage.name == "Pre-Approved"


def test_a_number_is_that_of_a_stage_of_the_pipeline_that_is_named(salesforce, settings):
    other = Stage.objects.create(
        pipeline=Pipeline.objects.create(name="Tutoring"), name="Call booked", position=1
    )
    ours = salesforce.pipeline.stages.get(name="Loan In Process")
    for system, stage in (("odoo", other), ("pipedrive", ours)):
        ExternalLink.objects.create(
            system=system, kind="stage", remote_id="12", record_id=stage.pk, snapshot={}
        )
    says(settings, Application={"stage": 12})
    loan = salesforce.loan()
    with pytest.raises(Misconfigured, match="12 is the number of several stages"):
        salesforce.poll()

    settings.SALESFORCE_PIPELINE = "loans"
    salesforce.poll()

    assert salesforce.deal(loan).stage == ours


def test_a_stage_that_comes_later_is_found_and_what_staff_said_meanwhile_stays(
    salesforce, settings
):
    says(settings, Application={"stage": "Underwriting"}, Closed={"stage": "Underwriting"})
    salesforce.loan()
    salesforce.poll()
    mine = salesforce.pipeline.stages.get(name="Clear To Close")
    StageMapping.objects.filter(remote_stage="Closed").update(stage=mine, edited_by="ann")
    underwriting = Stage.objects.create(
        pipeline=salesforce.pipeline, name="Underwriting", position=9
    )

    salesforce.poll()

    rows = dict(StageMapping.objects.exclude(stage=None).values_list("remote_stage", "stage"))
    assert rows == {"Application": underwriting.pk, "Closed": mine.pk}


def test_what_is_saved_while_a_stage_is_looked_for_is_not_undone(salesforce, settings, monkeypatch):
    from integrations.salesforce import stages

    says(settings, Application={"stage": "Underwriting"})
    salesforce.poll()
    Stage.objects.create(pipeline=salesforce.pipeline, name="Underwriting", position=9)
    mine = salesforce.pipeline.stages.get(name="Clear To Close")
    find = stages._stage

    def edited_meanwhile(named):
        StageMapping.objects.update(stage=mine, edited_by="ann")
        return find(named)

    monkeypatch.setattr(stages, "_stage", edited_meanwhile)
    salesforce.poll()

    row = StageMapping.objects.get(remote_stage="Application")
    assert (row.stage, row.edited_by) == (mine, "ann")


@pytest.mark.parametrize("initial", ["none", "all"])
def test_looking_writes_nothing(salesforce, settings, initial):
    settings.SALESFORCE_INITIAL_SYNC = initial
    loan = salesforce.loan()
    salesforce.later(60)

    assert "Anna Whitlock" in SYSTEM.connect().check()
    run = poll.backfill(SYSTEM, dry_run=True)

    assert run.counts.get("deal", {}).get("created", 0) == (1 if initial == "all" else 0)
    assert not StageMapping.objects.exists()
    assert not Connection.objects.filter(facts__has_key="followed_since").exists()
    assert salesforce.linked("deal", loan) is None


def test_deals_are_counted_whatever_the_case_of_their_status(salesforce, admin_client):
    salesforce.loan(status="ON HOLD")
    salesforce.loan(status="On Hold")
    salesforce.poll()

    page = admin_client.get("/admin/integrations/stagemapping/?missing=stage").content.decode()

    assert "2 deals" in page


def test_a_co_borrower_is_seen_on_the_borrowers_page(salesforce, settings):
    settings.SALESFORCE_INSTANCE_URL = "https://acme.my.salesforce.com"

    url = SYSTEM.web_url("contact", "0035f00002JUXA8AAP:co-borrower")

    assert url == "https://acme.my.salesforce.com/0035f00002JUXA8AAP"
