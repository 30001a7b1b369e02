"""What is said of changes of which nothing goes to Salesforce: the timeline, and Compare."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact
from deals.models import Status
from integrations.models import ExternalLink, OutboxEntry
from integrations.salesforce import SYSTEM
from integrations.sandbox.salesforce.jungo import MEANING
from integrations.sync import by_hand, reconcile
from tests.admin.records.timelines import sentences, timeline
from tests.salesforce_loop import co, edit_here, told

pytestmark = pytest.mark.django_db

AMOUNT = MEANING["amount"]

KEPT_THERE = "A co-borrower is kept on the borrower's contact there, and stays as people wrote."
NOT_THERE = "Salesforce does not have it, and Hermes makes none there."


@pytest.fixture
def said(client):
    """What a record's timeline says of its sends, the newest first."""
    client.force_login(User.objects.create_superuser("ada"))

    return lambda record: sentences(timeline(client, record, show="sends"))


def outcomes(pk: str) -> dict[str, str]:
    """Field to what Compare says of it."""
    rows = by_hand.compare(SYSTEM, ExternalLink.objects.get(remote_id=pk))
    return {row.name: row.outcome for row in rows}


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        ({"status": Status.LOST}, "The deal is lost, and nothing more goes to the loan."),
        (
            {"archived_at": timezone.now()},
            "The deal is archived, and nothing more goes to the loan.",
        ),
    ],
)
def test_a_deal_that_a_person_ended_says_so_and_needs_no_call(
    writing, known, said, client, edit, why
):
    loan = known()
    deal = writing.deal(loan)
    edit_here(deal, value=1, **edit)
    writing.sandbox.forget_calls()

    assert writing.send() == []

    assert said(deal) == [f"Not sent to Salesforce. {why}"]
    assert (told(), writing.sandbox.calls) == ([], [])
    assert outcomes(loan)["value"] == f"Each side keeps its own value. {why}"
    address = reverse("admin:deals_deal_change", args=[deal.pk])
    assert why in client.get(address).content.decode()
    reconcile.reconcile(SYSTEM)
    assert not OutboxEntry.objects.filter(state="waiting").exists()


def test_a_loan_that_came_to_its_end_there_meanwhile_gets_nothing_and_both_pages_say_so(
    writing, known, said
):
    loan = known()
    writing.later(60)
    writing.org.edit("loan", loan, status="Closed")
    deal = writing.deal(loan)
    edit_here(deal, value=1)
    before = outcomes(loan)["value"]

    assert writing.send() == []

    why = "The deal is won, and nothing more goes to the loan."
    assert said(deal) == [f"Not sent to Salesforce. {why}"]
    assert before == outcomes(loan)["value"] == f"Each side keeps its own value. {why}"
    assert told() == []


def test_a_loan_that_was_deleted_there_meanwhile_is_said_not_to_be_there(writing, known, said):
    loan = known()
    deal = writing.deal(loan)
    edit_here(deal, value=1)
    writing.org.delete("loan", loan)

    assert writing.send() == []

    assert said(deal) == [f"Not sent to Salesforce. {NOT_THERE}"]
    assert told() == []


def test_a_co_borrower_who_was_edited_here_says_who_keeps_them(writing, known, said, settings):
    settings.SALESFORCE_COBORROWER_FIELDS = '{"email": "MtgPlanner_CRM__Co_Borrower_Email__c"}'
    known(borrower=writing.borrower(**co(email="rui@quill.example")))
    contact = Contact.objects.get(email="rui@quill.example")
    edit_here(contact, email="other@quill.example")

    assert writing.send() == []

    assert said(contact) == [f"Not sent to Salesforce. {KEPT_THERE}"]


def test_a_borrower_whose_name_was_emptied_here_keeps_it_there_and_both_pages_say_so(
    writing, known, said
):
    pk = writing.borrower()
    known(borrower=pk)
    contact = writing.linked("contact", pk)
    edit_here(contact, first_name="", last_name="", phone="5550143")

    assert [call.body for call in writing.send()] == [{"Phone": "5550143"}]

    assert told() == ["Name did not go to Salesforce: nobody is there without a last name"]
    assert outcomes(pk)["name"] == (
        "Each side keeps its own value: nobody is there without a last name"
    )


def test_what_is_there_already_and_what_is_held_back_are_told_apart(writing, known, said):
    loan = known()
    deal = writing.deal(loan)
    edit_here(deal, probability=50)
    writing.send()
    writing.pipeline.stages.create(name="After Care", position=9)
    edit_here(deal, stage=writing.pipeline.stages.get(name="After Care"))
    writing.send()

    assert said(deal) == [
        "Nothing was sent to Salesforce: what was changed stays here",
        "Salesforce had all of it that goes there; nothing was sent",
    ]


def test_what_could_not_be_sent_before_its_deal_ended_needs_nobody_any_more(
    writing, known, said, client
):
    loan = known()
    refused = {"method": "PATCH", "status": 400, "code": "FIELD_CUSTOM_VALIDATION_EXCEPTION"}
    writing.sandbox.trouble.add("error", **refused)
    edit_here(writing.deal(loan), value=1)
    writing.send()
    assert OutboxEntry.objects.get().state == "dead"

    edit_here(writing.deal(loan), status=Status.LOST)
    writing.send()

    assert not OutboxEntry.objects.filter(state="dead").exists()
    page = client.get(reverse("admin:deals_deal_change", args=[writing.deal(loan).pk]))
    assert [row.state.word for row in page.context["links"] if row.is_live] == ["Differs"]
