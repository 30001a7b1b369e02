"""What is changed here, on its way back to Salesforce."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from contacts.models import Contact
from deals.models import Deal, Status
from integrations.models import Conflict, ExternalLink, OutboxEntry, OutboxState
from integrations.salesforce import SYSTEM
from integrations.salesforce.refusals import refusal
from integrations.sandbox.salesforce.jungo import MEANING
from integrations.sync import reconcile, switching
from integrations.sync.errors import Rejected

pytestmark = pytest.mark.django_db

AMOUNT, STATUS, CLOSE = MEANING["amount"], MEANING["status"], MEANING["close_date"]


@pytest.fixture
def writing(salesforce, settings):
    """Changes here go to Salesforce, and to nobody else."""
    settings.SALESFORCE_WRITE_ENABLED = True
    settings.PIPEDRIVE_API_TOKEN = ""
    return salesforce


@pytest.fixture
def known(writing):
    """Makes a loan there that Hermes has."""

    def make(**values):
        loan = writing.loan(**values)
        writing.poll()
        writing.sandbox.forget_calls()
        return loan

    return make


def edit_here(record, **values) -> None:
    type(record).objects.filter(pk=record.pk).update(updated_at=timezone.now(), **values)


def edit_there_now(salesforce, kind, pk, **values) -> None:
    """Somebody edits it there after all that was edited here."""
    salesforce.sandbox.clock.set(timezone.now() + timedelta(seconds=20))
    salesforce.org.edit(kind, pk, **values)


def move(salesforce, loan, stage) -> None:
    edit_here(salesforce.deal(loan), stage=salesforce.pipeline.stages.get(name=stage))


def state_of(salesforce, loan):
    """All that a poll could have changed."""
    links = ExternalLink.objects.order_by("pk").values_list("remote_id", "snapshot", "state")
    return salesforce.deal(loan).updated_at, list(links), Deal.objects.get().events.count()


# -- what goes there --------------------------------------------------------------------------


def test_an_edit_is_one_write_and_the_polls_that_follow_change_and_send_nothing(writing, known):
    loan = known()
    edit_here(writing.deal(loan), value=260_000)

    [call] = writing.send()

    assert (call.path.rpartition("/")[2], call.body) == (loan, {AMOUNT: 260_000})
    assert call.headers["sforce-call-options"] == "client=hermes"
    assert writing.org.row("loan", loan)[AMOUNT] == 260_000
    before = state_of(writing, loan)
    for _ in range(2):
        writing.poll()
        assert writing.send() == []
    assert state_of(writing, loan) == before


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ({"name": "Quill - 14 Elm Street"}, {"Name": "Quill - 14 Elm Street"}),
        ({"expected_close_on": date(2027, 3, 1)}, {CLOSE: "2027-03-01"}),
        ({"value": None}, {AMOUNT: None}),
        ({"value": "260000.75", "name": "Q"}, {AMOUNT: 260_000.75, "Name": "Q"}),
    ],
)
def test_only_what_changed_of_a_loan_goes_there(writing, known, here, there):
    loan = known()
    edit_here(writing.deal(loan), **here)

    assert [call.body for call in writing.send()] == [there]


@pytest.mark.parametrize(
    ("borrower", "here", "there"),
    [
        ({}, {"email": "ada@new.example"}, {"Email": "ada@new.example"}),
        ({}, {"email": ""}, {"Email": None}),
        ({}, {"phone": "+1 202 555 0199"}, {"Phone": "+1 202 555 0199"}),
        ({"MobilePhone": "1"}, {"phone": "2"}, {"MobilePhone": "2"}),
        ({}, {"last_name": "Smith"}, {"LastName": "Smith"}),
        ({"FirstName": "Ada May"}, {"last_name": "May Smith"}, {"LastName": "Smith"}),
        ({"LastName": "van Quill"}, {"first_name": "Eve"}, {"FirstName": "Eve"}),
        ({}, {"first_name": "", "last_name": "Cher"}, {"FirstName": None, "LastName": "Cher"}),
    ],
)
def test_only_what_changed_of_a_borrower_goes_there(writing, known, borrower, here, there):
    pk = writing.borrower(**borrower)
    known(borrower=pk)
    edit_here(writing.linked("contact", pk), **here)

    [call] = writing.send()

    assert (call.path.rpartition("/")[2], call.body) == (pk, there)
    writing.poll()
    assert writing.send() == []


def test_a_stage_that_one_status_means_is_sent_as_that(writing, known):
    loan = known()
    move(writing, loan, "Getting Things Rolling")

    assert [call.body for call in writing.send()] == [{STATUS: "Getting Things Rolling"}]
    writing.poll()
    assert writing.deal(loan).stage.name == "Getting Things Rolling"


def test_a_stage_that_several_statuses_mean_is_not_guessed(writing, known):
    loan = known(status="Pre-Approved")
    move(writing, loan, "Clear To Close")

    assert writing.send() == []
    writing.poll()
    assert writing.deal(loan).stage.name == "Clear To Close"
    reconcile.reconcile(SYSTEM)
    assert not OutboxEntry.objects.exclude(state=OutboxState.DONE).exists()


def test_a_status_that_means_the_stage_already_stays_whatever_else_means_it(writing, known):
    loan = known(status="Submitted")
    move(writing, loan, "Application In")
    writing.send()
    assert writing.org.row("loan", loan)[STATUS] == "Application"

    writing.org.edit("loan", loan, status="Suspended")
    move(writing, loan, "Loan In Process")

    assert writing.send() == []
    assert writing.org.row("loan", loan)[STATUS] == "Suspended"


def test_a_deals_name_that_is_made_by_a_template_stays_here(writing, known, settings):
    settings.SALESFORCE_TITLE_TEMPLATE = "{borrower_name} - {loan_number}"
    loan = known()
    edit_here(writing.deal(loan), name="Anna's favourite")

    assert writing.send() == []


def test_a_field_that_nobody_may_write_there_is_left_out(writing, known):
    from integrations.sandbox.salesforce import by_hand
    from integrations.sandbox.salesforce.field_changes import set_field

    account = writing.org.account
    set_field(account, by_hand.entity(account, "loan"), AMOUNT, {"calculated": True})
    loan = known()
    edit_here(writing.deal(loan), value=1, name="Q")

    assert [call.body for call in writing.send()] == [{"Name": "Q"}]
    assert writing.send() == []


def test_a_deal_edited_in_pipedrive_is_written_once_in_salesforce(loans, pipedrive, settings):
    settings.SALESFORCE_WRITE_ENABLED = True
    loan = loans.loan()
    loans.poll()
    pipedrive.send()
    [deal] = pipedrive.account.records("deal")
    pipedrive.sandbox.clock.advance(2)
    pipedrive.account.update("deal", deal["id"], value=260_000)
    pipedrive.tell("change", "deal", deal["id"])

    assert [call.body for call in loans.send()] == [{AMOUNT: 260_000}]
    before = len(pipedrive.writes)
    loans.poll()
    assert loans.send() == []
    assert len(pipedrive.writes) == before
    assert loans.org.row("loan", loan)[AMOUNT] == 260_000


# -- what does not ----------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["Closed", "Cancelled"])
def test_a_loan_that_is_settled_there_gets_nothing(writing, known, status):
    loan = known()
    writing.later(60)
    writing.org.edit("loan", loan, status=status)
    edit_here(writing.deal(loan), value=1)

    # It is read before it is written, and found to be so.
    assert writing.send() == []
    edit_here(writing.deal(loan), value=2, status=Status.OPEN)
    assert writing.send() == []
    reconcile.reconcile(SYSTEM)
    assert writing.send() == []


def test_a_deal_that_a_person_ended_here_sends_nothing_more(writing, known):
    loan = known()
    edit_here(writing.deal(loan), status=Status.LOST, value=1)

    assert writing.send() == []


def test_a_co_borrower_who_is_kept_on_the_borrowers_contact_stays_as_people_there_wrote(
    writing, known, settings
):
    settings.SALESFORCE_COBORROWER_FIELDS = '{"email": "MtgPlanner_CRM__Co_Borrower_Email__c"}'
    known(borrower=writing.borrower(MtgPlanner_CRM__Co_Borrower_Email__c="rui@quill.example"))
    edit_here(Contact.objects.get(email="rui@quill.example"), email="other@quill.example")

    assert writing.send() == []


def test_nothing_goes_there_unless_somebody_says_so(writing, known, settings):
    settings.SALESFORCE_WRITE_ENABLED = False
    loan = known()
    edit_here(writing.deal(loan), value=1)

    assert writing.send() == []
    assert not OutboxEntry.objects.exists()
    reconcile.reconcile(SYSTEM)
    assert writing.send() == []


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


def test_a_loan_that_was_deleted_there_is_not_written_and_its_deal_stays(writing, known):
    loan = known()
    edit_here(writing.deal(loan), value=1)
    writing.org.delete("loan", loan)

    assert writing.send() == []
    assert ExternalLink.objects.get(remote_id=loan).state == "gone"
    assert writing.deal(loan).value == 1
    assert not OutboxEntry.objects.exclude(state=OutboxState.DONE).exists()


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


def test_a_field_that_became_read_only_is_asked_about_anew(writing, known):
    loan = known()
    writing.sandbox.trouble.add(
        "error", method="PATCH", status=400, code="INVALID_FIELD_FOR_INSERT_UPDATE"
    )
    edit_here(writing.deal(loan), value=1)
    writing.send()
    writing.hide_field(AMOUNT)

    OutboxEntry.objects.all().retry()

    assert writing.send() == []
    assert OutboxEntry.objects.get().state == OutboxState.DONE
