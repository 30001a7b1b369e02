"""A client signs up or is edited in TC2."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies.models import Company
from contacts.models import Contact
from deals.models import Deal, Pipeline
from integrations.models import (
    ExternalLink,
    PossibleDuplicate,
    SyncLog,
    WebhookEvent,
)
from integrations.sync import inbox
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    DealFactory,
    PipelineFactory,
    StageFactory,
    TeamMemberFactory,
)

pytestmark = pytest.mark.django_db


def test_a_client_who_signs_up_becomes_a_company_with_its_contacts_and_a_deal(
    tc2, sales_person, entry
):
    signed_up = tc2.sign_up(agency={"country": "United Kingdom (GB)", "price_plan": "1-payg"})

    company = Company.objects.get()
    assert company == tc2.linked("company", signed_up["id"])
    assert (company.name, company.country) == ("Ada Quill Tutors", "GB")
    assert (company.tc2_status, company.price_plan) == ("pending_email_conf", "payg")
    assert company.sales_person == sales_person
    assert company.has_signed_up
    contact = Contact.objects.get()
    assert (contact.name, contact.email) == ("Ada Quill", "ada@quill.example")
    assert contact.company == company
    deal = Deal.objects.get()
    assert (deal.name, deal.company, deal.contact) == (company.name, company, contact)
    assert (deal.owner, deal.stage, deal.status) == (sales_person, entry, "open")


def test_companies_of_the_same_name_are_looked_up_once(tc2, sales_person, entry):
    with CaptureQueriesContext(connection) as asked:
        tc2.sign_up()

    assert sum("ON c.name_key =" in query["sql"] for query in asked) == 1


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("created", ["unix", "iso"])
def test_both_versions_of_a_role_and_both_forms_of_a_date_are_read(
    tc2, sales_person, version, created
):
    tc2.account.switches.set(role_version=version, agency_created=created)

    tc2.sign_up(phone="+44 20 7946 0000")

    company, contact = Company.objects.get(), Contact.objects.get()
    assert company.signed_up_at is not None
    assert (contact.email, contact.phone) == ("ada@quill.example", "+44 20 7946 0000")


def test_a_client_without_an_agency_is_none_of_ours(tc2, sales_person, customer):
    event = tc2.event(customer)
    del event["subject"]["meta_agency"]
    event["subject"]["id"] = 9

    tc2.deliver(event)

    assert Company.objects.count() == 1
    assert WebhookEvent.objects.latest("pk").state == "ignored"


def test_what_says_nothing_new_writes_no_company_and_makes_no_call(tc2, customer):
    tc2.send()
    tc2.deliver()
    before = Company.objects.get()
    tc2.sandbox.forget_calls()

    tc2.deliver(tc2.event(customer))

    assert tc2.send() == []
    assert Company.objects.get().updated_at == before.updated_at
    assert tc2.sandbox.calls == []
    assert Deal.objects.count() == 1


def test_tc2_changes_what_is_its_own_and_leaves_what_the_sales_team_edits(tc2, customer):
    company = tc2.linked("company", customer)
    company.name = "Quill & Daughters"
    company.save()

    tc2.edit(customer, agency={"name": "Quill Ltd", "status": "active", "country": "France (FR)"})

    company.refresh_from_db()
    assert (company.name, company.tc2_status) == ("Quill & Daughters", "active")


def test_an_older_event_overwrites_nothing(tc2, customer):
    old = tc2.event(customer)
    tc2.edit(customer, agency={"status": "active"})
    old["action"] = "EDITED_OWN_PROFILE"

    tc2.deliver(old)

    assert Company.objects.get().tc2_status == "active"


def test_a_deal_is_opened_once_and_never_again_after_it_was_lost(tc2, customer):
    Deal.objects.update(status="lost")

    tc2.edit(customer, agency={"status": "trial"})

    assert Deal.objects.count() == 1


@pytest.mark.parametrize(
    "agency",
    [
        {"status": "active"}, {"paid_invoice_count": 1}, {"narc": True},
        {"created": 1_500_000_000},
    ],
)  # fmt: skip
def test_no_deal_is_opened_for_who_is_no_new_business(tc2, sales_person, entry, agency):
    tc2.sign_up(agency=agency)

    assert Company.objects.count() == 1
    assert not Deal.objects.exists()


def test_a_plan_that_no_pipeline_takes_is_told_to_staff_and_the_deal_opened_later(
    tc2, sales_person, entry
):
    customer = tc2.sign_up(agency={"price_plan": "3-enterprise"})["id"]

    assert not Deal.objects.exists()
    told = SyncLog.objects.get(topic="no_pipeline")
    assert told.record_id == Company.objects.get().pk
    assert "“Enterprise”" in told.message
    Pipeline.objects.update(plan="enterprise")
    tc2.edit(customer, agency={"status": "trial"})
    assert Deal.objects.get().stage == entry


def test_a_sign_up_with_no_sales_person_waits_until_tc2_names_one(tc2, sales_person, entry):
    customer = tc2.sign_up(sales_person=None)["id"]
    assert WebhookEvent.objects.get().reason == "waiting"

    tc2.edit(customer, sales_person=501)

    assert Company.objects.get().sales_person == sales_person
    assert Deal.objects.count() == 1


@pytest.mark.parametrize("agency", [{"narc": True}, {"status": "terminated"}])
def test_who_is_no_customer_loses_open_deals_and_keeps_won_ones(tc2, customer, agency):
    won = DealFactory(company=Company.objects.get(), status="won")

    tc2.edit(customer, agency=agency)

    assert set(Deal.objects.values_list("pk", "status")) == {
        (Deal.objects.exclude(pk=won.pk).get().pk, "lost"),
        (won.pk, "won"),
    }


def test_a_deal_that_a_person_opened_again_stays_open_at_other_news(tc2, customer):
    tc2.edit(customer, agency={"status": "terminated"})
    Deal.objects.update(status="open")

    tc2.edit(customer, agency={"paid_invoice_count": 2})

    assert Deal.objects.get().status == "open"


def test_an_event_whose_sales_person_is_unknown_waits_until_somebody_adds_them(tc2):
    tc2.sign_up()
    event = WebhookEvent.objects.get()
    assert (event.state, event.reason) == ("retrying", "waiting")
    assert not Company.objects.exists()

    admin = tc2.account.client(8101)["sales_person"]
    TeamMemberFactory(email=admin["email"])
    inbox.drain()

    event.refresh_from_db()
    assert (event.state, event.reason) == ("done", "")
    assert Company.objects.get().sales_person.email == admin["email"]


def test_the_sales_person_may_come_from_pipedrive(pipedrive, tc2):
    client = tc2.account.sign_up(first_name="Ada", last_name="Quill", email="ada@quill.example")
    tc2.happened()
    event = tc2.event(client["id"])
    event["subject"]["sales_person"] |= {"id": 599, "email": "eve@larkfield.example"}
    tc2.deliver(event)
    assert not Company.objects.exists()
    user = pipedrive.create("user", name="Eve Park", email="eve@larkfield.example")
    org = pipedrive.create("organization", name="Elsewhere", owner_id=user["id"])

    pipedrive.tell("create", "organization", org["id"])
    inbox.drain()

    owner = tc2.linked("company", client["id"]).sales_person
    assert owner.email == "eve@larkfield.example"


def test_a_corrected_address_of_a_team_member_lets_go_what_waits(tc2):
    somebody = TeamMemberFactory(email="mistyped@hermes.example")
    tc2.sign_up()
    assert not Company.objects.exists()

    somebody.email = tc2.account.client(8101)["sales_person"]["email"]
    somebody.save()
    inbox.drain()

    assert Company.objects.get().sales_person == somebody


def test_a_company_of_the_very_name_is_found_though_another_client_s_has_the_e_mail(
    tc2, customer, sales_person
):
    known = CompanyFactory(name="Ada Quill Tutors Two")
    own = {"email": "two@quill.example", "agency": {"name": known.name}}
    second = tc2.account.sign_up(first_name="Ada", last_name="Quill", **own)["id"]
    tc2.happened()
    event = tc2.event(second)
    event["subject"]["email"] = "ada@quill.example"

    tc2.deliver(event)

    assert tc2.linked("company", second) == known


def test_a_deleted_client_is_archived_with_its_contacts_and_comes_back(tc2, customer):
    tc2.account.delete(customer)
    tc2.deliver()
    assert not Company.objects.exists()
    assert not Contact.objects.exists()

    tc2.deliver(tc2.event(customer, "RECOVERED_A_CLIENT"))

    assert (Company.objects.count(), Contact.objects.count()) == (1, 1)
    assert ExternalLink.objects.filter(system="tc2", state="live").count() == 3


def test_a_company_that_is_there_is_found_by_e_mail_and_a_name_that_is_alike(tc2, sales_person):
    known = ContactFactory(email="Ada@quill.example", company__name="Ada Quill Tutoring")

    client = tc2.sign_up()

    assert tc2.linked("company", client["id"]) == known.company
    assert Company.objects.get().name == "Ada Quill Tutoring"
    assert Contact.objects.count() == 1


def test_the_same_e_mail_with_another_name_is_a_question_and_no_match(tc2, sales_person):
    other = ContactFactory(email="ada@quill.example", company__name="Zenith Rowing Club")

    client = tc2.sign_up()

    made = tc2.linked("company", client["id"])
    assert made != other.company
    pair = PossibleDuplicate.objects.get(kind="company")
    assert {pair.first_id, pair.second_id} == {made.pk, other.company.pk}


def test_of_two_companies_of_one_name_none_is_guessed(tc2, sales_person):
    CompanyFactory.create_batch(2, name="Ada Quill Tutors")

    tc2.sign_up()

    assert Company.objects.count() == 3
    assert PossibleDuplicate.objects.filter(kind="company").count() == 2


def test_a_first_stage_of_another_pipeline_costs_the_deal_and_not_the_company(tc2, sales_person):
    pipeline, stage = PipelineFactory(plan="payg"), StageFactory()
    Pipeline.objects.filter(pk=pipeline.pk).update(default_stage=stage)

    tc2.sign_up()

    assert Company.objects.exists()
    assert not Deal.objects.exists()


def test_a_deal_that_had_no_pipeline_is_opened_when_somebody_chooses_one(tc2, sales_person):
    tc2.sign_up()
    assert not Deal.objects.exists()

    stage = StageFactory()
    stage.pipeline.plan, stage.pipeline.default_stage = "payg", stage
    stage.pipeline.save()

    assert Deal.objects.get().stage == stage
