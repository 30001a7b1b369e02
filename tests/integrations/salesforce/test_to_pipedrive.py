"""Loans and borrowers on their way from Salesforce, through Hermes, to Pipedrive."""

from __future__ import annotations

import pytest

from contacts.models import Contact
from deals.models import Deal
from integrations.models import OutboxEntry, OutboxState, RemoteField, SyncCursor
from integrations.pipedrive import keys, setup
from integrations.sync.errors import Misconfigured
from tests.integrations.salesforce.in_pipedrive import (
    deals,
    due_now,
    edit_there,
    number_of,
    persons,
    stage,
)

pytestmark = pytest.mark.django_db


# -- new loans ------------------------------------------------------------------------------


def test_a_loan_is_a_person_and_a_deal_with_the_numbers_of_salesforce(loans, pipedrive):
    borrower = loans.borrower(Phone="+1 202 555 0143")
    loan = loans.loan(borrower, status="Submitted")

    loans.poll()
    pipedrive.send()

    [person], [deal] = persons(pipedrive), deals(pipedrive)
    assert (person["name"], person["org_id"]) == ("Ada Quill", None)
    assert person["custom_fields"][number_of(pipedrive, "contact")] == borrower
    assert (deal["title"], deal["value"]) == ("Quill - 12 Elm Street", 250_000)
    assert (deal["person_id"], deal["org_id"]) == (person["id"], None)
    assert deal["stage_id"] == stage(pipedrive, "Loan In Process")["id"]
    assert deal["custom_fields"][number_of(pipedrive, "deal")] == loan


def test_polled_and_sent_twice_and_told_in_any_order_each_is_there_once(loans, pipedrive):
    loans.loan()
    for _ in range(2):
        loans.poll()
        pipedrive.send()
    events = [
        pipedrive.event("create", "person", persons(pipedrive)[0]["id"]),
        pipedrive.event("create", "deal", deals(pipedrive)[0]["id"]),
    ]

    pipedrive.deliver(*events, *reversed(events), *events)
    loans.poll()

    assert pipedrive.send() == []
    assert (len(persons(pipedrive)), len(deals(pipedrive))) == (1, 1)
    assert (Contact.objects.count(), Deal.objects.count()) == (1, 1)


def test_two_loans_of_one_borrower_are_one_person_with_two_deals(loans, pipedrive):
    borrower = loans.borrower()
    loans.loan(borrower)
    loans.loan(borrower, name="Quill - 14 Elm Street")

    loans.poll()
    pipedrive.send()

    assert len(persons(pipedrive)) == 1
    assert {deal["person_id"] for deal in deals(pipedrive)} == {persons(pipedrive)[0]["id"]}


@pytest.mark.parametrize("path", ["/api/v2/persons", "/api/v2/deals"])
def test_a_call_whose_answer_was_lost_makes_nothing_twice(loans, pipedrive, path):
    loans.loan()
    loans.poll()
    pipedrive.sandbox.trouble.add("error_after", path=path, method="POST")

    pipedrive.send()
    due_now()
    pipedrive.send()
    due_now()
    pipedrive.send()

    assert (len(persons(pipedrive)), len(deals(pipedrive))) == (1, 1)


def test_a_loan_that_pipedrive_cannot_take_keeps_no_other_back_and_is_tried_again(loans, pipedrive):
    first, second = loans.loan(name="First"), loans.loan(name="Second")
    pipedrive.sandbox.trouble.add("error", path="/api/v2/deals", method="POST", times=1)
    run = loans.poll()

    pipedrive.send()

    assert run.state == "done"
    assert SyncCursor.objects.get(system="salesforce", kind="deal").watermark is not None
    assert len(deals(pipedrive)) == 1
    failed = OutboxEntry.objects.get(kind="deal", last_error__contains="500")
    assert (failed.state, failed.attempts) == (OutboxState.RETRYING, 1)
    due_now()
    pipedrive.send()
    assert {deal["title"] for deal in deals(pipedrive)} == {"First", "Second"}
    assert {loans.deal(first).name, loans.deal(second).name} == {"First", "Second"}


# -- edits ----------------------------------------------------------------------------------


def test_an_edited_amount_costs_one_write_and_leaves_a_stage_that_was_moved_by_hand(
    loans, pipedrive
):
    loan = loans.loan()
    loans.poll()
    pipedrive.send()
    [deal] = deals(pipedrive)
    moved = stage(pipedrive, "Clear To Close")["id"]
    edit_there(pipedrive, deal, stage_id=moved)

    loans.org.edit("loan", loan, amount=260_000)
    loans.poll()
    sent = pipedrive.send()

    assert [(call.method, call.body) for call in sent] == [("PATCH", {"value": 260_000.0})]
    assert deals(pipedrive)[0]["stage_id"] == moved
    loans.poll()
    assert pipedrive.send() == []


def test_the_numbers_are_put_right_where_somebody_changed_them(loans, pipedrive):
    loan = loans.loan()
    loans.poll()
    pipedrive.send()
    [deal] = deals(pipedrive)
    key = number_of(pipedrive, "deal")
    edit_there(pipedrive, deal, custom_fields={key: "none of your business"})

    pipedrive.send()

    assert deals(pipedrive)[0]["custom_fields"][key] == loan


def test_a_borrowers_new_address_is_one_read_and_one_write(loans, pipedrive):
    borrower = loans.borrower()
    loans.loan(borrower)
    loans.poll()
    pipedrive.send()
    loans.org.edit("contact", borrower, Email="ada@new.example")
    pipedrive.sandbox.forget_calls()

    loans.poll()
    [call] = pipedrive.send()

    # What changed, and what left: an empty poll asks as much.
    assert len(loans.queries()) == 2
    assert [one for one in pipedrive.sandbox.calls if one.system == "pipedrive"] == [call]
    assert (call.method, call.path) == ("PATCH", f"/api/v2/persons/{persons(pipedrive)[0]['id']}")
    assert call.body["emails"][0]["value"] == "ada@new.example"


# -- the two fields -------------------------------------------------------------------------


def test_without_salesforce_an_account_gets_no_fields_for_its_numbers(pipedrive):
    assert "salesforce_id" not in keys.keys()["deal"]
    assert not RemoteField.objects.filter(field="salesforce_id").exists()


def test_fields_that_are_there_already_are_given_by_the_environment(loans, pipedrive, settings):
    own = pipedrive.account.add_field("deal", "SF loan", "varchar")
    settings.PIPEDRIVE_SALESFORCE_LOAN_ID_KEY = own
    keys.forget()

    plan = setup.plan()

    assert plan.found["deal", "salesforce_id"]["field_code"] == own
    loan = loans.loan()
    loans.poll()
    pipedrive.send()
    assert deals(pipedrive)[0]["custom_fields"][own] == loan


@pytest.mark.parametrize("key", ["abc", "Z" * 40])
def test_a_key_that_is_none_is_refused(settings, key):
    settings.PIPEDRIVE_SALESFORCE_LOAN_ID_KEY = key
    keys.forget()

    with pytest.raises(Misconfigured, match="PIPEDRIVE_SALESFORCE_LOAN_ID_KEY: a key is 40"):
        keys.keys()
