"""Clients that are deleted in TC2, and that come back."""

from __future__ import annotations

import pytest

from companies.models import Company
from contacts.models import Contact
from integrations.models import ExternalLink, LinkState, WebhookEvent

pytestmark = pytest.mark.django_db


def test_a_deleted_client_is_archived_with_its_contacts_and_comes_back(tc2, customer):
    tc2.account.delete(customer)
    tc2.deliver()
    assert not Company.objects.exists()
    assert not Contact.objects.exists()

    tc2.deliver(tc2.event(customer, "RECOVERED_A_CLIENT"))

    assert (Company.objects.count(), Contact.objects.count()) == (1, 1)
    assert ExternalLink.objects.filter(system="tc2", state="live").count() == 3


def test_an_edit_and_a_deletion_in_one_batch_leave_no_contact_behind(tc2, customer):
    tc2.account.edit(customer, agency={"status": "trial"})
    tc2.account.delete(customer)
    tc2.deliver()

    assert not Company.objects.exists()
    assert not Contact.objects.exists()


def test_a_late_message_adds_no_contact_to_a_client_that_is_deleted(tc2, customer):
    late = tc2.event(customer)
    person = {**late["subject"]["paid_recipients"][0], "id": 9991, "first_name": "Bo"}
    late["subject"]["paid_recipients"] = [person]
    tc2.account.delete(customer)
    tc2.deliver()

    tc2.deliver(late)

    assert not Contact.objects.exists()
    assert Contact.all_objects.count() == 1


def test_a_contact_whom_a_person_archived_stays_so_when_the_client_is_recovered(tc2, customer):
    Contact.objects.get().archive()
    tc2.account.delete(customer)
    tc2.deliver()

    tc2.deliver(tc2.event(customer, "RECOVERED_A_CLIENT"))

    assert Company.objects.exists()
    assert not Contact.objects.exists()


def test_a_company_that_a_person_archived_stays_so_when_its_client_is_recovered(tc2, customer):
    Company.objects.get().archive()
    tc2.account.delete(customer)
    tc2.deliver()
    tc2.deliver(tc2.event(customer, "RECOVERED_A_CLIENT"))
    assert not Company.objects.exists()

    Company.all_objects.get().restore()
    event = tc2.event(customer)
    event["subject"]["meta_agency"]["status"] = "trial"
    tc2.deliver(event)

    assert Company.objects.get().tc2_status == "trial"
    assert tc2.link("company", customer).state == LinkState.LIVE


def test_a_client_that_is_found_gone_when_it_is_read_is_archived(tc2, customer):
    tc2.account.delete(customer)
    tc2.happened()
    tc2.deliver(
        {
            "action": "PAID_AN_INVOICE",
            "branch": 3,
            "timestamp": tc2.sandbox.clock.now().isoformat(),
            "subject": {"model": "Invoice", "id": 1, "client": {"id": customer}},
        }
    )

    assert not Company.objects.exists()
    assert WebhookEvent.objects.order_by("pk").last().state == "done"
