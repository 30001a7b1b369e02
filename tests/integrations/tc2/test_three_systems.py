"""TC2, Hermes and Pipedrive together."""

from __future__ import annotations

import pytest

from companies.models import Company
from contacts.models import Contact
from deals.models import Deal
from integrations.models import Conflict
from integrations.pipedrive import SYSTEM as PIPEDRIVE
from integrations.sync import reconcile

pytestmark = pytest.mark.django_db


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


def test_from_a_sign_up_to_a_moved_stage_every_call_is_the_least_there_can_be(
    pipedrive, pipeline, tc2, sales_person
):
    client = tc2.sign_up()
    before = len(pipedrive.sandbox.calls)
    pipedrive.send()
    tc2.send()

    calls = [(call.method, call.path) for call in pipedrive.sandbox.calls[before:]]
    assert calls == [
        ("GET", "/api/v2/organizations/search"),
        ("POST", "/api/v2/organizations"),
        ("GET", "/api/v2/persons/search"),
        ("POST", "/api/v2/persons"),
        ("POST", "/api/v2/deals"),
        ("POST", f"/tc2/api/clients/{client['id']}/"),
    ]
    before = len(pipedrive.sandbox.calls)
    tc2.deliver()
    deal = pipedrive.link(Deal.objects.get()).remote_id
    stage = pipedrive.create(
        "stage", name="Demo booked", pipeline_id=int(pipedrive.link(pipeline).remote_id)
    )
    pipedrive.tell("create", "stage", stage["id"])
    pipedrive.sandbox.clock.advance(2)
    pipedrive.account.update("deal", int(deal), stage_id=stage["id"])
    pipedrive.tell("change", "deal", int(deal))
    pipedrive.send()
    tc2.send()
    tc2.deliver()
    assert len(pipedrive.sandbox.calls) == before + 1
    assert tc2.shown(client["id"])["deal_stage"] == "Demo booked"


def test_an_organization_that_hermes_does_not_know_is_found_linked_and_updated(
    pipedrive, pipeline, tc2, sales_person
):
    pipedrive.account.switches.set(search_lag_seconds=0)
    organization = pipedrive.create("organization", name="ada quill tutors")
    person = pipedrive.create(
        "person",
        name="A. Quill",
        org_id=organization["id"],
        emails=[{"value": "Ada@Quill.example", "primary": True, "label": "work"}],
    )

    tc2.sign_up(agency={"website": "https://quill.example"})
    calls = pipedrive.send()

    company, contact = Company.objects.get(), Contact.objects.get()
    assert pipedrive.linked("company", organization["id"]) == company
    assert pipedrive.linked("contact", person["id"]) == contact
    made = [call.path for call in calls if call.method == "POST"]
    assert made == ["/api/v2/deals"]
    changed = pipedrive.remote(company)["custom_fields"]
    assert changed[pipedrive.key("company", "website")] == "https://quill.example"


def test_of_several_organizations_of_the_name_none_is_chosen(
    pipedrive, pipeline, tc2, sales_person
):
    pipedrive.account.switches.set(search_lag_seconds=0)
    for _ in range(2):
        pipedrive.create("organization", name="Ada Quill Tutors")

    tc2.sign_up()
    pipedrive.send()

    names = [each["name"] for each in pipedrive.account.records("organization")]
    assert names.count("Ada Quill Tutors") == 3


def test_a_re_send_with_nothing_new_makes_no_call_anywhere(pipedrive, tc2, client_id):
    tc2.send()
    tc2.deliver()
    tc2.sandbox.forget_calls()

    tc2.deliver(tc2.event(client_id))

    assert tc2.send() == []
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

    assert [(call.method, call.path.split("/")[3]) for call in calls] == [
        ("DELETE", "deals"), ("DELETE", "persons"), ("DELETE", "organizations"),
    ]  # fmt: skip
    assert Company.objects.get().narc
    tc2.sign_up(first_name="Bo", email="bo@quill.example", agency={"narc": True})
    assert pipedrive.send() == []


def test_who_turns_out_to_be_a_real_customer_is_made_in_pipedrive_again(pipedrive, tc2, client_id):
    tc2.edit(client_id, agency={"narc": True})
    pipedrive.send()

    tc2.edit(client_id, agency={"narc": False})
    calls = pipedrive.send()

    company = Company.objects.get()
    assert [call.path for call in calls if call.method == "POST"] == [
        "/api/v2/organizations", "/api/v2/persons", "/api/v2/deals",
    ]  # fmt: skip
    assert pipedrive.remote(company)["is_deleted"] is False
    assert pipedrive.send() == []


def test_edits_of_one_company_on_all_sides_at_once_are_decided_by_the_policies(
    pipedrive, tc2, client_id
):
    tc2.send()
    tc2.deliver()
    company = Company.objects.get()
    organization = int(pipedrive.link(company).remote_id)
    website, status = (pipedrive.key("company", each) for each in ["website", "tc2_status"])

    tc2.account.edit(
        client_id,
        agency={"name": "Quill by TC2", "status": "active", "website": "https://tc2.example"},
    )
    pipedrive.account.update(
        "organization", organization, name="Quill by Pipedrive", custom_fields={status: None}
    )
    Company.objects.update(name="Quill by Hermes", website="https://hermes.example")
    tc2.deliver()
    pipedrive.tell("change", "organization", organization)
    for _ in range(2):
        pipedrive.send()
        tc2.send()
        tc2.deliver()
        tc2.deliver(tc2.event(client_id))
        pipedrive.tell("change", "organization", organization)

    company.refresh_from_db()
    there = pipedrive.remote(company)
    assert there["name"] == company.name == "Quill by Pipedrive"
    assert there["custom_fields"][website] == company.website == "https://hermes.example"
    assert company.tc2_status == "active"
    assert pipedrive.send() == tc2.send() == []
    found = Conflict.objects.order_by("system", "field").values_list("system", "field", "winner")
    assert list(found) == [
        ("pipedrive", "name", "remote"), ("pipedrive", "tc2_status", "hub"),
        ("tc2", "name", "hub"), ("tc2", "website", "hub"),
    ]  # fmt: skip
