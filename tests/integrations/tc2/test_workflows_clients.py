"""The Cligency rows of the workflow list: made, edited and deleted in TC2."""

from __future__ import annotations

import pytest

from companies.models import Company
from contacts.models import Contact
from integrations.models import ExternalLink, OutboxEntry, RemoteField, WebhookEvent
from integrations.pipedrive import SYSTEM as PIPEDRIVE
from integrations.pipedrive import keys
from integrations.sync import changes, reconcile
from tests.factories import CompanyFactory, ContactFactory

pytestmark = pytest.mark.django_db

#: TC2's word for a client that was made, and for one that was edited.
made_or_edited = pytest.mark.parametrize("action", ["CREATED_A_CLIENT", "EDITED_A_CLIENT"])


@pytest.fixture
def tell(tc2, sales_person):
    """Hermes hears of a client for the first time by the action; returns the client's number."""

    def told(action):
        ada = {"first_name": "Ada", "last_name": "Quill", "email": "ada@quill.example"}
        client_id = tc2.account.sign_up(**ada)["id"]
        tc2.happened()
        tc2.deliver(tc2.event(client_id, action))
        return client_id

    return told


@made_or_edited
def test_a_client_of_a_company_s_name_is_that_company(action, tc2, tell):
    known = CompanyFactory(name="ada quill  TUTORS")

    client_id = tell(action)

    assert tc2.linked("company", client_id) == known
    assert Company.objects.get().tc2_status == "pending_email_conf"


@made_or_edited
def test_a_client_with_a_contact_s_e_mail_and_a_name_that_is_alike_is_that_company(
    action, tc2, tell
):
    known = ContactFactory(email="ADA@quill.example", company__name="Ada Quill Tutoring")

    client_id = tell(action)

    assert tc2.linked("company", client_id) == known.company
    assert (Company.objects.count(), Contact.objects.get()) == (1, known)


@made_or_edited
def test_a_client_that_hermes_lacks_becomes_a_company_and_a_contact(action, tc2, tell):
    client_id = tell(action)

    assert tc2.linked("company", client_id) == Company.objects.get()
    assert Contact.objects.get().company == Company.objects.get()


@made_or_edited
def test_the_organization_of_a_client_s_company_gets_its_status_and_address_in_tc2(
    action, pipedrive, tc2, tell
):
    organization = pipedrive.create("organization", name="Ada Quill Tutors")["id"]
    pipedrive.tell("create", "organization", organization)

    client_id = tell(action)
    calls = pipedrive.send()

    company = Company.objects.get()
    assert pipedrive.linked("company", organization) == company
    fields = pipedrive.remote(company)["custom_fields"]
    assert fields[pipedrive.key("company", "tc2_status")] == "pending_email_conf"
    address = f"https://tc2.example/clients/{client_id}/"
    assert fields[pipedrive.key("company", "tc2_url")] == address
    changed = [call.method for call in calls if "organizations" in call.path]
    assert changed == ["PATCH"]


def test_an_address_of_tc2_that_somebody_changes_in_pipedrive_is_put_right(
    pipedrive, tc2, client_id
):
    company, key = Company.objects.get(), pipedrive.key("company", "tc2_url")
    right = pipedrive.remote(company)["custom_fields"][key]
    organization = int(pipedrive.link(company).remote_id)
    pipedrive.account.update("organization", organization, custom_fields={key: "https://x.example"})
    pipedrive.tell("change", "organization", organization)

    (call,) = pipedrive.send()

    assert call.body == {"custom_fields": {key: right}}
    assert pipedrive.send() == []


def test_an_account_that_has_no_field_for_the_address_is_owed_none(pipedrive, tc2, tell):
    RemoteField.objects.filter(field="tc2_url").delete()
    keys.forget()
    tell("CREATED_A_CLIENT")
    pipedrive.send()

    row = reconcile.reconcile(PIPEDRIVE)

    assert "company: 1 there, 1 linked; 0 differed, 0 deleted there, 0 to send" in row.report


def test_an_organization_that_comes_from_pipedrive_owes_nothing_for_its_link(pipedrive, tc2):
    org = pipedrive.create("organization", name="Larkfield")["id"]
    pipedrive.tell("create", "organization", org)

    changes.spread()

    assert not OutboxEntry.objects.exists()


@made_or_edited
def test_a_client_that_pipedrive_lacks_becomes_an_organization_and_a_person(
    action, pipedrive, tell
):
    tell(action)

    made = [(call.method, call.path) for call in pipedrive.send()]

    assert made == [("POST", "/api/v2/organizations"), ("POST", "/api/v2/persons")]
    assert pipedrive.remote(Contact.objects.get())["name"] == "Ada Quill"
    assert pipedrive.send() == []


def test_a_deleted_client_that_hermes_never_had_changes_nothing(pipedrive, tc2, sales_person):
    namesake = CompanyFactory(name="Ada Quill Tutors")
    pipedrive.send()
    client_id = tc2.account.sign_up(first_name="Ada", last_name="Quill")["id"]
    tc2.account.delete(client_id)
    tc2.deliver(tc2.happened()[-1])

    assert Company.objects.get() == namesake
    assert not ExternalLink.objects.filter(system="tc2", state="live").exists()
    assert WebhookEvent.objects.get().state == "ignored"
    assert pipedrive.send() == []


def test_a_deleted_client_that_pipedrive_lacks_is_not_made_there(pipedrive, tc2, tell):
    client_id = tell("CREATED_A_CLIENT")

    tc2.account.delete(client_id)
    tc2.deliver()

    assert not Company.objects.exists()
    assert pipedrive.send() == []
    assert pipedrive.account.records("organization") == []
