"""What is written to Salesforce while people work there, and while it refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.models import Conflict, ExternalLink, OutboxEntry, OutboxState, SyncLog
from integrations.salesforce import SYSTEM
from integrations.salesforce.refusals import refusal
from integrations.sandbox.salesforce import by_hand
from integrations.sandbox.salesforce.field_changes import set_field
from integrations.sandbox.salesforce.jungo import MEANING
from integrations.sync import reconcile, switching
from integrations.sync.apply_page import apply_page
from integrations.sync.errors import Rejected
from tests.salesforce_loop import edit_here

pytestmark = pytest.mark.django_db

AMOUNT, STATUS = MEANING["amount"], MEANING["status"]


def edit_there_now(salesforce, kind, pk, **values) -> None:
    """Somebody edits it there after all that was edited here."""
    salesforce.sandbox.clock.set(timezone.now() + timedelta(seconds=20))
    salesforce.org.edit(kind, pk, **values)


# -- what both sides changed ------------------------------------------------------------------


def test_what_people_changed_there_meanwhile_is_read_first_and_stays(writing, known):
    loan = known()
    edit_here(writing.deal(loan), value=1)
    writing.org.edit("loan", loan, name="Quill - the new house")

    assert [call.body for call in writing.send()] == [{AMOUNT: 1}]
    assert writing.deal(loan).name == "Quill - the new house"
    assert writing.org.row("loan", loan)["Name"] == "Quill - the new house"


def test_a_newer_value_there_is_not_written_over(writing, known):
    loan = known()
    edit_here(writing.deal(loan), value=1)
    edit_there_now(writing, "loan", loan, amount=2)

    assert writing.send() == []
    assert writing.deal(loan).value == 2
    assert Conflict.objects.get().winner == "remote"


def test_an_older_value_there_is_written_over_and_both_are_shown(writing, known):
    loan = known()
    writing.org.edit("loan", loan, amount=2)
    edit_here(writing.deal(loan), value=1)

    assert [call.body for call in writing.send()] == [{AMOUNT: 1}]
    conflict = Conflict.objects.get()
    assert (conflict.hub_value, conflict.remote_value, conflict.winner) == ("1", "2", "hub")
    assert writing.send() == []


def test_a_page_that_was_read_before_the_write_and_comes_after_it_takes_nothing_back(
    writing, known
):
    loan = known()
    pages = list(SYSTEM.connect().pages("deal", timezone.now() - timedelta(days=3)))
    writing.later(5)
    edit_here(writing.deal(loan), value=1)
    writing.send()

    for page in pages:
        apply_page(page.records, system=SYSTEM)

    assert writing.deal(loan).value == 1
    assert writing.send() == []


def test_a_loan_that_was_deleted_there_is_not_written_and_its_deal_stays(writing, known):
    loan = known()
    edit_here(writing.deal(loan), value=1)
    writing.org.delete("loan", loan)

    assert writing.send() == []
    assert ExternalLink.objects.get(remote_id=loan).state == "gone"
    assert writing.deal(loan).value == 1
    assert OutboxEntry.objects.get().state == OutboxState.DISCARDED


def test_a_loan_that_is_hidden_from_us_is_said_to_be(writing, known):
    loan = known()
    edit_here(writing.deal(loan), value=1)
    writing.org.share("loan", loan, shared=False)

    assert writing.send() == []
    assert "does not show it to us" in OutboxEntry.objects.get().last_error


# -- switched on later ------------------------------------------------------------------------


def test_switched_on_for_one_deal_it_alone_is_brought_up_to_date(writing, known, settings):
    settings.SALESFORCE_WRITE_ENABLED = False
    first, second = known(), known(name="Quill - 14 Elm Street")
    for loan in (first, second):
        edit_here(writing.deal(loan), value=1)
    writing.send()

    switching.say_of_record(SYSTEM, "deal", writing.deal(first).pk, True, by="Anna")

    [call] = writing.send()
    assert (call.path.rpartition("/")[2], call.body) == (first, {AMOUNT: 1})


def test_switched_on_for_all_nothing_is_lost_and_nothing_newer_is_written_over(
    writing, known, settings
):
    settings.SALESFORCE_WRITE_ENABLED = False
    borrower = writing.borrower()
    first, second = known(borrower=borrower), known(borrower=borrower, name="Another")
    for record in (writing.deal(first), writing.deal(second)):
        edit_here(record, value=1)
    edit_here(writing.linked("contact", borrower), phone="1")
    writing.send()
    edit_there_now(writing, "loan", second, amount=2)

    for kind in ("contact", "deal"):
        switching.say_of_kind(SYSTEM, kind, True, by="Anna")
    reconcile.reconcile(SYSTEM)

    assert sorted(call.body.popitem() for call in writing.send()) == [(AMOUNT, 1), ("Phone", "1")]
    assert writing.deal(second).value == 2


# -- trouble ----------------------------------------------------------------------------------


def test_a_locked_row_is_tried_three_times_and_then_later(writing, known):
    loan = known()
    locked = {"method": "PATCH", "status": 400, "code": "UNABLE_TO_LOCK_ROW"}
    writing.sandbox.trouble.add("error", times=4, **locked)
    edit_here(writing.deal(loan), value=1)

    assert len(writing.send()) == 3
    assert OutboxEntry.objects.get().state == OutboxState.RETRYING
    OutboxEntry.objects.update(next_attempt_at=timezone.now())
    assert [call.status for call in writing.send()] == [400, 204]
    assert writing.org.row("loan", loan)[AMOUNT] == 1


def test_a_write_whose_answer_was_lost_is_found_to_be_there(writing, known):
    loan = known()
    writing.sandbox.trouble.add("error_after", method="PATCH", times=3)
    edit_here(writing.deal(loan), value=1)
    writing.send()

    OutboxEntry.objects.update(next_attempt_at=timezone.now())

    assert writing.send() == []
    assert OutboxEntry.objects.get().state == OutboxState.DONE
    assert writing.org.row("loan", loan)[AMOUNT] == 1


def test_a_value_that_salesforce_refuses_needs_a_person_and_names_the_field(writing, known):
    pk = writing.borrower()
    known(borrower=pk)
    edit_here(writing.linked("contact", pk), email="no address")

    writing.send()

    stopped = OutboxEntry.objects.get(state=OutboxState.DEAD)
    assert (stopped.reason, stopped.kind) == ("rejected", "contact")
    assert stopped.last_error.startswith("Salesforce refuses the change. Email: ")


@pytest.mark.parametrize(
    "code", ["FIELD_CUSTOM_VALIDATION_EXCEPTION", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"]
)
def test_a_rule_of_the_orgs_is_told_in_its_own_words(code):
    told = [{"errorCode": code, "message": "Ask Anna first", "fields": [STATUS, AMOUNT]}]

    error = refusal("PATCH sobjects/Loan__c/a0X", 400, told)

    assert isinstance(error, Rejected)
    assert str(error) == f"Salesforce refuses the change. {STATUS}, {AMOUNT}: Ask Anna first"


def test_of_a_field_that_became_read_only_staff_are_told_and_the_others_go_at_once(writing, known):
    loan, account = known(), writing.org.account
    set_field(account, by_hand.entity(account, "loan"), AMOUNT, {"calculated": True})
    edit_here(writing.deal(loan), value=1, name="Q")

    refused, taken = writing.send()

    assert (refused.status, refused.body) == (400, {AMOUNT: 1, "Name": "Q"})
    assert (taken.status, taken.body) == (204, {"Name": "Q"})
    assert OutboxEntry.objects.get().fields_sent == ["name"]
    [told] = SyncLog.objects.filter(topic="withheld")
    assert told.message.startswith(
        f"Value did not go to Salesforce: our user may not edit {AMOUNT}"
    )
    assert writing.send() == []


def test_what_is_refused_though_it_may_be_edited_is_tried_twice_and_then_needs_a_person(
    writing, known
):
    loan = known()
    writing.sandbox.trouble.add(
        "error", method="PATCH", status=400, code="INVALID_FIELD_FOR_INSERT_UPDATE", times=9
    )
    edit_here(writing.deal(loan), value=1)

    assert len(writing.send()) == 2
    assert OutboxEntry.objects.get().state == OutboxState.DEAD
