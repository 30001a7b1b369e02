"""A record's way from Pipedrive into Hermes and back."""

from __future__ import annotations

import pytest

from companies.models import Company
from contacts.models import Contact
from deals.models import Deal, Stage
from integrations.models import OutboxEntry, PossibleDuplicate, WebhookEvent
from tests.factories import CompanyFactory, ContactFactory, DealFactory

pytestmark = pytest.mark.django_db


def test_organization_person_and_deal_appear_linked_and_no_echo_follows(pipedrive):
    org = pipedrive.create("organization", name="Larkfield", owner_id=24001)
    person = pipedrive.create("person", name="Priya Nair", org_id=org["id"])
    deal = pipedrive.create("deal", title="Onboarding", org_id=org["id"], person_id=person["id"])

    pipedrive.tell("create", "organization", org["id"])
    pipedrive.tell("create", "person", person["id"])
    pipedrive.tell("create", "deal", deal["id"])

    company = Company.objects.get()
    assert company.sales_person.email == "anna@larkfield.example"
    assert Contact.objects.get().company == company
    assert Deal.objects.get().contact == Contact.objects.get()
    assert pipedrive.send() == []


def test_a_changed_name_goes_out_as_one_patch_with_the_name_alone(pipedrive):
    org = pipedrive.create("organization", name="Larkfield")
    pipedrive.tell("create", "organization", org["id"])
    Company.objects.update(name="Larkfield Ltd")

    (call,) = pipedrive.send()

    assert (call.method, call.body) == ("PATCH", {"name": "Larkfield Ltd"})
    pipedrive.tell("change", "organization", org["id"])
    assert pipedrive.send() == []
    assert Company.objects.get().name == "Larkfield Ltd"


def test_a_moved_deal_sends_its_stage_alone(pipedrive):
    deal = pipedrive.create("deal", title="Onboarding")
    pipedrive.tell("create", "deal", deal["id"])
    ours = Deal.objects.get()
    ours.stage = Stage.objects.filter(pipeline=ours.pipeline).exclude(pk=ours.stage_id)[0]
    ours.save()

    (call,) = pipedrive.send()

    assert list(call.body) == ["stage_id"]


def test_a_new_deal_takes_its_company_and_contact_along_parents_first(pipedrive):
    contact = ContactFactory()
    pipedrive.tell("create", "deal", pipedrive.create("deal", title="x")["id"])
    stage = Deal.objects.get().stage
    deal = DealFactory(company=contact.company, contact=contact, stage=stage)

    paths = [call.path for call in pipedrive.send()]

    assert paths == ["/api/v2/organizations", "/api/v2/persons", "/api/v2/deals"]
    assert pipedrive.remote(deal)["org_id"] == pipedrive.remote(contact.company)["id"]
    assert pipedrive.remote(deal)["custom_fields"][pipedrive.hermes_id("deal")] == str(deal.pk)


def test_a_repeated_delivery_is_acknowledged_and_kept_once(pipedrive):
    org = pipedrive.create("organization", name="Larkfield")
    event = pipedrive.tell("create", "organization", org["id"])
    pipedrive.deliver(event, event)

    assert WebhookEvent.objects.count() == 1
    assert Company.objects.count() == 1


def test_deliveries_in_reverse_order_leave_the_newest_values(pipedrive):
    org = pipedrive.create("organization", name="First")
    first = pipedrive.event("create", "organization", org["id"])
    pipedrive.account.update("organization", org["id"], name="Second")
    second = pipedrive.event("change", "organization", org["id"])
    pipedrive.deliver(second)
    pipedrive.deliver(first)

    assert Company.objects.get().name == "Second"


def test_a_company_known_under_no_id_is_matched_by_name_and_not_doubled(pipedrive):
    company = CompanyFactory(name="  larkfield   TUTORS")
    org = pipedrive.create("organization", name="Larkfield Tutors")
    pipedrive.tell("create", "organization", org["id"])

    assert Company.objects.get() == company
    assert pipedrive.linked("company", org["id"]) == company


def test_a_deleted_organization_is_archived_and_never_made_again(pipedrive):
    org = pipedrive.create("organization", name="Larkfield")
    pipedrive.tell("create", "organization", org["id"])
    pipedrive.tell("delete", "organization", org["id"])
    company = Company.all_objects.get()
    assert company.archived_at

    company.name = "Changed afterwards"
    company.save()
    company.restore()

    assert pipedrive.send() == []
    assert OutboxEntry.objects.get().reason == "gone"


def test_an_archived_company_is_deleted_there(pipedrive):
    company = CompanyFactory()
    pipedrive.send()
    company.archive()

    (call,) = pipedrive.send()

    assert call.method == "DELETE"


def test_a_create_whose_answer_was_lost_is_found_and_not_repeated(pipedrive):
    pipedrive.sandbox.trouble.add("lost_answer", method="POST", path="/api/v2/organizations")
    company = CompanyFactory()
    pipedrive.send()
    OutboxEntry.objects.retry()
    pipedrive.send()

    assert len(pipedrive.account.records("organization")) == 1
    assert pipedrive.link(company)


def test_an_owner_that_cannot_be_cleared_there_stays_cleared_here(pipedrive):
    org = pipedrive.create("organization", name="Larkfield", owner_id=24001)
    pipedrive.tell("create", "organization", org["id"])
    Company.objects.update(sales_person=None, name="Larkfield Ltd")

    (call,) = pipedrive.send()

    assert call.body == {"name": "Larkfield Ltd"}
    assert Company.objects.get().sales_person is None


@pytest.mark.parametrize("first", ["the call", "the message"])
def test_a_record_deleted_there_is_archived_whichever_tells_first(pipedrive, first):
    organization = pipedrive.create("organization", name="Larkfield")["id"]
    pipedrive.tell("create", "organization", organization)
    gone = pipedrive.event("delete", "organization", organization)
    pipedrive.account.delete("organization", organization)
    Company.objects.update(name="Larkfield Ltd")
    if first == "the message":
        pipedrive.deliver(gone)
    pipedrive.send()
    pipedrive.deliver(gone)

    assert Company.all_objects.get().archived_at is not None
    assert not OutboxEntry.objects.filter(state="dead").exists()


def test_a_record_that_staff_restored_is_not_archived_by_an_old_message(pipedrive):
    organization = pipedrive.create("organization", name="Larkfield")["id"]
    pipedrive.tell("create", "organization", organization)
    gone = pipedrive.event("delete", "organization", organization)
    pipedrive.account.delete("organization", organization)
    pipedrive.deliver(gone)
    Company.all_objects.get().restore()

    gone["meta"]["id"] = "another delivery of it"
    pipedrive.deliver(gone)

    assert Company.objects.exists()


def test_records_of_one_name_that_come_together_are_possible_duplicates(pipedrive):
    pair = [pipedrive.create("organization", name=name)["id"] for name in ["Twin", "twin"]]
    pipedrive.deliver(*[pipedrive.event("create", "organization", pk) for pk in pair])

    asked = PossibleDuplicate.objects.get()
    assert {asked.first_id, asked.second_id} == set(Company.objects.values_list("pk", flat=True))
