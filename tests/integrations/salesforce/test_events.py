"""What change events have Hermes read again."""

from __future__ import annotations

from itertools import permutations

import pytest

from contacts.models import Contact
from deals.models import Deal
from integrations.models import WebhookEvent
from integrations.sync import inbox
from tests.at_once import together
from tests.salesforce_loop import OFFICER

pytestmark = pytest.mark.django_db


def states(events) -> list[str]:
    return [event.state for event in events]


@pytest.mark.parametrize("begins", ["none", "since:{:%Y-%m-%d}"])
def test_what_a_relay_tells_of_the_past_makes_nothing_and_changes_what_we_have(
    relayed, salesforce, settings, begins
):
    ours, old = salesforce.loan(), salesforce.loan(officer="Somebody Else")
    salesforce.poll()
    relayed.happened()
    told = [relayed.emit("UPDATE", old), relayed.emit("UPDATE", ours)]
    salesforce.later(24 * 3600)
    salesforce.edit(ours, name="Renamed")
    settings.SALESFORCE_INITIAL_SYNC = begins.format(salesforce.sandbox.clock.now())
    salesforce.poll()
    salesforce.org.edit("loan", ours, amount=300_000)
    salesforce.org.edit("loan", old, officer=OFFICER)

    past, known = relayed.deliver(*told)

    assert (past.state, past.note) == ("ignored", "Hermes has no record of it")
    assert known.state == "done"
    assert salesforce.linked("deal", old) is None
    assert salesforce.deal(ours).value == 300_000
    relayed.deliver(relayed.happened()[-1])
    assert salesforce.deal(old)


# -- one read -------------------------------------------------------------------------------------


def test_a_changed_loan_is_read_once_and_is_as_it_is_there(relayed, salesforce, loan):
    salesforce.org.edit("loan", loan, amount=300_000)

    (event,) = relayed.deliver()

    assert (event.state, event.subject, event.action) == ("done", f"deal {loan}", "UPDATE")
    assert salesforce.deal(loan).value == 300_000
    assert len(salesforce.queries()) == 1


def test_a_new_loan_is_made_with_its_borrower(relayed, salesforce):
    loan = salesforce.loan()

    relayed.deliver()

    assert (Deal.objects.count(), Contact.objects.count()) == (1, 1)
    assert salesforce.deal(loan).contact.name == "Ada Quill"


def test_another_officers_loan_makes_no_deal_and_is_read_once(relayed, salesforce):
    salesforce.loan(officer="Somebody Else")
    events = [one for one in relayed.happened() if one.object.endswith("__c")]
    salesforce.sandbox.forget_calls()

    (event,) = relayed.deliver(*events)

    assert (event.state, event.note) == ("ignored", "Its loan officer is another")
    assert len(salesforce.queries()) == 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_events_delivered_thrice_in_any_order_make_one_of_each(relayed, salesforce, order):
    loan = salesforce.loan()
    salesforce.later(5)
    salesforce.org.edit("loan", loan, amount=300_000)
    events = [one for one in relayed.happened() if one.object.endswith("__c")]
    events.append(relayed.emit("GAP_UPDATE", loan))

    for _ in range(3):
        relayed.deliver(*[events[place] for place in order])

    assert (Deal.objects.count(), Contact.objects.count()) == (1, 1)
    assert salesforce.deal(loan).value == 300_000
    assert set(states(WebhookEvent.objects.all())) == {"done"}


def test_an_event_of_five_records_is_one_question(relayed, salesforce):
    loans = [salesforce.loan(name=f"Loan {number}") for number in range(5)]
    event = relayed.emit("UPDATE", *loans)
    salesforce.sandbox.forget_calls()

    relayed.deliver(event)

    assert Deal.objects.count() == 5
    assert len(salesforce.queries()) == 1


def test_several_events_of_a_batch_are_one_question(relayed, salesforce):
    loans = [salesforce.loan(name=f"Loan {number}") for number in range(5)]
    events = [relayed.emit("UPDATE", pk) for pk in (*loans, *loans)]
    salesforce.sandbox.forget_calls()

    relayed.deliver(*events)

    assert (Deal.objects.count(), len(salesforce.queries())) == (5, 1)


def test_loans_that_share_a_borrower_are_read_together_with_the_co_borrower(
    relayed, salesforce, settings
):
    borrower = salesforce.borrower()
    loans = [salesforce.loan(borrower, name=f"Loan {number}") for number in range(2)]
    strangers = salesforce.loan(salesforce.borrower("Hale"))
    events = [relayed.emit("UPDATE", pk) for pk in (*loans, strangers)]

    assert states(relayed.deliver(*events)) == ["done"] * 3

    assert (Deal.objects.count(), Contact.objects.count()) == (3, 2)
    assert salesforce.deal(loans[0]).contact == salesforce.deal(loans[1]).contact


def test_ids_of_fifteen_letters_mean_the_same_record(relayed, salesforce, loan):
    salesforce.org.edit("loan", loan, amount=300_000)

    relayed.deliver(relayed.emit("UPDATE", loan[:15]))

    assert salesforce.deal(loan).value == 300_000
    assert Deal.objects.count() == 1


def test_an_event_that_is_older_than_a_poll_changes_nothing(relayed, salesforce, loan):
    salesforce.org.edit("loan", loan, amount=300_000)
    old = relayed.happened()
    salesforce.later(60)
    salesforce.org.edit("loan", loan, amount=400_000)
    salesforce.poll()
    before = salesforce.deal(loan).updated_at

    relayed.deliver(*old)

    assert (salesforce.deal(loan).value, salesforce.deal(loan).updated_at) == (400_000, before)


@pytest.mark.django_db(transaction=True)
def test_an_event_and_a_poll_of_one_new_loan_at_once_make_one_deal_and_one_person(
    relayed, salesforce
):
    salesforce.poll()
    salesforce.loan()
    for event in relayed.happened():
        relayed.post(relayed.message([event]))

    together(lambda number: inbox.drain() if number else salesforce.poll(), 2)

    assert (Deal.objects.count(), Contact.objects.count()) == (1, 1)


# -- what says nothing ----------------------------------------------------------------------------


def test_a_change_of_our_own_is_not_read(relayed, salesforce, loan):
    origin = "com/salesforce/api/rest/62.0;client=hermes"

    (event,) = relayed.deliver(relayed.emit("UPDATE", loan, changeOrigin=origin))

    assert (event.state, event.note) == ("ignored", "Hermes made this change itself")
    assert not salesforce.queries()


def test_a_gap_is_read_even_if_it_is_our_own_change(relayed, salesforce, loan):
    origin = "com/salesforce/api/rest/62.0;client=hermes"

    (event,) = relayed.deliver(relayed.emit("GAP_UPDATE", loan, changeOrigin=origin))

    assert (event.state, len(salesforce.queries())) == ("done", 1)


def test_another_client_whose_name_ends_like_ours_is_not_us(relayed, salesforce, loan):
    origin = "com/salesforce/api/rest/62.0;client=not-hermes"

    (event,) = relayed.deliver(relayed.emit("UPDATE", loan, changeOrigin=origin))

    assert (event.state, len(salesforce.queries())) == ("done", 1)


def test_a_kind_of_change_that_nobody_knows_is_kept_and_left_alone(relayed, salesforce, loan):
    (event,) = relayed.deliver(relayed.emit("UPDATE", loan, changeType="SNAPSHOT"))

    assert (event.state, event.note) == ("ignored", "Hermes does nothing about SNAPSHOT")
    assert not salesforce.queries()


# -- borrowers ------------------------------------------------------------------------------------


def test_a_changed_borrower_is_read_with_the_loans_that_carry_them(relayed, salesforce, loan):
    borrower = salesforce.org.row("loan", loan)["MtgPlanner_CRM__Borrower_Name__c"]
    salesforce.org.edit("contact", borrower, Phone="+1 202 555 0143")

    (event,) = relayed.deliver()

    assert event.state == "done"
    assert salesforce.linked("contact", borrower).phone.endswith("0143")
    assert len(salesforce.queries()) == 1


def test_a_contact_that_is_no_borrower_of_ours_is_not_read(relayed, salesforce, loan):
    salesforce.borrower("Stranger")
    salesforce.sandbox.forget_calls()

    (event,) = relayed.deliver()

    assert (event.state, event.note) == ("ignored", "Hermes has no record of it")
    assert not salesforce.queries()


def test_a_borrower_whose_loan_is_gone_is_read_alone(relayed, salesforce, loan):
    borrower = salesforce.org.row("loan", loan)["MtgPlanner_CRM__Borrower_Name__c"]
    salesforce.org.delete("loan", loan)
    relayed.deliver()
    salesforce.org.edit("contact", borrower, Phone="+1 202 555 0143")

    relayed.deliver()

    assert salesforce.linked("contact", borrower).phone.endswith("0143")


def test_a_borrower_who_was_merged_into_another_contact_stays_one_person(relayed, salesforce, loan):
    borrower = salesforce.org.row("loan", loan)["MtgPlanner_CRM__Borrower_Name__c"]
    other = salesforce.borrower("Quill-Hale", Email="somebody@else.example")
    salesforce.later(60)
    salesforce.org.merge(borrower, other)

    relayed.deliver()
    salesforce.later(60)
    salesforce.poll()

    assert Contact.objects.filter(archived_at=None).count() == 1
    assert salesforce.deal(loan).contact == salesforce.linked("contact", other)
