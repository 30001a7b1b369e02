"""Borrowers and co-borrowers: when two are one, and when one is two."""

from __future__ import annotations

import json

import pytest

from contacts.models import Contact
from integrations.models import ExternalLink, PossibleDuplicate, SyncLog
from integrations.sandbox.salesforce.demo_settings import COBORROWER
from tests.factories import ContactFactory
from tests.salesforce_loop import co

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


# -- one address ------------------------------------------------------------------------------


def test_a_shared_address_gives_nobody_the_others_contact(couples):
    tom = ContactFactory(first_name="Tom", last_name="Quill", email=HOME, company=None)
    borrower = couples.borrower(
        Email=HOME, **co(first_name="Tom", last_name="Quill", email=HOME, phone="2025550143")
    )
    couples.loan(borrower)

    couples.poll()

    ada = couples.linked("contact", borrower)
    tom.refresh_from_db()
    assert (tom.name, ada.name, Contact.objects.count()) == ("Tom Quill", "Ada Quill", 2)
    assert couples.linked("contact", f"{borrower}:co-borrower") == tom
    assert PossibleDuplicate.objects.filter(why="the same e-mail address").count() == 1


def test_of_several_with_the_address_the_one_whose_name_is_alike_is_the_borrower(salesforce):
    ContactFactory(first_name="Tom", last_name="Quill", email=HOME, company=None)
    ada = ContactFactory(first_name="Ada M.", last_name="Quill", email=HOME, company=None)
    borrower = salesforce.borrower(Email=HOME)
    salesforce.loan(borrower)

    salesforce.poll()

    assert salesforce.linked("contact", borrower) == ada


# -- a co-borrower's place --------------------------------------------------------------------


def test_who_takes_a_coborrowers_place_is_somebody_new_and_the_other_stays_who_they_are(couples):
    first = co(first_name="Tom", last_name="Quill", email="tom@quill.example")
    borrower = couples.borrower(**first)
    couples.loan(borrower)
    couples.poll()
    tom = couples.linked("contact", f"{borrower}:co-borrower")

    ann = replace(couples, borrower, first_name="Ann", last_name="Moss", email="ann@moss.example")

    tom.refresh_from_db()
    assert (tom.name, tom.email, tom.archived_at) == ("Tom Quill", "tom@quill.example", None)
    assert (ann.name, ann.email) == ("Ann Moss", "ann@moss.example")
    told = SyncLog.objects.get(topic="replaced")
    assert (told.record_id, "Ann Moss" in told.message) == (tom.pk, True)
    back = {"first_name": "Tom", "last_name": "Quill", "email": "tom@quill.example"}
    assert replace(couples, borrower, **back) == tom


@pytest.mark.parametrize(
    "values",
    [{"last_name": "Moss"}, {"email": "tom@new.example"}, {"first_name": "Thomas J."},
     {"last_name": "Quill-Moss", "email": "tom@new.example"}],
)  # fmt: skip
def test_a_coborrower_who_changes_name_or_address_stays_one_person(couples, values):
    first = {"first_name": "Tom", "last_name": "Quill", "email": "tom@quill.example"}
    borrower = couples.borrower(**co(**first))
    couples.loan(borrower)
    couples.poll()
    tom = couples.linked("contact", f"{borrower}:co-borrower")

    now = replace(couples, borrower, **values)

    wanted = first | values
    assert now == tom
    assert now.name == f"{wanted['first_name']} {wanted['last_name']}"
    assert now.email == wanted["email"]
