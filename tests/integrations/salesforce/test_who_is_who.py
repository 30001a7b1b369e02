"""Borrowers and co-borrowers: when two are one, and when one is two."""

from __future__ import annotations

import json

import pytest

from contacts.models import Contact
from integrations.models import ExternalLink, PossibleDuplicate, SyncLog
from tests.factories import ContactFactory
from tests.integrations.salesforce.test_mapping import COBORROWER, co

pytestmark = pytest.mark.django_db

HOME = "home@quill.example"


@pytest.fixture
def couples(salesforce, settings):
    """The org, where co-borrowers are followed."""
    settings.SALESFORCE_COBORROWER_FIELDS = json.dumps(COBORROWER)
    return salesforce


def replace(couples, borrower: str, **values) -> Contact:
    """Other values in the co-borrower's place, an hour later; who is there now."""
    couples.later(3600)
    couples.org.edit("contact", borrower, **co(**values))
    couples.poll()
    return couples.linked("contact", f"{borrower}:co-borrower")


# -- merges there -----------------------------------------------------------------------------


def test_two_borrowers_with_loans_who_became_one_there_are_one_here(salesforce):
    loser, winner = salesforce.borrower("Quill"), salesforce.borrower("Quell")
    loans = [salesforce.loan(loser), salesforce.loan(winner)]
    salesforce.poll()
    assert Contact.objects.count() == 2
    salesforce.later(3600)
    salesforce.org.merge(loser, winner)

    salesforce.poll()

    live = Contact.objects.get()
    assert salesforce.linked("contact", loser) == salesforce.linked("contact", winner) == live
    assert [salesforce.deal(loan).contact for loan in loans] == [live, live]
    assert ExternalLink.objects.get(remote_id=loser).state == "alias"


def test_a_message_of_the_merge_of_two_borrowers_makes_them_one(relayed, salesforce):
    loser, winner = salesforce.borrower("Quill"), salesforce.borrower("Quell")
    for one in (loser, winner):
        salesforce.loan(one)
    salesforce.poll()
    relayed.happened()
    salesforce.later(60)
    salesforce.org.merge(loser, winner)

    relayed.deliver()

    assert salesforce.linked("contact", loser) == Contact.objects.get()


def test_a_borrower_without_a_loan_left_who_became_another_is_that_one(relayed, salesforce):
    loser, winner = salesforce.borrower("Quill"), salesforce.borrower("Quell")
    loan = salesforce.loan(loser)
    salesforce.loan(winner)
    salesforce.poll()
    salesforce.later(60)
    salesforce.org.edit("loan", loan, borrower=winner)
    relayed.deliver()
    salesforce.later(60)
    salesforce.org.merge(loser, winner)

    relayed.deliver()

    assert salesforce.linked("contact", loser) == Contact.objects.get()


def test_a_loan_that_is_given_to_another_borrower_makes_no_merge(salesforce):
    first, second = salesforce.borrower("Quill"), salesforce.borrower("Moss")
    loan = salesforce.loan(first)
    salesforce.loan(second)
    salesforce.poll()
    salesforce.later(60)
    salesforce.org.edit("loan", loan, borrower=second)

    salesforce.poll()

    assert Contact.objects.count() == 2
    assert salesforce.deal(loan).contact == salesforce.linked("contact", second)
