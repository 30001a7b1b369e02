"""Deals that people made in Pipedrive of loans, with the number that lenders know them by."""

from __future__ import annotations

import json

import pytest

from companies.merging import merge
from integrations.models import ExternalLink, OutboxEntry
from integrations.sandbox.salesforce.jungo import MEANING
from integrations.sync import by_hand, poll
from integrations.sync.system import get
from tests.integrations.salesforce.in_pipedrive import deals, due_now, made, number_of, set_up

pytestmark = pytest.mark.django_db


@pytest.fixture
def numbered(loans, pipedrive, settings):
    """The key of a field of the account's own that shows the loan's number."""
    key = made(pipedrive, "Loan number", "varchar")["field_code"]
    settings.SALESFORCE_FIELD_MAP = json.dumps(
        {"loan_number": {"source": MEANING["number"], "target": key}}
    )
    return set_up(pipedrive, key)


def a_loan(loans, pipedrive, **values):
    loan = loans.loan(**values)
    loans.poll()
    pipedrive.send()
    return loan


def test_a_deal_that_people_made_is_found_by_the_loans_number(loans, pipedrive, numbered):
    deal = pipedrive.create("deal", title="Old title", custom_fields={numbered: "4711"})

    loan = a_loan(loans, pipedrive, number="4711")

    [now] = deals(pipedrive)
    assert (now["id"], now["title"]) == (deal["id"], "Quill - 12 Elm Street")
    assert now["custom_fields"][number_of(pipedrive, "deal")] == loan
    assert pipedrive.linked("deal", deal["id"]) == loans.deal(loan)


def test_a_deal_with_the_loans_number_that_is_another_loans_is_not_taken(
    loans, pipedrive, numbered
):
    other = {number_of(pipedrive, "deal"): "a0X5f000000ZzZzEAK", numbered: "4711"}
    deal = pipedrive.create("deal", title="Another's", custom_fields=other)
    like_it = pipedrive.create("deal", title="Like it", custom_fields={numbered: "47112"})

    loan = a_loan(loans, pipedrive, number="4711")

    titles = {one["id"]: one["title"] for one in deals(pipedrive)}
    assert (titles[deal["id"]], titles[like_it["id"]]) == ("Another's", "Like it")
    assert (len(titles), loans.deal(loan).name) == (3, "Quill - 12 Elm Street")


def test_of_two_deals_with_the_loans_number_none_is_chosen(loans, pipedrive, numbered):
    for title in ("One", "Two"):
        pipedrive.create("deal", title=title, custom_fields={numbered: "4711"})

    a_loan(loans, pipedrive, number="4711")

    assert {one["title"] for one in deals(pipedrive)} == {"One", "Two"}
    entry = OutboxEntry.objects.get(kind="deal", system="pipedrive")
    assert "2 deals in Pipedrive have the loan number 4711" in entry.last_error


# -- deals that Hermes has already ----------------------------------------------------------


def a_deal_from_pipedrive(pipedrive, numbered, how="a message", **values):
    """A deal with a loan's number that Hermes knows before it hears of the loan."""
    values = {"title": "Old title", "custom_fields": {numbered: "4711"}} | values
    deal = pipedrive.create("deal", **values)
    if how == "a message":
        pipedrive.tell("create", "deal", deal["id"])
    else:
        poll.backfill(get("pipedrive"))
    pipedrive.send()
    assert pipedrive.linked("deal", deal["id"]) is not None
    return deal


@pytest.mark.parametrize("how", ["a message", "the first reading"])
def test_a_deal_that_hermes_has_already_is_not_made_once_more(loans, pipedrive, numbered, how):
    deal = a_deal_from_pipedrive(pipedrive, numbered, how)

    loan = a_loan(loans, pipedrive, number="4711")

    assert deals(pipedrive) == [pipedrive.account.record("deal", deal["id"])]
    [entry] = OutboxEntry.objects.filter(kind="deal", system="pipedrive", state="dead")
    assert entry.record_id == loans.deal(loan).pk
    assert f"Pipedrive's deal {deal['id']} has the loan number 4711" in entry.last_error
    assert "“Old title”: merge the two" in entry.last_error


def test_when_the_two_are_merged_the_deal_is_the_loans(loans, pipedrive, numbered):
    deal = a_deal_from_pipedrive(pipedrive, numbered)
    loan = a_loan(loans, pipedrive, number="4711")

    merge(winner=pipedrive.linked("deal", deal["id"]), losers=[loans.deal(loan)], by="Anna")
    due_now()
    pipedrive.send()

    [now] = deals(pipedrive)
    assert now["custom_fields"][number_of(pipedrive, "deal")] == loan
    assert loans.deal(loan) == pipedrive.linked("deal", deal["id"])


@pytest.mark.parametrize("ended", [{"is_archived": True}, {"status": "lost"}])
def test_one_that_people_lost_or_put_away_stays_as_it_is(loans, pipedrive, numbered, ended):
    deal = a_deal_from_pipedrive(pipedrive, numbered)
    pipedrive.account.update("deal", deal["id"], **ended)
    was = pipedrive.account.record("deal", deal["id"])

    a_loan(loans, pipedrive, number="4711")

    assert deals(pipedrive) == [was]


def test_what_stands_there_now_counts_and_not_what_stood_there(loans, pipedrive, numbered):
    deal = a_deal_from_pipedrive(pipedrive, numbered)
    pipedrive.account.update("deal", deal["id"], custom_fields={numbered: "4712"})

    loan = a_loan(loans, pipedrive, number="4711")

    assert {one["title"] for one in deals(pipedrive)} == {"Old title", "Quill - 12 Elm Street"}
    assert loans.deal(loan) != pipedrive.linked("deal", deal["id"])


def test_a_deal_that_a_person_took_apart_from_the_loan_is_another_one(loans, pipedrive, numbered):
    deal = pipedrive.create("deal", title="Old title", custom_fields={numbered: "4711"})
    loan = a_loan(loans, pipedrive, number="4711")
    link = ExternalLink.objects.get(system="pipedrive", kind="deal", remote_id=str(deal["id"]))
    pipedrive.account.update("deal", deal["id"], custom_fields={number_of(pipedrive, "deal"): None})

    by_hand.unlink(link, "Anna")
    pipedrive.tell("change", "deal", deal["id"])
    pipedrive.send()
    by_hand.push(get("pipedrive"), "deal", loans.deal(loan).pk)
    pipedrive.send()

    assert len(deals(pipedrive)) == 2
