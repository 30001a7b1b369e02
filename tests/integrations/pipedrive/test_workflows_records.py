"""The org, person, pipeline and stage rows of the workflow list."""

from __future__ import annotations

import pytest

from companies.models import Company, TeamMember
from contacts.models import Contact
from deals.models import Pipeline, Stage
from integrations.models import SyncLog, WebhookEvent
from tests.factories import CompanyFactory, ContactFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("action", ["create", "change"])
def test_an_org_that_hermes_lacks_is_made_with_its_owner_as_sales_person(action, pipedrive):
    org = pipedrive.create("organization", name="Larkfield", owner_id=24002)
    pipedrive.tell(action, "organization", org["id"])

    assert Company.objects.get().sales_person.email == "ben@larkfield.example"


@pytest.mark.parametrize("action", ["create", "change"])
def test_an_org_that_hermes_has_updates_the_company(action, pipedrive):
    company = CompanyFactory(name="Larkfield", website="")
    key = pipedrive.key("company", "website")
    org = pipedrive.create(
        "organization", name="larkfield", custom_fields={key: "https://larkfield.example"}
    )
    pipedrive.tell(action, "organization", org["id"])

    company.refresh_from_db()
    assert company.website == "https://larkfield.example"
    assert Company.objects.count() == 1


def test_an_org_found_by_the_hermes_id_it_carries_is_that_company_whatever_its_name(pipedrive):
    company = CompanyFactory(name="Known as this")
    key = pipedrive.hermes_id("company")
    org = pipedrive.create(
        "organization", name="Known as that", custom_fields={key: str(company.pk)}
    )
    pipedrive.tell("create", "organization", org["id"])

    assert pipedrive.linked("company", org["id"]) == company
    assert Company.objects.count() == 1


def test_a_deleted_org_is_archived(pipedrive):
    org = pipedrive.create("organization", name="Larkfield")
    pipedrive.tell("create", "organization", org["id"])
    pipedrive.tell("delete", "organization", org["id"])

    assert not Company.objects.exists()
    assert Company.all_objects.get().name == "Larkfield"
    assert pipedrive.send() == []


@pytest.mark.parametrize("entity", ["organization", "person", "deal"])
def test_deleting_what_hermes_never_had_changes_nothing(entity, pipedrive):
    record = pipedrive.create(entity, **{"title" if entity == "deal" else "name": "Unknown"})
    late = pipedrive.event("create", entity, record["id"])
    pipedrive.tell("delete", entity, record["id"])
    # Deliveries may overtake each other: the late one must not bring it to life.
    pipedrive.deliver(late)

    assert not Company.all_objects.exists()
    assert not Contact.all_objects.exists()
    assert WebhookEvent.objects.filter(state="dead").count() == 0


def test_deleting_an_org_that_is_linked_to_nothing_leaves_the_company_of_its_name(pipedrive):
    namesake = CompanyFactory(name="Larkfield")
    org = pipedrive.create("organization", name="Larkfield")
    pipedrive.tell("delete", "organization", org["id"])

    assert Company.objects.get() == namesake
    assert pipedrive.linked("company", org["id"]) is None


def test_deleting_a_person_who_is_linked_to_nothing_leaves_the_contact_of_their_email(pipedrive):
    contact = ContactFactory(email="priya@larkfield.example")
    org = pipedrive.create("organization", name=contact.company.name)
    pipedrive.tell("create", "organization", org["id"])
    person = pipedrive.create(
        "person", name="Priya", org_id=org["id"], emails=[{"value": contact.email}]
    )
    pipedrive.tell("delete", "person", person["id"])

    assert Contact.objects.get() == contact
    assert pipedrive.linked("contact", person["id"]) is None


@pytest.mark.parametrize("action", ["create", "change"])
def test_a_person_with_an_org_that_hermes_has_becomes_a_contact_of_that_company(action, pipedrive):
    org = pipedrive.create("organization", name="Larkfield")
    pipedrive.tell("create", "organization", org["id"])
    person = pipedrive.create("person", name="Priya Nair", org_id=org["id"])
    pipedrive.tell(action, "person", person["id"])

    assert Contact.objects.get().company == Company.objects.get()


@pytest.mark.parametrize("action", ["create", "change"])
def test_a_person_with_an_org_that_hermes_lacks_brings_both(action, pipedrive):
    org = pipedrive.create("organization", name="Larkfield", owner_id=24003)
    person = pipedrive.create("person", name="Priya Nair", org_id=org["id"])
    pipedrive.tell(action, "person", person["id"])

    contact = Contact.objects.get()
    assert contact.company.name == "Larkfield"
    assert contact.company.sales_person.email == "carla@larkfield.example"


@pytest.mark.parametrize("action", ["create", "change"])
def test_a_person_with_an_org_updates_the_contact_of_that_email(action, pipedrive):
    contact = ContactFactory(email="priya@larkfield.example", phone="")
    org = pipedrive.create("organization", name=contact.company.name)
    person = pipedrive.create(
        "person",
        name="Priya Nair",
        org_id=org["id"],
        emails=[{"value": "PRIYA@larkfield.example"}],
        phones=[{"value": "+44 113 496 0000"}],
    )
    pipedrive.tell(action, "person", person["id"])

    contact.refresh_from_db()
    assert contact.phone == "+44 113 496 0000"
    assert Contact.objects.count() == 1


@pytest.mark.parametrize("action", ["create", "change"])
@pytest.mark.parametrize("is_known", [True, False])
def test_a_person_without_an_org_changes_nothing(action, is_known, pipedrive):
    if is_known:
        ContactFactory(email="someone@else.example")
    before = list(Contact.objects.values_list("email", flat=True))
    person = pipedrive.create("person", name="Priya Nair")
    pipedrive.tell(action, "person", person["id"])

    assert list(Contact.objects.values_list("email", flat=True)) == before
    event = WebhookEvent.objects.get()
    assert (event.state, event.note) == ("ignored", "A contact without a company changes nothing")


def test_a_linked_person_that_leaves_its_org_leaves_the_company_and_still_updates(pipedrive):
    org = pipedrive.create("organization", name="Larkfield")
    person = pipedrive.create("person", name="Priya Nair", org_id=org["id"])
    pipedrive.tell("create", "person", person["id"])
    pipedrive.account.update("person", person["id"], org_id=None, name="Priya Rao")
    pipedrive.tell("change", "person", person["id"])

    contact = Contact.objects.get()
    assert (contact.company, contact.name) == (None, "Priya Rao")


def test_a_deleted_person_is_archived_and_leaves_the_company_alone(pipedrive):
    org = pipedrive.create("organization", name="Larkfield")
    person = pipedrive.create("person", name="Priya Nair", org_id=org["id"])
    pipedrive.tell("create", "person", person["id"])
    pipedrive.tell("delete", "person", person["id"])

    assert not Contact.objects.exists()
    assert Company.objects.count() == 1


def test_pipelines_and_stages_come_change_and_go(pipedrive):
    pipeline = pipedrive.create("pipeline", name="Enterprise")
    stage = pipedrive.create("stage", name="Qualified", pipeline_id=pipeline["id"])
    pipedrive.tell("create", "stage", stage["id"])
    assert Stage.objects.get(name="Qualified").pipeline.name == "Enterprise"

    pipedrive.account.update("pipeline", pipeline["id"], name="Enterprise UK")
    pipedrive.account.update("stage", stage["id"], name="Well qualified")
    pipedrive.tell("change", "pipeline", pipeline["id"])
    pipedrive.tell("change", "stage", stage["id"])
    assert Stage.objects.get(name="Well qualified").pipeline.name == "Enterprise UK"

    pipedrive.sandbox.clock.advance(2)
    pipedrive.tell("delete", "stage", stage["id"])
    pipedrive.tell("delete", "pipeline", pipeline["id"])
    assert not Stage.objects.filter(name="Well qualified").exists()
    assert not Pipeline.objects.filter(name="Enterprise UK").exists()


def test_an_owner_unknown_to_hermes_is_fetched(pipedrive):
    TeamMember.objects.filter(email="dev@larkfield.example").update(email="old@larkfield.example")
    user = pipedrive.create("user", name="Eve Park", email="eve@larkfield.example")
    org = pipedrive.create("organization", name="Larkfield", owner_id=user["id"])
    pipedrive.tell("create", "organization", org["id"])

    assert Company.objects.get().sales_person.email == "eve@larkfield.example"


def test_an_owner_that_nobody_knows_leaves_the_company_without_one_and_tells_staff(pipedrive):
    org = pipedrive.create("organization", name="Larkfield")
    event = pipedrive.event("create", "organization", org["id"])
    event["data"]["owner_id"] = 99999
    pipedrive.deliver(event)

    assert Company.objects.get().sales_person is None
    assert "99999" in SyncLog.objects.get(topic="unknown_owner").message
