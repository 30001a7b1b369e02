"""Loans that change nothing here: hidden, cancelled, or of a deal that a person ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import Contact
from deals.models import Deal
from integrations.models import ExternalLink
from integrations.pipedrive import keys
from integrations.salesforce import SYSTEM
from integrations.sync import poll
from integrations.sync.apply import apply
from integrations.sync.system import get
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def loans(salesforce, pipedrive):
    """Both connected; Pipedrive's messages are compared with when we wrote there."""
    pipedrive.sandbox.clock.set(timezone.now())
    pipeline = pipedrive.create("pipeline", name="Loans")
    pipedrive.tell("create", "pipeline", pipeline["id"])
    stage = pipedrive.create("stage", name="Application In", pipeline_id=pipeline["id"])
    pipedrive.tell("create", "stage", stage["id"])
    return salesforce


def known_before(pipedrive, settings, loan: str, **values) -> dict:
    """A deal of Pipedrive's with the loan's number, which Hermes had before Salesforce was on."""
    key = pipedrive.key("deal", "salesforce_id")
    settings.SALESFORCE_ENABLED = False
    keys.forget()
    deal = pipedrive.create("deal", title="Old title", custom_fields={key: loan}, **values)
    pipedrive.tell("create", "deal", deal["id"])
    settings.SALESFORCE_ENABLED = True
    keys.forget()
    return deal


# -- what is not shown ------------------------------------------------------------------------


def test_a_late_message_of_a_loan_that_was_erased_does_not_bring_it_back(relayed, salesforce, loan):
    salesforce.org.edit("loan", loan, amount=1)
    (late,) = relayed.happened()
    salesforce.later(60)
    salesforce.org.delete("loan", loan)
    relayed.deliver()
    salesforce.org.erase("loan", loan)

    relayed.deliver(late)

    assert ExternalLink.objects.get(remote_id=loan).state == "gone"
    assert salesforce.deal(loan).value == 250_000


def test_a_mistyped_number_of_a_deal_that_we_have_leads_to_nothing(loans, pipedrive):
    key = pipedrive.key("deal", "salesforce_id")
    deal = pipedrive.create("deal", title="Somebody's")
    pipedrive.tell("create", "deal", deal["id"])
    loan = loans.loan()
    for number in ("0015f00002JUXA8AAP", loan):
        pipedrive.sandbox.clock.advance(2)
        pipedrive.account.update("deal", deal["id"], custom_fields={key: number})
        pipedrive.tell("change", "deal", deal["id"])

    loans.poll()
    pipedrive.send()

    assert Deal.objects.get() == loans.deal(loan) == pipedrive.linked("deal", deal["id"])
    assert ExternalLink.objects.filter(system="salesforce", kind="deal").count() == 1
    assert pipedrive.account.record("deal", deal["id"])["custom_fields"][key] == loan


# -- deals that a person ended ----------------------------------------------------------------


def test_a_deal_that_was_lost_before_salesforce_was_on_is_the_loan_and_stays_lost(
    loans, pipedrive, settings
):
    loan = loans.loan()
    deal = known_before(pipedrive, settings, loan, status="lost")
    Deal.objects.update(updated_at=timezone.now() - timedelta(days=30))

    poll.backfill(get("pipedrive"))
    loans.poll()
    pipedrive.send()

    ours = loans.deal(loan)
    assert (ours.status, ours.name) == ("lost", "Old title")
    assert pipedrive.account.record("deal", deal["id"])["status"] == "lost"
    assert Deal.all_objects.count() == 1


def test_a_loan_that_is_entered_anew_does_not_bring_back_the_deal_that_a_person_archived(
    salesforce,
):
    borrower = salesforce.borrower()
    loan = salesforce.loan(borrower, number="77")
    salesforce.poll()
    Deal.objects.update(archived_at=timezone.now())
    salesforce.later(60)
    salesforce.org.delete("loan", loan)
    salesforce.poll()
    again = salesforce.loan(borrower, number="77", amount=1)
    salesforce.later(60)

    salesforce.poll()

    deal = Deal.all_objects.get()
    assert (salesforce.deal(again), deal.value) == (deal, 250_000)
    assert deal.archived_at is not None


# -- loans of which nothing is made -----------------------------------------------------------


@pytest.mark.parametrize("why", [{"status": "Cancelled"}, {"officer": "Somebody Else"}])
def test_a_loan_that_makes_no_deal_takes_no_contact_of_ours_for_its_borrower(salesforce, why):
    known = ContactFactory(email="ada@quill.example", company=None, last_name="Quill")
    borrower = salesforce.borrower(Email="ada@quill.example", Phone="+1 202 555 0143")
    loan = salesforce.loan(borrower, **why)

    apply(SYSTEM.connect().fetch("deal", [loan]), system=SYSTEM)

    known.refresh_from_db()
    assert (known.first_name, known.phone) == ("Priya", "")
    assert not ExternalLink.objects.exists()


def test_a_cancelled_loan_takes_no_contact_from_a_living_one_with_the_same_address(salesforce):
    known = ContactFactory(email="home@quill.example", company=None, first_name="Ada",
                           last_name="Quill")  # fmt: skip
    first = salesforce.borrower(Email="home@quill.example")
    salesforce.loan(first, status="Cancelled")
    second = salesforce.borrower(Email="home@quill.example")
    salesforce.loan(second)

    salesforce.poll()

    assert Contact.objects.get() == known == salesforce.linked("contact", second)


def test_a_cancelled_loan_that_a_deal_of_ours_names_is_that_deal_and_changes_nothing_of_it(
    loans, pipedrive, settings
):
    loan = loans.loan(status="Cancelled")
    known_before(pipedrive, settings, loan)

    poll.backfill(get("pipedrive"))

    deal = Deal.objects.get()
    assert (loans.deal(loan), deal.name, deal.contact) == (deal, "Old title", None)
    assert not Contact.objects.exists()
    loans.later(60)
    loans.org.edit("loan", loan, status="Application")
    loans.poll()
    assert Deal.objects.get().contact == Contact.objects.get()
