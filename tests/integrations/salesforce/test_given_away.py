"""Loans that we have and that are another officer's now."""

from __future__ import annotations

import pytest
from django.urls import reverse

from integrations.models import ExternalLink, OutboxEntry, SyncLog
from integrations.salesforce import SYSTEM
from integrations.sandbox.salesforce.jungo import MEANING
from integrations.sync import reconcile
from tests.salesforce_loop import OFFICER, edit_here

pytestmark = pytest.mark.django_db


def given_away(salesforce, borrower: str) -> str:
    """A loan of that borrower's that Hermes has."""
    loan = salesforce.loan(borrower)
    salesforce.poll()
    salesforce.edit(loan, officer="Somebody Else")
    salesforce.later(3600)
    # The next poll begins here, long after the loan was edited.
    salesforce.loan(salesforce.borrower("Moss"))
    for _ in range(2):
        salesforce.poll()
    return loan


@pytest.mark.parametrize(("policy", "phone"), [("keep", "5550143"), ("stop", "")])
def test_its_borrower_is_followed_by_polls_and_messages_unless_we_are_to_stop(
    salesforce, relayed, settings, policy, phone
):
    settings.SALESFORCE_LOAN_OFFICER_CHANGE_POLICY = policy
    borrower = salesforce.borrower()
    loan = given_away(salesforce, borrower)
    salesforce.org.edit("contact", borrower, Phone="5550143")

    salesforce.poll()
    assert salesforce.linked("contact", borrower).phone == phone

    salesforce.later(60)
    salesforce.org.edit("loan", loan, amount=1)
    salesforce.org.edit("contact", borrower, Email="ada@new.example")
    relayed.deliver()
    assert salesforce.deal(loan).value == (1 if policy == "keep" else 250_000)
    address = "ada@new.example" if policy == "keep" else "Quill@quill.example"
    assert salesforce.linked("contact", borrower).email == address
    assert ExternalLink.objects.get(remote_id=loan).state == "live"


@pytest.mark.parametrize(("policy", "value"), [("keep", 1), ("stop", 250_000)])
def test_a_comparison_repairs_what_no_poll_saw_unless_we_are_to_stop(
    salesforce, settings, policy, value
):
    settings.SALESFORCE_LOAN_OFFICER_CHANGE_POLICY = policy
    loan = given_away(salesforce, salesforce.borrower())
    salesforce.org.edit("loan", loan, amount=1)

    reconcile.reconcile(SYSTEM)

    assert salesforce.deal(loan).value == value
    assert ExternalLink.objects.get(remote_id=loan).state == "live"


@pytest.mark.parametrize("tells", ["the write", "the night"])
def test_where_we_are_to_stop_nothing_goes_to_another_officers_loan_until_it_is_back(
    salesforce, settings, admin_client, tells
):
    settings.SALESFORCE_LOAN_OFFICER_CHANGE_POLICY = "stop"
    settings.SALESFORCE_WRITE_ENABLED, settings.PIPEDRIVE_API_TOKEN = True, ""
    loan = given_away(salesforce, salesforce.borrower())
    salesforce.org.edit("loan", loan, amount=300_000)
    if tells == "the night":
        reconcile.reconcile(SYSTEM)
    edit_here(salesforce.deal(loan), value=260_000)

    assert salesforce.send() == []

    why = "The loan is another officer's by now, and nothing more goes to it."
    assert OutboxEntry.objects.get().last_error == why
    assert not SyncLog.objects.filter(topic="withheld").exists()
    link = ExternalLink.objects.get(remote_id=loan)
    address = reverse("record-compare", args=["deal", link.record_id, link.pk])
    assert "Hermes takes nothing of it. Its loan officer is another" in (
        admin_client.get(address).content.decode()
    )
    salesforce.later(60)
    salesforce.org.edit("loan", loan, officer=OFFICER)
    salesforce.poll()
    edit_here(salesforce.deal(loan), value=270_000)
    assert [call.body for call in salesforce.send()] == [{MEANING["amount"]: 270_000}]


def test_a_loan_that_we_stopped_at_goes_on_as_soon_as_we_are_to_keep_it(salesforce, settings):
    settings.SALESFORCE_LOAN_OFFICER_CHANGE_POLICY = "stop"
    settings.SALESFORCE_WRITE_ENABLED, settings.PIPEDRIVE_API_TOKEN = True, ""
    loan = given_away(salesforce, salesforce.borrower())
    reconcile.reconcile(SYSTEM)
    edit_here(salesforce.deal(loan), value=260_000)
    salesforce.send()

    settings.SALESFORCE_LOAN_OFFICER_CHANGE_POLICY = "keep"
    reconcile.reconcile(SYSTEM)

    assert [call.body for call in salesforce.send()] == [{MEANING["amount"]: 260_000}]
