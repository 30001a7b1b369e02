"""What change events have Hermes read again."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
import time_machine
from django.utils import timezone

from contacts.models import Contact
from deals.models import Deal
from integrations import tasks
from integrations.models import Connection, ExternalLink, WebhookEvent
from integrations.salesforce import SYSTEM, inbound
from integrations.sandbox.salesforce.by_hand import Late
from integrations.sync import inbox, poll, reconcile, upkeep
from tests.at_once import together

pytestmark = pytest.mark.django_db


def states(events) -> list[str]:
    return [event.state for event in events]


def try_again_in(seconds: float) -> None:
    """Let so much time go by here."""
    with time_machine.travel(timezone.now() + timedelta(seconds=seconds)):
        inbox.drain()


def reset_tries() -> None:
    WebhookEvent.objects.update(next_attempt_at=timezone.now())


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


# -- deletions ------------------------------------------------------------------------------------


def gone(loan: str) -> bool:
    return ExternalLink.objects.get(kind="deal", remote_id=loan).state == "gone"


def test_a_deleted_loan_ends_its_link_and_leaves_the_deal(relayed, salesforce, loan):
    salesforce.org.delete("loan", loan)

    (event,) = relayed.deliver()

    assert event.state == "done"
    assert gone(loan)
    assert Deal.objects.get().archived_at is None


def test_a_deletion_that_cannot_be_confirmed_is_believed(relayed, salesforce, loan):
    salesforce.org.delete("loan", loan)
    salesforce.org.erase("loan", loan)

    relayed.deliver()

    assert gone(loan)


def test_the_deletion_of_a_loan_that_hermes_does_not_have_is_ignored(relayed, salesforce):
    loan = salesforce.loan()
    salesforce.org.delete("loan", loan)
    event = relayed.happened()[-1]
    salesforce.sandbox.forget_calls()

    (event,) = relayed.deliver(event)

    assert (event.state, event.note) == ("ignored", "Hermes has no record of it")
    assert not salesforce.queries()
    assert not ExternalLink.objects.filter(kind="deal").exists()


def test_a_deletion_that_was_undone_meanwhile_ends_nothing(relayed, salesforce, loan):
    salesforce.org.delete("loan", loan)
    deletion = relayed.happened()
    salesforce.later(60)
    salesforce.org.undelete("loan", loan)
    undeletion = relayed.happened()

    relayed.deliver(*undeletion)
    relayed.deliver(*deletion)

    assert not gone(loan)


def test_a_loan_that_was_deleted_and_came_back_is_followed_again(relayed, salesforce, loan):
    salesforce.org.delete("loan", loan)
    relayed.deliver()
    salesforce.later(60)
    salesforce.org.undelete("loan", loan)
    salesforce.org.edit("loan", loan, amount=300_000)

    relayed.deliver()

    assert not gone(loan)
    assert salesforce.deal(loan).value == 300_000


def test_a_gap_where_a_deletion_may_be_ends_only_what_is_deleted(relayed, salesforce, loan):
    other = salesforce.loan(name="Another")
    salesforce.poll()
    salesforce.org.delete("loan", other)

    relayed.deliver(relayed.emit("GAP_DELETE", loan, other))

    assert (gone(loan), gone(other)) == (False, True)


def test_a_gap_of_a_loan_that_is_hidden_from_us_ends_nothing(relayed, salesforce, loan):
    salesforce.org.share("loan", loan, shared=False)

    relayed.deliver(relayed.emit("GAP_DELETE", loan))

    assert not gone(loan)


# -- before it can be seen ------------------------------------------------------------------------


def test_an_event_before_its_change_is_committed_is_tried_again_once(relayed, salesforce, loan):
    salesforce.later(60)
    salesforce.org.edit("loan", loan, amount=300_000, late=Late(20, told=True))

    (event,) = relayed.deliver()
    assert (event.state, event.attempts) == ("retrying", 1)
    assert salesforce.deal(loan).value == 250_000

    salesforce.later(30)
    try_again_in(31)
    assert WebhookEvent.objects.get().state == "done"
    assert salesforce.deal(loan).value == 300_000


def test_an_event_whose_change_never_comes_to_light_is_tried_again_only_once(
    relayed, salesforce, loan
):
    salesforce.later(60)
    at = int(salesforce.sandbox.clock.time() * 1000)

    relayed.deliver(relayed.emit("UPDATE", loan, commitTimestamp=at))
    try_again_in(31)

    event = WebhookEvent.objects.get()
    assert (event.state, event.attempts) == ("done", 2)


def test_a_loan_that_is_not_shown_is_looked_for_three_times_more_and_no_longer(relayed, salesforce):
    loan = salesforce.loan()
    salesforce.org.share("loan", loan, shared=False)
    (event,) = [one for one in relayed.happened() if one.object.endswith("__c")]

    relayed.deliver(event)
    for seconds in (31, 62, 93, 124):
        try_again_in(seconds)

    event = WebhookEvent.objects.get()
    assert (event.state, event.attempts) == ("ignored", 4)
    assert event.note == "Salesforce does not show it"


def test_a_read_that_fails_is_tried_again_and_nothing_is_lost(relayed, salesforce, loan):
    salesforce.org.edit("loan", loan, amount=300_000)
    salesforce.sandbox.trouble.add("error", system="salesforce", times=5, status=503)
    assert states(relayed.deliver()) == ["retrying"]

    reset_tries()
    inbox.drain()

    assert WebhookEvent.objects.get().state == "done"
    assert salesforce.deal(loan).value == 300_000


def test_events_that_fail_together_are_read_one_by_one(relayed, salesforce, monkeypatch):
    loans = [salesforce.loan(name=f"Loan {number}") for number in range(3)]

    def fails_for_one(row, how, read=inbound.loan):
        if row["Id"] == loans[1]:
            raise RuntimeError("a row that nobody foresaw")
        return read(row, how)

    monkeypatch.setattr(inbound, "loan", fails_for_one)

    events = relayed.deliver(*[relayed.emit("UPDATE", pk) for pk in loans])

    assert states(events) == ["done", "retrying", "done"]
    assert Deal.objects.count() == 2


# -- what asks for more ---------------------------------------------------------------------------


def test_a_gap_is_read_and_has_a_poll_made_at_once(relayed, salesforce, loan):
    salesforce.org.edit("loan", loan, amount=300_000)
    assert SYSTEM not in upkeep.due_for_poll()

    relayed.deliver(relayed.emit("GAP_UPDATE", loan))

    assert salesforce.deal(loan).value == 300_000
    assert SYSTEM in upkeep.due_for_poll()
    salesforce.poll()
    assert SYSTEM not in upkeep.due_for_poll()


def test_a_poll_that_was_asked_for_and_failed_is_made_at_the_usual_time(relayed, salesforce, loan):
    relayed.deliver(relayed.emit("GAP_UPDATE", loan))
    salesforce.sandbox.trouble.add("error", system="salesforce", times=None, status=503)
    with pytest.raises(Exception, match="503"):
        salesforce.poll()

    assert SYSTEM not in upkeep.due_for_poll()
    assert Connection.objects.get(system="salesforce").poll_asked_at is not None
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert SYSTEM in upkeep.due_for_poll()


def test_what_is_asked_for_during_a_poll_is_left_for_the_next(relayed, salesforce, loan):
    relayed.deliver(relayed.emit("GAP_UPDATE", loan))
    event = relayed.emit("GAP_UPDATE", loan)

    def meanwhile(kind, counts):
        relayed.deliver(event)

    poll.poll(SYSTEM, progress=meanwhile)

    assert SYSTEM in upkeep.due_for_poll()


@pytest.mark.parametrize(
    ("change", "ids"), [("GAP_OVERFLOW", []), ("UPDATE", ["a0X*"]), ("DELETE", ["*"])]
)
def test_too_many_changes_to_name_have_everything_compared(relayed, salesforce, loan, change, ids):
    missed = salesforce.loan(name="Nobody told of it")

    (event,) = relayed.deliver(relayed.emit(change, *ids))

    assert (event.state, event.note) == ("done", "It asks for a reconcile")
    assert upkeep.due_for_comparison() == [SYSTEM]
    reconcile.reconcile(SYSTEM)
    assert salesforce.deal(missed)
    assert upkeep.due_for_comparison() == []


def test_what_is_asked_for_is_started_by_the_timer(relayed, loan, monkeypatch):
    started = []
    for task in (tasks.poll_system, tasks.reconcile_system):
        monkeypatch.setattr(task, "apply_async", lambda args, **_: started.append(args))
    relayed.deliver(relayed.emit("GAP_UPDATE", loan), relayed.emit("GAP_OVERFLOW"))

    tasks.poll_due()

    assert [args for args in started if args == ["salesforce"]] == [["salesforce"]] * 2
