"""What is changed here, on its way back to Salesforce."""

from __future__ import annotations

import json
from datetime import date

import pytest

from contacts.models import Contact
from deals.models import Deal, Status
from integrations.models import ExternalLink, OutboxEntry, OutboxState, SyncLog
from integrations.salesforce import SYSTEM, outbound
from integrations.salesforce.described import Schema
from integrations.salesforce.names import names
from integrations.salesforce.rows import HowToRead
from integrations.salesforce.stages import Stages
from integrations.sandbox.salesforce.jungo import MEANING
from integrations.sync import by_hand, reconcile
from integrations.sync.system import Outgoing
from tests.factories import ContactFactory
from tests.salesforce_loop import edit_here, told

pytestmark = pytest.mark.django_db

AMOUNT, STATUS, CLOSE = MEANING["amount"], MEANING["status"], MEANING["close_date"]


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


@pytest.mark.parametrize(
    ("there", "here", "sent"),
    [
        ("Tom Quill Jr.", "Tom Smith Jr.", {"LastName": "Smith"}),
        ("Tom Quill Jr.", "Eve Quill Jr.", {"FirstName": "Eve"}),
        ("Tom Quill Jr.", "Eve Smith Jr.", {"FirstName": "Eve", "LastName": "Smith"}),
        ("Tom M. Quill", "Tom M. Smith", {"LastName": "Smith"}),
        ("Tom M. Quill", "Eve M. Quill", {"FirstName": "Eve"}),
        ("Tom Quill", "", {}),
    ],
)
def test_a_middle_name_and_what_follows_a_name_stay_where_they_are(there, here, sent):
    held = {"name": there, "first_name": "Tom", "last_name": "Quill"}
    outgoing = Outgoing("contact", 1, {"name": here}, frozenset({"name"}), {}, held)
    fields = {name: {"updateable": True} for name in ("FirstName", "LastName")}
    schema = Schema(names(), {}, fields)

    how = HowToRead({}, "", {}, {}, Stages({}, None), bool)

    assert outbound.built(outgoing, schema, how).body == sent


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
    assert told() == [
        "Stage did not go to Salesforce: "
        "several statuses there mean this stage (Clear to Close, Docs Out)"
    ]
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
    assert told() == [
        "Name did not go to Salesforce: its name here is made of several fields there"
    ]


def test_a_deals_name_goes_to_the_field_that_it_is_read_from(writing, known, settings):
    field = "MtgPlanner_CRM__Loan_Program_1st_TD__c"
    settings.SALESFORCE_FIELD_MAP = json.dumps({"title": field})
    loan = known(**{field: "Quill, first house"})
    edit_here(writing.deal(loan), name="Quill, second house")

    assert [call.body for call in writing.send()] == [{field: "Quill, second house"}]

    assert writing.deal(loan).name == "Quill, second house"
    assert writing.org.row("loan", loan)["Name"] == "Quill - 12 Elm Street"


def test_a_field_that_nobody_may_write_there_is_left_out(writing, known):
    from integrations.sandbox.salesforce import by_hand
    from integrations.sandbox.salesforce.field_changes import set_field

    account = writing.org.account
    set_field(account, by_hand.entity(account, "loan"), AMOUNT, {"calculated": True})
    loan = known()
    edit_here(writing.deal(loan), value=1, name="Q")

    assert [call.body for call in writing.send()] == [{"Name": "Q"}]
    assert writing.send() == []
    edit_here(writing.deal(loan), value=2)
    assert writing.send() == []
    assert told() == [f"Value did not go to Salesforce: our user may not edit {AMOUNT} there"]


def test_a_stage_that_no_status_means_is_told_on_the_record_and_by_a_comparison(writing, known):
    loan = known(status="Pre-Approved")
    edit_here(writing.deal(loan), value=1)
    writing.pipeline.stages.create(name="After Care", position=9)
    move(writing, loan, "After Care")

    assert [call.body for call in writing.send()] == [{AMOUNT: 1}]

    deal = writing.deal(loan)
    assert SyncLog.objects.get(topic="withheld").record_id == deal.pk
    rows = by_hand.compare(SYSTEM, ExternalLink.objects.get(remote_id=loan))
    outcomes = {row.name: row.outcome for row in rows}
    assert outcomes["stage"] == (
        "Each side keeps its own value: no status there means this stage and status"
    )
    assert outcomes["value"] == "The same on both sides"


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


def test_a_deal_of_somebody_whom_salesforce_does_not_have_is_written_all_the_same(writing, known):
    loan = known()
    edit_here(writing.deal(loan), contact=ContactFactory(), value=1)

    assert [call.body for call in writing.send()] == [{AMOUNT: 1}]


def test_the_event_of_our_own_write_says_nothing(writing, relayed, known):
    loan = known()
    relayed.happened()
    edit_here(writing.deal(loan), value=1)
    writing.send()

    [event] = relayed.deliver()

    assert (event.state, event.note) == ("ignored", "Hermes made this change itself")


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


def test_a_new_loan_in_a_status_that_nobody_mapped_keeps_it_there(writing, known):
    loan = known(status="On Hold")

    edit_here(writing.deal(loan), value=1)

    assert [call.body for call in writing.send()] == [{AMOUNT: 1}]
