"""The workflow list's rows about TC2 for what happens to orgs, persons and deals in Pipedrive."""

from __future__ import annotations

import pytest

from companies.models import Company, TeamMember
from integrations.sync import by_hand
from integrations.tc2 import SYSTEM
from tests.deal_cases import CASES, stage

pytestmark = pytest.mark.django_db

#: What a person does in Pipedrive, whose words are these.
ACTIONS = ["create", "change", "delete"]


@pytest.fixture
def organization(pipedrive, linked):
    """The organization of a client that shows all that there is to show."""
    return int(pipedrive.link(linked).remote_id)


def change(pipedrive, entity, pk, **values):
    """Somebody edits a record there, and Hermes hears of it."""
    pipedrive.account.update(entity, pk, **values)
    pipedrive.tell("change", entity, pk)


def act(pipedrive, action, entity, pk):
    """The action's message, after those that came before it."""
    if action != "create":
        pipedrive.tell("create", entity, pk)
    if action == "delete":
        gone = pipedrive.event("delete", entity, pk)
        pipedrive.account.delete(entity, pk)
        pipedrive.deliver(gone)
    else:
        pipedrive.tell(action, entity, pk)


# -- orgs -----------------------------------------------------------------------------------


def test_an_org_made_for_a_company_that_tc2_has_is_shown_on_its_client(
    pipedrive, pipeline, tc2, sales_person
):
    client = tc2.sign_up()["id"]
    org = pipedrive.create("organization", name="Ada Quill Tutors")["id"]
    pipedrive.tell("create", "organization", org)

    (call,) = tc2.send()

    assert call.body["extra_attrs"]["pipedrive_id"] == org
    assert "paid_recipients" not in call.body
    assert tc2.shown(client)["id"] == str(org)
    assert Company.objects.count() == 1


def test_an_org_given_to_another_owner_gives_its_client_to_them_and_leaves_recipients_alone(
    pipedrive, tc2, client_id, organization
):
    before = tc2.account.client(client_id)
    ben = TeamMember.objects.get(email="ben@larkfield.example")
    by_hand.link_to(ben, SYSTEM, "502", "Anna")

    change(pipedrive, "organization", organization, owner_id=24002)
    (call,) = tc2.send()

    assert call.body == {"sales_person": 502}
    after = tc2.account.client(client_id)
    assert after["sales_person"]["email"] == ben.email
    assert after["paid_recipients"] == before["paid_recipients"]


def test_an_org_renamed_in_pipedrive_keeps_its_name_in_tc2(pipedrive, tc2, client_id, organization):
    change(pipedrive, "organization", organization, name="Quill & Daughters")

    assert tc2.send() == []
    assert tc2.account.client(client_id)["meta_agency"]["name"] == "Ada Quill Tutors"


@pytest.fixture
def other_client(tc2, client_id, linked):
    """A client of another organization, as TC2 shows it when nothing is owed to it."""
    tc2.sandbox.forget_calls()
    return tc2.account.client(client_id)


@pytest.mark.parametrize("action", ACTIONS)
def test_an_org_that_tc2_lacks_makes_no_call_there(action, pipedrive, tc2, other_client):
    org = pipedrive.create("organization", name="Larkfield")["id"]

    act(pipedrive, action, "organization", org)

    assert tc2.send() == []
    assert tc2.calls == []
    assert tc2.account.client(other_client["id"]) == other_client


def test_a_deleted_org_leaves_its_client_in_tc2(pipedrive, tc2, client_id, organization):
    before = tc2.account.client(client_id)

    gone = pipedrive.event("delete", "organization", organization)
    pipedrive.account.delete("organization", organization)
    pipedrive.deliver(gone)
    tc2.send()

    after = tc2.account.client(client_id)
    differing = {key for key in after if after[key] != before[key]}
    assert differing <= {"extra_attrs", "last_updated"}
    assert not any(call.method == "DELETE" for call in tc2.calls)


def test_deleting_an_org_that_no_client_is_of_leaves_the_client_of_that_name_alone(
    pipedrive, tc2, client_id, organization
):
    shown = tc2.shown(client_id)
    namesake = pipedrive.create("organization", name="Ada Quill Tutors")["id"]

    pipedrive.tell("delete", "organization", namesake)

    assert tc2.send() == []
    assert tc2.shown(client_id) == shown


# -- persons --------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("has_org", [True, False])
@pytest.mark.parametrize("email", ["ada@quill.example", "new@quill.example"])
def test_a_person_in_pipedrive_never_reaches_tc2(
    action, has_org, email, pipedrive, tc2, client_id, organization
):
    """A recipient of TC2's or not, with an org or without."""
    before, calls = tc2.account.client(client_id), len(tc2.calls)
    home = {"org_id": organization} if has_org else {}
    person = pipedrive.create("person", name="Ada Rao", emails=[{"value": email}], **home)

    act(pipedrive, action, "person", person["id"])

    assert tc2.send() == []
    assert len(tc2.calls) == calls
    assert tc2.account.client(client_id) == before


@pytest.mark.parametrize("action", ["change", "delete"])
def test_a_person_who_is_a_recipient_in_tc2_stays_as_they_are_there(
    action, pipedrive, tc2, client_id, organization
):
    before, calls = tc2.account.client(client_id), len(tc2.calls)
    contact = Company.objects.get().contacts.get()
    person = int(pipedrive.link(contact).remote_id)
    pipedrive.account.update("person", person, name="Ada Rao")

    act(pipedrive, action, "person", person)

    assert tc2.send() == []
    assert len(tc2.calls) == calls
    assert tc2.account.client(client_id) == before


# -- deals ----------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(("org", "person"), [case[:2] for case in CASES])
def test_a_deal_of_an_org_that_tc2_lacks_makes_no_call_there(
    action, org, person, pipedrive, tc2, other_client
):
    deal = pipedrive.create("deal", title="Onboarding", **stage(pipedrive, org, person))

    act(pipedrive, action, "deal", deal["id"])

    assert tc2.send() == []
    assert tc2.calls == []
    assert tc2.account.client(other_client["id"]) == other_client
