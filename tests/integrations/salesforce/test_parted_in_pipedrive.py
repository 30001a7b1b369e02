"""Borrowers who were merged with others here, and parted again: what Pipedrive has of them."""

from __future__ import annotations

import pytest

from companies.merging import merge, undo
from contacts.models import Contact
from integrations.models import OutboxEntry, OutboxState
from integrations.sync import changes, outbox_entries
from integrations.sync.system import get
from tests.factories import ContactFactory
from tests.integrations.salesforce.in_pipedrive import deals, due_now, number_of, persons

pytestmark = pytest.mark.django_db


@pytest.fixture
def parted(loans, pipedrive):
    """A borrower who was part of somebody without a number of Salesforce's, and is so no more."""
    borrower = loans.borrower()
    loans.loan(borrower)
    loans.poll()
    pipedrive.send()
    other = ContactFactory(
        first_name="Hanno", last_name="Brandt", email="h@b.example", company=None
    )
    pipedrive.send()
    row = merge(winner=other, losers=[loans.linked("contact", borrower)])
    pipedrive.send()
    undo(row, Contact)
    return borrower


def stuck():
    dead = OutboxEntry.objects.filter(state=OutboxState.DEAD)
    return sorted(dead.values_list("kind", "last_error"))


def test_who_is_parted_is_made_again_with_number_and_deal(loans, pipedrive, parted):
    for _ in range(3):
        due_now()
        pipedrive.send()

    assert stuck() == []
    number = number_of(pipedrive, "contact")
    by_number = {one["custom_fields"].get(number): one["id"] for one in persons(pipedrive)}
    assert len(persons(pipedrive)) == 2
    assert deals(pipedrive)[0]["person_id"] == by_number[parted]
    assert pipedrive.linked("contact", by_number[parted]) == loans.linked("contact", parted)


def test_a_deal_that_stopped_for_its_person_goes_when_that_is_there(loans, pipedrive):
    borrower = loans.borrower()
    loan = loans.loan(borrower)
    loans.poll()
    person = loans.linked("contact", borrower)
    changes.spread()
    OutboxEntry.objects.filter(kind="contact").update(state=OutboxState.DEAD)
    pipedrive.send()
    assert stuck() == [
        ("contact", ""),
        ("deal", "Its contact could not be sent; mend that first"),
    ]

    outbox_entries.add(get("pipedrive"), [("contact", person.pk)])
    for _ in range(2):
        due_now()
        pipedrive.send()

    assert stuck() == []
    assert deals(pipedrive)[0]["person_id"] == persons(pipedrive)[0]["id"]
    assert pipedrive.linked("deal", deals(pipedrive)[0]["id"]) == loans.deal(loan)
