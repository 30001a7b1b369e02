"""What the CRM has of a company is shown on its client in TC2."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from companies.merging import merge
from companies.models import Company
from deals.models import Deal
from integrations.models import ExternalLink, LinkState, OutboxEntry, OutboxState
from integrations.pipedrive import SYSTEM as PIPEDRIVE
from integrations.sync import outbox
from tests.deal_cases import BOTH, CASES, stage
from tests.factories import CompanyFactory, TeamMemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(client_id):
    return Company.objects.get()


@pytest.fixture
def deal_id(pipedrive, shown):
    """The open deal's number in Pipedrive."""
    return int(pipedrive.link(Deal.objects.get()).remote_id)


def move(pipedrive, pipeline, deal_id, name):
    """A sales person moves the deal to a new stage there."""
    remote_pipeline = int(pipedrive.link(pipeline).remote_id)
    moved_to = pipedrive.create("stage", name=name, pipeline_id=remote_pipeline)
    pipedrive.tell("create", "stage", moved_to["id"])
    pipedrive.account.update("deal", deal_id, stage_id=moved_to["id"])
    pipedrive.tell("change", "deal", deal_id)


def test_a_sign_up_is_written_back_by_one_call(pipedrive, tc2, company, client_id):
    organization = pipedrive.link(company).remote_id

    (call,) = tc2.send()

    assert call.path == f"/tc2/api/clients/{client_id}/"
    assert call.body == {
        "extra_attrs": {
            "pipedrive_url": PIPEDRIVE.web_url("company", organization),
            "pipedrive_id": int(organization),
            "pipedrive_deal_stage": "Signed up",
            "pipedrive_pipeline": "New business",
        },
    }
    assert tc2.shown(client_id)["deal_stage"] == "Signed up"
    assert tc2.send() == []


def test_a_stage_moved_in_pipedrive_is_the_only_key_of_its_call(
    pipedrive, tc2, pipeline, client_id, deal_id
):
    move(pipedrive, pipeline, deal_id, "Demo booked")

    (call,) = tc2.send()

    assert call.body["extra_attrs"] == {"pipedrive_deal_stage": "Demo booked"}
    assert tc2.shown(client_id)["deal_stage"] == "Demo booked"


def test_the_echo_of_our_own_write_makes_no_call(pipedrive, tc2, shown):
    tc2.deliver()

    assert tc2.send() == []
    assert pipedrive.send() == []


def test_many_changes_within_the_time_of_gathering_are_one_call(
    pipedrive, tc2, pipeline, client_id, deal_id, settings
):
    settings.TC2_GATHER_SECONDS = 60
    for name in ["Called", "Demo booked", "Demo done"]:
        move(pipedrive, pipeline, deal_id, name)
        outbox.drain()
    before = len(tc2.calls)

    assert len(tc2.send()) == 1
    assert len(tc2.calls) == before + 1
    assert tc2.shown(client_id)["deal_stage"] == "Demo done"


@pytest.mark.parametrize("status", ["won", "lost"])
def test_a_closed_deal_is_shown_no_more(pipedrive, tc2, client_id, deal_id, status):
    pipedrive.account.update("deal", deal_id, status=status)
    pipedrive.tell("change", "deal", deal_id)

    assert len(tc2.send()) == 1
    assert (tc2.shown(client_id)["deal_stage"], tc2.shown(client_id)["pipeline"]) == ("", "")


def test_a_deal_that_moves_to_another_company_is_shown_there(pipedrive, tc2, client_id, shown):
    other = tc2.sign_up(first_name="Bo", last_name="Ek", email="bo@ek.example")["id"]
    pipedrive.send()
    tc2.send()
    first, second = Deal.objects.order_by("pk")
    second.archive()
    first.company_id = second.company_id
    first.save()

    tc2.send()

    assert tc2.shown(client_id)["deal_stage"] == ""
    assert tc2.shown(other)["deal_stage"] == "Signed up"


def test_a_renamed_pipeline_is_shown_by_its_new_name(pipedrive, tc2, client_id, pipeline, shown):
    pk = int(pipedrive.link(pipeline).remote_id)
    pipedrive.account.update("pipeline", pk, name="Newcomers")
    pipedrive.tell("change", "pipeline", pk)

    assert len(tc2.send()) == 1
    assert tc2.shown(client_id)["pipeline"] == "Newcomers"


def test_a_deleted_organization_is_shown_no_more(pipedrive, tc2, client_id, shown):
    organization = int(pipedrive.link(shown).remote_id)
    pipedrive.account.delete("organization", organization)
    pipedrive.tell("delete", "organization", organization)

    (call,) = tc2.send()

    assert call.body["extra_attrs"] == {"pipedrive_url": None, "pipedrive_id": None}
    assert (tc2.shown(client_id)["url"], tc2.shown(client_id)["id"]) == ("", "")


def test_an_organization_that_was_merged_away_gives_way_to_the_survivor(
    pipedrive, tc2, client_id, shown
):
    organization = int(pipedrive.link(shown).remote_id)
    survivor = pipedrive.create("organization", name="Quill Group")["id"]
    pipedrive.tell("create", "organization", survivor)
    gone = pipedrive.event("delete", "organization", organization, merged_to_id=str(survivor))
    pipedrive.account.merge("organization", organization, survivor)
    pipedrive.deliver(gone)

    assert len(tc2.send()) == 1
    assert tc2.shown(client_id)["id"] == str(survivor)


def test_who_looks_after_a_company_is_told_to_tc2(tc2, client_id, shown):
    support = tc2.account.client(client_id)["sales_person"]
    shown.support_person = shown.sales_person
    shown.save()

    (call,) = tc2.send()

    assert call.body["associated_admin"] == support["id"]
    assert "extra_attrs" not in call.body


def test_who_is_unknown_to_tc2_is_not_told(tc2, shown):
    shown.support_person = TeamMemberFactory()
    shown.save()

    assert tc2.send() == []


def test_a_client_that_is_gone_is_marked_and_not_made_again(tc2, client_id, company):
    tc2.account.delete(client_id)

    (call,) = tc2.send()

    assert call.status == 404
    assert tc2.link("company", client_id).state == LinkState.GONE
    company.support_person = company.sales_person
    company.save()
    assert tc2.send() == []


def test_what_tc2_refuses_is_kept_whole_and_tried_again_after_a_change(
    pipedrive, tc2, pipeline, client_id, deal_id, settings
):
    settings.TC2_FIELD_NAMES = {"pipedrive_deal_stage": "no_such_field"}
    move(pipedrive, pipeline, deal_id, "Demo booked")

    assert [call.status for call in tc2.send()] == [400]

    entry = OutboxEntry.objects.get(system="tc2", state=OutboxState.DEAD)
    assert '{"extra_attrs":{"no_such_field":["Unknown custom field."]}}' in entry.last_error
    assert tc2.send() == []
    settings.TC2_FIELD_NAMES = {}
    move(pipedrive, pipeline, deal_id, "Demo done")
    assert [call.status for call in tc2.send()] == [200]


def test_who_is_no_real_customer_shows_nothing_of_the_crm(pipedrive, tc2, client_id, shown):
    tc2.edit(client_id, agency={"narc": True})
    pipedrive.send()

    assert len(tc2.send()) == 1
    assert set(tc2.shown(client_id).values()) == {""}


def test_a_company_without_a_client_owes_tc2_nothing(pipedrive, tc2):
    CompanyFactory()
    pipedrive.send()

    assert tc2.send() == []
    assert not OutboxEntry.objects.filter(system="tc2").exists()


@pytest.mark.parametrize("action", ["create", "update", "delete"])
@pytest.mark.parametrize(("org", "person"), [case[:2] for case in CASES])
def test_the_cligency_shows_a_deal_of_an_org_that_both_know(
    action, org, person, pipedrive, pipeline, tc2, sales_person
):
    """All 27 rows: a deal that cannot name the org in Hermes is of no Cligency."""
    names = stage(pipedrive, org, person)
    known = Company.objects.filter(name="Larkfield").first()
    client = _client_of(tc2, known) if known else None
    pipedrive.send()
    tc2.send()
    where = {"stage_id": int(pipedrive.link(pipeline.default_stage).remote_id)}
    deal = pipedrive.create("deal", title="Onboarding", **names, **where)
    if action != "create":
        pipedrive.tell("create", "deal", deal["id"])
        tc2.send()
    if action == "update":
        pipedrive.account.update("deal", deal["id"], status="lost")
    if action == "delete":
        pipedrive.account.delete("deal", deal["id"])
    word = {"create": "create", "update": "change", "delete": "delete"}[action]
    pipedrive.tell(word, "deal", deal["id"])

    calls = tc2.send()

    assert len(calls) == (1 if org == BOTH else 0)
    if client:
        stays = org == BOTH and action == "create"
        assert tc2.shown(client)["deal_stage"] == ("Signed up" if stays else "")


def _client_of(tc2, company):
    """A client that TC2 has of the company: it is no new business, so no deal comes of it."""
    agency = {"name": company.name, "status": "active", "paid_invoice_count": 1}
    client = tc2.sign_up(first_name="Lia", email="lia@larkfield.example", agency=agency)
    assert tc2.linked("company", client["id"]) == company
    return client["id"]


def test_two_clients_of_one_company_stay_two_and_the_survivor_s_is_written(
    pipedrive, tc2, pipeline, client_id, deal_id
):
    other = tc2.sign_up(first_name="Bo", last_name="Ek", email="bo@ek.example")["id"]
    pipedrive.send()
    tc2.send()
    winner, loser = Company.objects.order_by("pk")
    loser.deals.get().archive()
    merge(winner=winner, losers=[loser], by="Sam")
    pipedrive.send()

    move(pipedrive, pipeline, deal_id, "Demo booked")
    calls = tc2.send()

    assert {call.path for call in calls} == {f"/tc2/api/clients/{client_id}/"}
    assert tc2.shown(client_id)["deal_stage"] == "Demo booked"
    assert tc2.linked("company", other) == winner
    assert not OutboxEntry.objects.filter(state=OutboxState.DEAD).exists()


def test_a_message_from_before_our_write_is_no_change_of_anybody_s(
    pipedrive, tc2, pipeline, client_id, deal_id
):
    late = tc2.event(client_id)
    move(pipedrive, pipeline, deal_id, "Demo booked")
    assert len(tc2.send()) == 1
    later = timezone.now() + timedelta(seconds=5)
    ExternalLink.objects.filter(system="tc2").update(pushed_at=later)

    tc2.deliver(late)

    assert tc2.send() == []
    assert tc2.shown(client_id)["deal_stage"] == "Demo booked"
