"""What of Salesforce is not taken, and how staff hear of it."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from integrations.models import ExternalLink, StageMapping, SyncLog
from integrations.salesforce import SYSTEM
from integrations.sandbox.salesforce import by_hand
from integrations.sandbox.salesforce.field_changes import set_field
from integrations.sync import poll, reconcile
from tests.salesforce_loop import OFFICER

pytestmark = pytest.mark.django_db

AMOUNT, STATUS = "MtgPlanner_CRM__Loan_Amount_1st_TD__c", "MtgPlanner_CRM__Status__c"


def edit_unseen(salesforce, loan, **values):
    """A change that moves no time of change, as those of formulas are."""
    row = salesforce.org.row("loan", loan)
    stamps = {name: row[name] for name in ("LastModifiedDate", "SystemModstamp")}
    salesforce.org.edit("loan", loan, **values, **stamps)


def change_field(salesforce, name, **how):
    account = salesforce.org.account
    with account.writing():
        set_field(account, by_hand.entity(account, "loan"), name, how)


def said(topic: str) -> list[str]:
    notes = SyncLog.objects.filter(topic=topic).order_by("pk")
    return list(notes.values_list("message", flat=True))


# -- statuses -------------------------------------------------------------------------------


@pytest.mark.parametrize("walk", [poll.poll, poll.backfill, reconcile.reconcile])
def test_a_run_reports_how_many_loans_are_in_statuses_that_nobody_mapped(
    salesforce, admin_client, walk
):
    for status in ("On Hold", "On Hold", "Needs List", "Application"):
        salesforce.loan(status=status)

    run = walk(SYSTEM)

    lines = run.report.splitlines()
    assert lines[-2:] == [
        "deal: 2 with the status On Hold, which nobody has mapped",
        "deal: 1 with the status Needs List, which nobody has mapped",
    ]
    page = admin_client.get(f"/admin/integrations/syncrun/{run.pk}/change/")
    assert lines[-2] in page.content.decode()


def test_a_run_without_such_loans_reports_nothing(salesforce):
    salesforce.loan()
    salesforce.loan(status="Cancelled")

    assert "mapped" not in salesforce.poll().report


def test_staff_hear_once_of_each_status_that_nobody_mapped(salesforce):
    for status in ("On Hold", "Needs List"):
        salesforce.loan(status=status)
        for _ in range(2):
            salesforce.poll()
            salesforce.later(60)

    held, needed = said("unmapped")
    assert "On Hold" in held
    assert "Needs List" in needed


def test_a_new_value_of_the_picklist_is_told_before_any_loan_has_it(salesforce):
    salesforce.loan()
    salesforce.poll()
    change_field(salesforce, STATUS, picklist=["Application", ["Brand New", "New"]])
    cache.clear()

    salesforce.poll()
    salesforce.poll()

    [message] = said("unmapped")
    assert "Brand New" in message
    assert not StageMapping.objects.get(remote_stage="Brand New").is_mapped


# -- borrowers ------------------------------------------------------------------------------


def test_a_loan_that_is_left_out_for_want_of_a_borrower_is_told_once(salesforce):
    loan = salesforce.loan(name="Elm Street")
    salesforce.org.edit("loan", loan, borrower=None)
    for amount in (1, 2):
        salesforce.poll()
        salesforce.later(60)
        salesforce.org.edit("loan", loan, amount=amount)
    reconcile.reconcile(SYSTEM)

    assert said("left_out") == [
        f"Salesforce's deal Elm Street ({loan}) is left out: "
        "It has no borrower, and no deal is made without"
    ]
    salesforce.org.edit("loan", loan, borrower=salesforce.borrower())
    salesforce.poll()
    assert salesforce.deal(loan).name == "Elm Street"


def test_a_loan_whose_borrower_we_may_not_see_is_not_said_to_have_none(salesforce):
    borrower = salesforce.borrower()
    loan = salesforce.loan(borrower)
    salesforce.org.share("contact", borrower, shared=False)

    salesforce.poll()

    assert said("left_out") == [
        f"Salesforce's deal Quill - 12 Elm Street ({loan}) is left out: "
        "Salesforce does not show us its borrower, and no deal is made without"
    ]


def test_a_loan_that_is_nobodys_here_on_purpose_is_not_told(salesforce):
    salesforce.loan(status="Cancelled")
    salesforce.org.edit("loan", salesforce.loan(officer="Somebody Else"), borrower=None)

    reconcile.reconcile(SYSTEM)

    assert said("left_out") == []


def test_a_borrower_who_is_taken_off_stays_on_the_deal_and_staff_hear_of_it_once(salesforce):
    borrower = salesforce.borrower()
    loan = salesforce.loan(borrower)
    salesforce.poll()
    for amount in (1, 2):
        salesforce.later(60)
        salesforce.org.edit("loan", loan, borrower=None, amount=amount)
        salesforce.poll()

    deal = salesforce.deal(loan)
    assert (deal.value, deal.contact) == (2, salesforce.linked("contact", borrower))
    assert ExternalLink.objects.get(remote_id=borrower).state == "live"
    assert said("emptied_there") == [
        "Salesforce no longer has a contact for it. Ours stays as it is"
    ]
    assert SyncLog.objects.get(topic="emptied_there").record_id == deal.pk


def test_another_borrower_who_takes_the_place_is_taken_over(salesforce):
    loan = salesforce.loan()
    salesforce.poll()
    for borrower in (None, salesforce.borrower("Okoro")):
        salesforce.later(60)
        salesforce.org.edit("loan", loan, borrower=borrower)
        salesforce.poll()

    assert salesforce.deal(loan).contact.name == "Ada Okoro"


def test_a_borrower_whom_we_may_not_see_was_not_taken_off(salesforce):
    borrower = salesforce.borrower()
    loan = salesforce.loan(borrower)
    salesforce.poll()
    salesforce.later(60)
    salesforce.org.share("contact", borrower, shared=False)
    salesforce.org.edit("loan", loan, amount=1)

    salesforce.poll()

    assert (salesforce.deal(loan).value, said("emptied_there")) == (1, [])
    assert salesforce.deal(loan).contact == salesforce.linked("contact", borrower)


# -- what no poll sees ----------------------------------------------------------------------


def test_a_formulas_new_result_is_found_by_the_comparison(salesforce):
    change_field(salesforce, AMOUNT, calculated=True)
    loan = salesforce.loan()
    salesforce.poll()
    edit_unseen(salesforce, loan, amount=300_000)
    salesforce.poll()

    reconcile.reconcile(SYSTEM)

    assert salesforce.deal(loan).value == 300_000


@pytest.mark.parametrize(("policy", "value"), [("keep", 300_000), ("stop", 250_000)])
def test_a_loan_that_is_another_officers_now_is_compared_unless_we_are_to_stop(
    salesforce, settings, policy, value
):
    settings.SALESFORCE_LOAN_OFFICER_CHANGE_POLICY = policy
    loan = salesforce.loan()
    salesforce.poll()
    edit_unseen(salesforce, loan, officer="Somebody Else", amount=300_000)

    reconcile.reconcile(SYSTEM)

    assert salesforce.deal(loan).value == value
    assert ExternalLink.objects.get(remote_id=loan).state == "live"


@pytest.mark.parametrize(("policy", "value"), [("keep", 300_000), ("stop", 250_000)])
def test_events_of_a_loan_that_is_another_officers_now_follow_the_policy_too(
    relayed, salesforce, settings, loan, policy, value
):
    settings.SALESFORCE_LOAN_OFFICER_CHANGE_POLICY = policy
    salesforce.later(60)
    salesforce.org.edit("loan", loan, officer="Somebody Else", amount=300_000)

    relayed.deliver()

    assert salesforce.deal(loan).value == value


@pytest.mark.parametrize("mode", ["owner", "lookup"])
@pytest.mark.parametrize("by", ["id", "name"])
def test_loans_are_chosen_by_a_user_by_id_or_by_name(salesforce, settings, mode, by):
    settings.SALESFORCE_LOAN_OFFICER_MODE = mode
    settings.SALESFORCE_LOAN_OFFICER_FIELD = "OwnerId"
    loan = salesforce.loan(officer="Whoever")
    users = {user["Id"]: user["Name"] for user in salesforce.org.rows("user")}
    owner = salesforce.org.row("loan", loan)["OwnerId"]
    other = next(pk for pk in users if pk != owner)
    another = salesforce.loan(OwnerId=other)
    settings.SALESFORCE_LOAN_OFFICER_USER_ID = owner[:15] if by == "id" else ""
    settings.SALESFORCE_LOAN_OFFICER = OFFICER if by == "id" else users[owner].upper()

    salesforce.poll()

    assert salesforce.deal(loan)
    assert salesforce.linked("deal", another) is None
