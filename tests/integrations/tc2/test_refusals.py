"""What a branch does not take of a write, and branches that are written to in the older way."""

from __future__ import annotations

import pytest

from companies.models import Company
from integrations.models import OutboxEntry, OutboxState, SyncLog
from integrations.sync import reconcile
from integrations.tc2 import SYSTEM as TC2

pytestmark = pytest.mark.django_db

NOTHING_TO_SEND = "company: 1 there, 1 linked; 0 differed, 0 deleted there, 0 to send"


@pytest.fixture
def older(tc2, settings):
    """The branch has the first version of roles."""
    settings.TC2_ROLE_VERSION = 1
    tc2.account.switches.set(role_version=1)


def move(pipedrive, tc2, name):
    """A sales person renames the deal's stage, which its client shows."""
    (stage,) = pipedrive.account.records("stage")[-1:]
    pipedrive.account.update("stage", stage["id"], name=name)
    pipedrive.tell("change", "stage", stage["id"])


def test_a_person_whom_the_branch_does_not_let_us_set_is_asked_for_once(
    pipedrive, tc2, client_id, linked
):
    tc2.account.switches.set(bdr_person_writable=False, sales_person_writable=False)
    linked.bdr_person = linked.support_person = linked.sales_person
    linked.save()

    first, second = tc2.send()

    assert "bdr_person" in first.body
    assert second.body == {"associated_admin": 501}
    assert tc2.account.client(client_id)["associated_admin"]["id"] == 501
    told = SyncLog.objects.get(topic="bad_value", record_id=linked.pk)
    assert "as BDR person" in told.message
    assert "This field is read-only" in told.message

    tc2.deliver()
    move(pipedrive, tc2, "Demo booked")
    assert [call.body for call in tc2.send()] == [
        {"extra_attrs": {"pipedrive_deal_stage": "Demo booked"}}
    ]
    tc2.deliver()
    assert NOTHING_TO_SEND in reconcile.reconcile(TC2).report
    assert tc2.send() == []
    assert not OutboxEntry.objects.exclude(state=OutboxState.DONE).exists()
    assert SyncLog.objects.filter(topic="bad_value").count() == 1


def test_a_refusal_of_all_that_was_written_makes_no_second_call(tc2, client_id, linked):
    tc2.account.switches.set(bdr_person_writable=False)
    linked.bdr_person = linked.sales_person
    linked.save()

    assert [call.status for call in tc2.send()] == [400]
    assert not OutboxEntry.objects.exclude(state=OutboxState.DONE).exists()
    assert tc2.send() == []


def test_each_person_that_is_refused_is_remembered(tc2, client_id, linked, pipedrive):
    tc2.account.switches.set(bdr_person_writable=False)
    linked.bdr_person = linked.sales_person
    linked.save()
    tc2.send()
    tc2.account.switches.set(sales_person_writable=False)
    tc2.edit(client_id, sales_person=502)
    assert [call.status for call in tc2.send()] == [400]

    move(pipedrive, tc2, "Demo booked")

    assert [call.status for call in tc2.send()] == [200]


def test_a_person_who_is_taken_later_is_no_longer_held_back(tc2, client_id, linked, pipedrive):
    tc2.account.switches.set(bdr_person_writable=False)
    linked.bdr_person = linked.sales_person
    linked.save()
    tc2.send()
    tc2.account.switches.set(bdr_person_writable=True)
    tc2.edit(client_id, associated_admin=502)
    linked.refresh_from_db()
    own, linked.bdr_person = linked.bdr_person, linked.support_person
    linked.save()
    assert [call.status for call in tc2.send()] == [200]

    Company.objects.update(bdr_person=own)

    assert [call.body for call in tc2.send()] == [{"bdr_person": 501}]


def test_a_branch_with_the_older_roles_is_written_by_e_mail_address(
    pipedrive, tc2, older, client_id
):
    (call,) = tc2.send()

    assert (call.path, call.status) == ("/tc2/api/clients/", 200)
    assert call.body["user"] == {"last_name": "Quill", "email": "ada@quill.example"}
    assert tc2.send() == []


def test_a_branch_with_the_older_roles_is_written_by_the_address_of_today(
    pipedrive, tc2, older, client_id
):
    tc2.account.edit(client_id, email="new@quill.example")

    (call,) = tc2.send()

    assert call.body["user"]["email"] == "new@quill.example"
    assert tc2.shown(client_id)["deal_stage"] == "Signed up"
    assert len(tc2.account.account.tables["client"]) == 1


def test_a_write_that_met_another_client_is_a_failure_that_names_both(
    pipedrive, tc2, older, client_id
):
    tc2.send()
    second = tc2.sign_up(first_name="Bo", last_name="Ek", email="bo@ek.example")["id"]
    pipedrive.send()
    # Two clients of one address: TC2 takes the first.
    tables = tc2.account.account.tables["client"]
    tables[second]["email"] = tables[client_id]["email"]

    tc2.send()

    entry = OutboxEntry.objects.get(system="tc2", state=OutboxState.DEAD)
    assert f"TC2 wrote to client {client_id}, where client {second} was meant" in entry.last_error
    assert not tc2.link("company", second).snapshot["crm_id"]
