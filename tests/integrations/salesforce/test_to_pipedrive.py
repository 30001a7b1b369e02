"""Loans and borrowers on their way from Salesforce, through Hermes, to Pipedrive."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import Contact
from deals.models import Deal
from integrations.models import OutboxEntry, OutboxState, RemoteField
from integrations.pipedrive import keys, setup
from integrations.sync import by_hand, poll
from integrations.sync.errors import Misconfigured
from integrations.sync.system import get
from tests.salesforce_loop import STAGES

pytestmark = pytest.mark.django_db

#: A number of Salesforce's that leads nowhere.
LONG = "0015f00002JUXA8AAP"


@pytest.fixture
def loans(salesforce, pipedrive):
    """Both connected; Pipedrive has the pipeline that loans go through."""
    # Pipedrive's messages are compared with when we wrote there.
    pipedrive.sandbox.clock.set(timezone.now())
    pipeline = pipedrive.create("pipeline", name="Loans")
    pipedrive.tell("create", "pipeline", pipeline["id"])
    for name in STAGES:
        stage = pipedrive.create("stage", name=name, pipeline_id=pipeline["id"])
        pipedrive.tell("create", "stage", stage["id"])
    pipedrive.account.switches.set(search_lag_seconds=0)
    pipedrive.sandbox.forget_calls()
    return salesforce


def edit_there(pipedrive, deal, **values):
    """Somebody edits a deal in Pipedrive a moment later, and Hermes hears of it."""
    pipedrive.sandbox.clock.advance(2)
    pipedrive.account.update("deal", deal["id"], **values)
    pipedrive.tell("change", "deal", deal["id"])


def number_of(pipedrive, kind):
    return pipedrive.key(kind, "salesforce_id")


def persons(pipedrive):
    return list(pipedrive.account.records("person"))


def deals(pipedrive):
    return list(pipedrive.account.records("deal"))


def stage(pipedrive, name):
    return next(one for one in pipedrive.account.records("stage") if one["name"] == name)


def due_now():
    OutboxEntry.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))


def there(pipedrive, entity, number, **values):
    """A record that another program made in Pipedrive, with Salesforce's number on it."""
    kind = {"person": "contact"}.get(entity, entity)
    return pipedrive.create(entity, custom_fields={number_of(pipedrive, kind): number}, **values)


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


# -- what was there before ------------------------------------------------------------------


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
    by_hand.push(get("pipedrive"), "deal", loans.deal(loan).pk)
    [call] = pipedrive.send()
    assert call.body == {"value": 260_000.0}


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


def test_one_loan_that_pipedrive_fails_to_take_holds_up_no_other(loans, pipedrive):
    borrower = loans.borrower()
    numbers = [loans.loan(borrower, name=f"Loan {place}") for place in range(3)]
    loans.poll()
    pipedrive.send()
    loans.later(3600)
    for number in numbers:
        loans.org.edit("loan", number, amount=1)
    loans.poll()
    failing = deals(pipedrive)[1]["id"]
    pipedrive.sandbox.trouble.add(
        "error", system="pipedrive", method="PATCH", path=f"/api/v2/deals/{failing}",
        times=None, status=500,
    )  # fmt: skip

    pipedrive.send()
    assert [deal["value"] for deal in deals(pipedrive)] == [1, 250_000, 1]

    pipedrive.sandbox.trouble.clear()
    due_now()
    pipedrive.send()
    assert [deal["value"] for deal in deals(pipedrive)] == [1, 1, 1]
