"""Loans and borrowers that are in Pipedrive before Hermes comes."""

from __future__ import annotations

import pytest

from contacts.models import Contact
from deals.models import Deal
from integrations.models import OutboxEntry, OutboxState
from integrations.pipedrive import keys
from integrations.sandbox.salesforce.jungo import MEANING
from integrations.sync import by_hand, poll
from integrations.sync.system import get
from tests.admin.records.timelines import sentences, timeline
from tests.integrations.salesforce.in_pipedrive import (
    deals,
    due_now,
    edit_there,
    number_of,
    persons,
    stage,
    there,
)
from tests.salesforce_loop import edit_here

pytestmark = pytest.mark.django_db

#: A number of Salesforce's that leads nowhere.
LONG = "0015f00002JUXA8AAP"


def test_what_another_program_made_in_pipedrive_is_found_by_its_number(loans, pipedrive):
    borrower = loans.borrower()
    loan = loans.loan(borrower)
    person = there(pipedrive, "person", borrower, name="Ada Q.")
    moved = stage(pipedrive, "Pre-Approved")["id"]
    deal = there(pipedrive, "deal", loan, title="Old title", stage_id=moved)

    loans.poll()
    pipedrive.send()

    assert (len(persons(pipedrive)), len(deals(pipedrive))) == (1, 1)
    assert pipedrive.linked("contact", person["id"]) == loans.linked("contact", borrower)
    assert pipedrive.linked("deal", deal["id"]) == loans.deal(loan)
    now = deals(pipedrive)[0]
    assert (now["title"], now["person_id"]) == ("Quill - 12 Elm Street", person["id"])
    # People move deals: the stage is theirs.
    assert now["stage_id"] == moved
    assert loans.deal(loan).stage.name == "Pre-Approved"


def test_a_number_of_fifteen_characters_is_the_same_as_one_of_eighteen(loans, pipedrive):
    borrower = loans.borrower()
    loan = loans.loan(borrower)
    there(pipedrive, "person", borrower[:15], name="Ada Quill")
    there(pipedrive, "deal", loan[:15], title="Quill")

    loans.poll()
    pipedrive.send()

    assert (len(persons(pipedrive)), len(deals(pipedrive))) == (1, 1)


@pytest.mark.parametrize("written", [str.lower, str.upper])
def test_a_number_whose_case_was_lost_on_the_way_is_the_same(loans, pipedrive, written):
    borrower = loans.borrower()
    loan = loans.loan(borrower)
    person = there(pipedrive, "person", written(borrower), name="Ada Quill")
    deal = there(pipedrive, "deal", written(loan), title="Quill")

    pipedrive.tell("create", "person", person["id"])
    pipedrive.tell("create", "deal", deal["id"])
    pipedrive.send()
    loans.poll()
    pipedrive.send()

    assert (len(persons(pipedrive)), len(deals(pipedrive))) == (1, 1)
    assert Deal.objects.get() == loans.deal(loan)


@pytest.mark.parametrize("ended", [{"is_archived": True}, {"status": "lost"}])
def test_a_deal_that_a_person_put_away_or_lost_is_found_and_left_alone(loans, pipedrive, ended):
    loan = loans.loan()
    deal = there(pipedrive, "deal", loan, title="Old title", **ended)
    was = pipedrive.account.record("deal", deal["id"])

    loans.poll()
    pipedrive.send()
    loans.org.edit("loan", loan, amount=260_000, status="Approved")
    loans.poll()
    pipedrive.send()

    assert pipedrive.linked("deal", deal["id"]) == loans.deal(loan)
    assert pipedrive.account.records("deal") == [was]


def test_a_linked_deal_that_a_person_archives_is_not_updated_any_more(loans, pipedrive):
    loan = loans.loan()
    loans.poll()
    pipedrive.send()
    [deal] = deals(pipedrive)
    edit_there(pipedrive, deal, is_archived=True)

    loans.org.edit("loan", loan, amount=260_000)
    loans.poll()

    assert pipedrive.send() == []
    edit_there(pipedrive, deal, is_archived=False)
    [call] = pipedrive.send()
    assert call.body == {"value": 260_000.0}


def test_a_deal_that_is_archived_there_says_so_in_its_timeline(loans, pipedrive, admin_client):
    loan = loans.loan()
    loans.poll()
    pipedrive.send()
    [deal] = deals(pipedrive)

    edit_there(pipedrive, deal, is_archived=True)

    assert sentences(timeline(admin_client, loans.deal(loan), show="messages"))[0] == (
        "Pipedrive says that it was changed there. "
        "It is archived there, and nothing goes to it before it is back."
    )


def test_a_person_with_the_address_and_a_name_that_is_alike_is_the_borrower(loans, pipedrive):
    borrower = loans.borrower(Email="ada@quill.example")
    loans.loan(borrower)
    emails = [{"value": "ADA@quill.example", "primary": True}]
    person = pipedrive.create("person", name="Ada M. Quill", emails=emails)

    loans.poll()
    pipedrive.send()

    assert [one["id"] for one in persons(pipedrive)] == [person["id"]]
    assert pipedrive.linked("contact", person["id"]) == loans.linked("contact", borrower)
    assert persons(pipedrive)[0]["custom_fields"][number_of(pipedrive, "contact")] == borrower


@pytest.mark.parametrize(
    "other",
    [{"name": "Tom Quill"}, {"name": "Ada Quill", "number": LONG}],
    ids=["another name", "another number"],
)
def test_a_person_who_only_shares_the_address_is_another_one(loans, pipedrive, other):
    loans.loan(loans.borrower(Email="home@quill.example"))
    emails = [{"value": "home@quill.example", "primary": True}]
    there(pipedrive, "person", other.get("number"), name=other["name"], emails=emails)

    loans.poll()
    pipedrive.send()

    assert len(persons(pipedrive)) == 2


def test_of_several_persons_none_is_chosen_and_staff_are_asked(loans, pipedrive):
    loan = loans.loan(loans.borrower(Email="home@quill.example"))
    emails = [{"value": "home@quill.example", "primary": True}]
    first, second = [pipedrive.create("person", name="Ada Quill", emails=emails) for _ in "12"]

    loans.poll()
    pipedrive.send()

    assert len(persons(pipedrive)) == 2
    stopped = OutboxEntry.objects.get(kind="contact", state=OutboxState.DEAD)
    assert f"{first['id']}, {second['id']}" in stopped.last_error
    by_hand.link_to(loans.deal(loan).contact, get("pipedrive"), str(second["id"]), "Anna")
    OutboxEntry.objects.filter(kind="deal").update(state=OutboxState.WAITING)
    due_now()
    pipedrive.send()
    assert deals(pipedrive)[0]["person_id"] == second["id"]


# -- what Pipedrive tells of first ----------------------------------------------------------


def test_a_deal_that_names_a_loan_has_it_read_and_is_it(loans, pipedrive):
    borrower = loans.borrower()
    loan = loans.loan(borrower)
    person = there(pipedrive, "person", borrower, name="Ada Quill")
    deal = there(pipedrive, "deal", loan, title="Old title", person_id=person["id"], status="lost")
    was = pipedrive.account.record("deal", deal["id"])

    pipedrive.tell("create", "deal", deal["id"])
    pipedrive.tell("create", "person", person["id"])
    pipedrive.send()
    loans.poll()
    pipedrive.send()

    assert (Deal.objects.count(), Contact.objects.count()) == (1, 1)
    assert pipedrive.linked("deal", deal["id"]) == loans.deal(loan)
    # It was lost before Hermes knew it.
    assert loans.deal(loan).status == "lost"
    held = pipedrive.account.record("deal", deal["id"])
    assert held == was
    assert len(persons(pipedrive)) == 1


def test_a_number_that_leads_nowhere_is_asked_for_once_and_stays(loans, pipedrive):
    deal = there(pipedrive, "deal", LONG, title="Somebody's")
    pipedrive.tell("create", "deal", deal["id"])
    pipedrive.send()
    pipedrive.sandbox.forget_calls()

    for _ in range(3):
        pipedrive.tell("change", "deal", deal["id"])
    pipedrive.send()

    assert loans.queries() == []
    assert deals(pipedrive)[0]["custom_fields"][number_of(pipedrive, "deal")] == LONG


def test_deals_that_hermes_knew_before_salesforce_was_on_are_the_loans(loans, pipedrive, settings):
    loan = loans.loan()
    key = number_of(pipedrive, "deal")
    settings.SALESFORCE_ENABLED = False
    keys.forget()
    deal = pipedrive.create("deal", title="Old title", custom_fields={key: loan})
    pipedrive.tell("create", "deal", deal["id"])
    settings.SALESFORCE_ENABLED = True
    keys.forget()

    poll.backfill(get("pipedrive"))
    loans.poll()
    pipedrive.send()

    assert Deal.objects.count() == len(deals(pipedrive)) == 1
    assert loans.deal(loan) == pipedrive.linked("deal", deal["id"])


def test_a_deal_that_is_another_one_here_is_not_made_once_more(loans, pipedrive):
    loan = loans.loan()
    loans.poll()
    key = number_of(pipedrive, "deal")
    deal = pipedrive.create("deal", title="Old title")
    pipedrive.tell("create", "deal", deal["id"])
    pipedrive.account.update("deal", deal["id"], custom_fields={key: loan})

    pipedrive.send()

    assert len(deals(pipedrive)) == 1
    stopped = OutboxEntry.objects.get(kind="deal", state=OutboxState.DEAD)
    assert "merge the two" in stopped.last_error


def test_a_deal_that_was_there_first_is_not_written_over_a_status_that_nobody_mapped(
    loans, pipedrive, settings
):
    settings.SALESFORCE_WRITE_ENABLED = True
    loan = loans.loan(status="On Hold")
    moved = stage(pipedrive, "Pre-Approved")["id"]
    deal = there(pipedrive, "deal", loan, title="Old title", stage_id=moved)
    pipedrive.tell("create", "deal", deal["id"])
    loans.poll()
    pipedrive.send()

    edit_here(loans.deal(loan), value=1)
    loans.send()

    assert loans.org.row("loan", loan)[MEANING["status"]] == "On Hold"
    assert loans.org.row("loan", loan)[MEANING["amount"]] == 1
