"""Loans and borrowers, read by asking what changed."""

from __future__ import annotations

import pytest

from contacts.models import Contact
from deals.models import Deal

pytestmark = pytest.mark.django_db


def test_a_loan_of_the_officer_is_a_deal_and_its_borrower_a_contact(salesforce):
    borrower = salesforce.borrower(Phone="+1 202 555 0143")
    loan = salesforce.loan(borrower)

    salesforce.poll()

    deal = salesforce.deal(loan)
    assert (deal.name, deal.kind, deal.value) == ("Quill - 12 Elm Street", "loan", 250_000)
    assert (deal.stage.name, deal.status, deal.company) == ("Application In", "open", None)
    assert deal.contact == salesforce.linked("contact", borrower)
    assert (deal.contact.name, deal.contact.email) == ("Ada Quill", "Quill@quill.example")
    assert deal.contact.role == "borrower"


def test_a_second_poll_changes_nothing(salesforce):
    salesforce.loan()
    salesforce.poll()
    salesforce.poll()

    assert (Deal.objects.count(), Contact.objects.count()) == (1, 1)


def test_another_officers_loan_is_not_ours(salesforce):
    salesforce.loan(officer="Somebody Else")

    salesforce.poll()

    assert not Deal.objects.exists()
