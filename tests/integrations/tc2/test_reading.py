"""What Hermes reads in TC2 by itself, and what it leaves alone."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from companies.models import Company
from contacts.models import Contact
from integrations import tasks
from integrations.models import SyncLog, SyncRun
from integrations.sync import by_hand, upkeep
from integrations.tc2 import SYSTEM
from tests.factories import TeamMemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_id(tc2, sales_person):
    """A customer who has signed up."""
    return tc2.sign_up()["id"]


@pytest.mark.parametrize("version", [1, 2])
def test_a_company_and_a_contact_are_read_again_when_staff_ask(tc2, client_id, version):
    tc2.account.switches.set(role_version=version)
    tc2.account.edit(client_id, agency={"status": "active"})
    recipient_id = tc2.account.client(client_id)["paid_recipients"][0]["id"]

    assert by_hand.pull(SYSTEM, tc2.link("company", client_id)) == "changed"
    assert by_hand.pull(SYSTEM, tc2.link("contact", recipient_id)) == "unchanged"

    assert Company.objects.get().tc2_status == "active"
    assert tc2.link("contact", recipient_id).state == "live"


def test_tc2_has_no_list_of_changes_so_it_is_not_polled(tc2, client_id):
    assert SYSTEM not in upkeep.due_for_poll()
    tasks.deletions()
    with pytest.raises(CommandError, match="its messages tell"):
        call_command("poll", "tc2")

    assert not SyncRun.objects.filter(system="tc2").exists()
    assert tc2.calls == []
    assert Contact.objects.count() == 1


def test_a_team_member_is_linked_by_hand_where_the_addresses_differ(tc2):
    tc2.sign_up()
    assert not Company.objects.exists()
    colleague = TeamMemberFactory(email="another@larkfield.example")

    by_hand.link_to(colleague, SYSTEM, "501", "Anna")
    tc2.deliver({"action": "AGREE_TERMS", "subject": {"model": "Client", "id": 1}})

    assert Company.objects.get().sales_person == colleague


def test_a_client_made_anew_for_the_same_agency_is_the_same_company(tc2, client_id):
    company = Company.objects.get()
    again = tc2.event(client_id, "CREATED_A_CLIENT")
    tc2.account.delete(client_id)
    tc2.deliver()
    assert not Company.objects.exists()

    again["subject"]["id"] = 8999
    again["timestamp"] = tc2.sandbox.clock.now().isoformat()
    tc2.deliver(again)

    assert Company.objects.get() == company == tc2.linked("company", 8999)


def test_two_clients_of_one_agency_are_a_question_for_a_person(tc2, client_id):
    second = tc2.event(client_id, "CREATED_A_CLIENT")
    second["subject"] |= {"id": 8999, "email": "", "paid_recipients": []}

    tc2.deliver(second)

    assert Company.objects.count() == 2


def test_the_same_wrong_value_is_told_once_however_often_it_is_sent(tc2, client_id):
    for _ in range(2):
        event = tc2.event(client_id)
        event["subject"]["meta_agency"]["country"] = "Atlantis"
        tc2.deliver(event)

    told = SyncLog.objects.get(topic="bad_value")
    assert told.message == "country holds 'Atlantis' in TC2, which does not fit here"
