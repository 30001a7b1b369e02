"""TC2, Hermes and Pipedrive together."""

from __future__ import annotations

import pytest

from companies.models import Company
from contacts.models import Contact
from deals.models import Deal, Pipeline
from integrations.models import Conflict
from integrations.pipedrive import SYSTEM as PIPEDRIVE
from integrations.sync import outbox, reconcile

pytestmark = pytest.mark.django_db


@pytest.fixture
def pipeline(pipedrive):
    """A pipeline of Pipedrive's with one stage, which new deals enter."""
    remote = pipedrive.create("pipeline", name="New business")
    stage = pipedrive.create("stage", name="Signed up", pipeline_id=remote["id"])
    pipedrive.tell("create", "pipeline", remote["id"])
    pipedrive.tell("create", "stage", stage["id"])
    found = Pipeline.objects.get(pk=pipedrive.linked("pipeline", remote["id"]).pk)
    found.plan, found.default_stage = "payg", pipedrive.linked("stage", stage["id"])
    found.save()
    return found


@pytest.fixture
def client_id(pipedrive, pipeline, tc2, sales_person):
    """A customer who has signed up, and of whom Pipedrive knows."""
    signed_up = tc2.sign_up()["id"]
    pipedrive.send()
    return signed_up


def test_a_sign_up_makes_one_of_each_in_pipedrive_with_one_call_each(
    pipedrive, pipeline, tc2, sales_person
):
    tc2.sign_up()

    calls = pipedrive.send()

    assert [(call.method, call.path) for call in calls] == [
        ("POST", "/api/v2/organizations"),
        ("POST", "/api/v2/persons"),
        ("POST", "/api/v2/deals"),
    ]
    assert pipedrive.remote(Company.objects.get())["name"] == "Ada Quill Tutors"
    assert pipedrive.remote(Contact.objects.get())["name"] == "Ada Quill"
    assert pipedrive.remote(Deal.objects.get())["stage_id"] is not None
    assert pipedrive.send() == []


def test_a_re_send_with_nothing_new_makes_no_call_anywhere(pipedrive, tc2, client_id):
    tc2.sandbox.forget_calls()

    tc2.deliver(tc2.event(client_id))
    outbox.drain()

    assert tc2.sandbox.calls == []


def test_an_edit_in_tc2_is_one_call_to_pipedrive(pipedrive, tc2, client_id):
    tc2.edit(client_id, agency={"status": "active", "paid_invoice_count": 2})

    calls = pipedrive.send()

    assert [call.method for call in calls] == ["PATCH"]
    assert pipedrive.remote(Company.objects.get())["name"] == "Ada Quill Tutors"


def test_the_sales_team_s_name_outlives_every_re_send(pipedrive, tc2, client_id):
    organization = pipedrive.link(Company.objects.get()).remote_id
    pipedrive.account.update("organization", int(organization), name="Quill & Daughters")
    pipedrive.tell("change", "organization", int(organization))

    tc2.deliver(tc2.event(client_id))
    tc2.edit(client_id, agency={"name": "Quill Ltd"})

    assert Company.objects.get().name == "Quill & Daughters"
    assert pipedrive.send() == []
    assert Conflict.objects.filter(field="name").count() == 1


def test_a_client_deleted_in_tc2_leaves_pipedrive_alone(pipedrive, tc2, client_id):
    company = Company.objects.get()
    tc2.account.delete(client_id)
    tc2.deliver()
    assert not Company.objects.exists()

    assert pipedrive.send() == []
    reconcile.reconcile(PIPEDRIVE)
    assert pipedrive.send() == []
    assert pipedrive.remote(company)["is_deleted"] is False


def test_an_organization_that_a_person_typed_in_tc2_is_the_company(
    pipedrive, pipeline, tc2, sales_person
):
    known = pipedrive.create("organization", name="Quite another name")
    pipedrive.tell("create", "organization", known["id"])

    client = tc2.account.sign_up(first_name="Ada", last_name="Quill")
    event = tc2.event(client["id"])
    event["subject"]["extra_attrs"] = [{"machine_name": "pipedrive_id", "value": str(known["id"])}]
    tc2.deliver(event)

    assert tc2.linked("company", client["id"]) == pipedrive.linked("company", known["id"])
    assert Company.objects.count() == 1


def test_who_is_no_real_customer_leaves_pipedrive_and_is_not_made_there(pipedrive, tc2, client_id):
    tc2.edit(client_id, agency={"narc": True})

    calls = pipedrive.send()

    assert sorted((call.method, call.path.split("/")[3]) for call in calls) == [
        ("DELETE", "deals"), ("DELETE", "organizations"), ("DELETE", "persons"),
    ]  # fmt: skip
    assert Company.objects.get().narc
    tc2.sign_up(first_name="Bo", email="bo@quill.example", agency={"narc": True})
    assert pipedrive.send() == []
