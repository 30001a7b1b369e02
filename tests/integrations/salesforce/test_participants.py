"""A loan's co-borrower is a participant of its deal in Pipedrive."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies.merging import merge
from contacts.models import Contact
from integrations.models import ExternalLink, OutboxEntry, SyncLog
from integrations.sandbox.salesforce.demo_settings import COBORROWER
from integrations.sync import reconcile
from integrations.sync.system import get
from tests.integrations.salesforce.in_pipedrive import deals, due_now, edit_there, persons
from tests.salesforce_loop import co

pytestmark = pytest.mark.django_db

PATH = "/participants"
CALLS = f"*{PATH}"
TOM = co(first_name="Tom", last_name="Quill", email="tom@quill.example")


@pytest.fixture
def couples(loans, settings):
    """Loans, and where the org keeps co-borrowers."""
    settings.SALESFORCE_COBORROWER_FIELDS = json.dumps(COBORROWER)
    return loans


def polled(couples, pipedrive, **who):
    """A loan of Ada and this co-borrower, on its way; the borrower's id."""
    borrower = couples.borrower(**who)
    couples.loan(borrower)
    couples.poll()
    pipedrive.send()
    return borrower


def person(pipedrive, name):
    return next(one["id"] for one in persons(pipedrive) if one["name"] == name)


def participants(pipedrive):
    """(deal, person) of each."""
    rows = pipedrive.account.records("participant")
    return [(row["deal_id"], row["person_id"]) for row in rows]


def added(pipedrive):
    return [one for one in pipedrive.writes if one.path.endswith(PATH)]


def test_the_coborrower_is_added_to_the_deal_in_one_call(couples, pipedrive):
    polled(couples, pipedrive, **TOM)

    [deal], tom = deals(pipedrive), person(pipedrive, "Tom Quill")
    [call] = added(pipedrive)
    assert (call.path, call.body) == (f"/api/v1/deals/{deal['id']}{PATH}", {"person_id": tom})
    assert participants(pipedrive) == [(deal["id"], tom)]
    assert deal["person_id"] == person(pipedrive, "Ada Quill")


def test_nothing_is_added_again_however_often_it_is_polled_sent_and_compared(couples, pipedrive):
    polled(couples, pipedrive, **TOM)
    [deal] = deals(pipedrive)
    pipedrive.sandbox.forget_calls()

    for _ in range(2):
        couples.poll()
        pipedrive.tell("change", "deal", deal["id"])
        pipedrive.send()
    reconcile.reconcile(get("pipedrive"))
    pipedrive.send()

    assert pipedrive.writes == []


def test_a_comparison_asks_nothing_for_each_loan_by_itself(couples, pipedrive):
    asked = []
    for more in (2, 10):
        for number in range(more):
            tom = TOM | co(email=f"tom@{more}-{number}.example")
            couples.loan(couples.borrower(f"Quill{more}{number}", **tom))
        couples.poll()
        # The persons, the deals, and who is put on them.
        for _ in range(3):
            pipedrive.send()
        with CaptureQueriesContext(connection) as queries:
            reconcile.reconcile(get("pipedrive"))
        asked.append(len(queries))

    assert len(participants(pipedrive)) == 12
    # Some things are looked up every few seconds, whoever asks.
    assert asked[1] - asked[0] < 10


def test_one_whom_somebody_added_there_is_not_added_again(couples, pipedrive):
    borrower = polled(couples, pipedrive)
    [deal] = deals(pipedrive)
    tom = pipedrive.create("person", name="Tom Quill", emails=[{"value": "tom@quill.example"}])
    row = {"id": 1, "deal_id": deal["id"], "person_id": tom["id"], "add_time": "2026-01-01"}
    pipedrive.account.account.store("participant", row)

    couples.edit(borrower, "contact", **TOM)
    pipedrive.send()

    assert participants(pipedrive) == [(deal["id"], tom["id"])]


def test_one_who_comes_later_is_added_without_a_change_of_the_deal(couples, pipedrive):
    borrower = polled(couples, pipedrive)
    pipedrive.sandbox.forget_calls()

    couples.edit(borrower, "contact", **TOM)
    pipedrive.send()

    assert len(added(pipedrive)) == 1
    assert not [call for call in pipedrive.writes if call.path.startswith("/api/v2/deals")]


def test_one_whose_person_is_made_later_is_added_then(couples, pipedrive):
    borrower = polled(couples, pipedrive)
    pipedrive.sandbox.trouble.add("error", path="/api/v2/persons", method="POST")
    couples.edit(borrower, "contact", **TOM)
    pipedrive.send()
    assert added(pipedrive) == []

    due_now()
    pipedrive.send()

    assert len(participants(pipedrive)) == 1


def test_one_who_is_taken_off_the_loan_stays_and_the_next_is_added(couples, pipedrive):
    borrower = polled(couples, pipedrive, **TOM)
    tom = person(pipedrive, "Tom Quill")

    couples.edit(borrower, "contact", **dict.fromkeys(COBORROWER.values()))
    pipedrive.send()
    [(deal, stayed)] = participants(pipedrive)
    couples.edit(
        borrower, "contact", **co(first_name="Bea", last_name="Okoro", email="bea@okoro.example")
    )
    pipedrive.send()

    assert stayed == tom
    assert participants(pipedrive) == [(deal, tom), (deal, person(pipedrive, "Bea Okoro"))]


@pytest.mark.parametrize("status", ["won", "lost"])
def test_a_deal_at_its_end_gets_nobody_more(couples, pipedrive, status):
    borrower = polled(couples, pipedrive)
    edit_there(pipedrive, deals(pipedrive)[0], status=status)

    couples.edit(borrower, "contact", **TOM)
    pipedrive.send()

    assert added(pipedrive) == []


def test_the_borrower_is_no_participant_of_their_own_deal(couples, pipedrive):
    polled(
        couples, pipedrive, **co(first_name="Ada", last_name="Quill", email="Quill@quill.example")
    )

    assert len(deals(pipedrive)) == len(persons(pipedrive)) == 1
    assert added(pipedrive) == []


@pytest.mark.parametrize("status", [400, 403, 404])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_refusal_is_told_once_and_keeps_nothing_of_the_deal_back(
    couples, pipedrive, status, method
):
    pipedrive.sandbox.trouble.add("error", path=CALLS, method=method, status=status, times=None)
    polled(couples, pipedrive, **TOM)
    loan = ExternalLink.objects.get(system="salesforce", kind="deal").remote_id

    couples.edit(loan, amount=260_000)
    pipedrive.send()

    [deal] = deals(pipedrive)
    assert deal["value"] == 260_000
    assert ExternalLink.objects.get(system="pipedrive", kind="deal").state == "live"
    [told] = SyncLog.objects.filter(topic="not_kept")
    assert f"of deal {deal['id']}: {method}" in told.message
    assert f": {status} " in told.message
    assert not OutboxEntry.objects.exclude(state="done").exists()
    assert OutboxEntry.objects.filter(kind="deal").latest("pk").action == "refused"


@pytest.mark.parametrize("kind", ["error", "error_after"])
def test_a_call_that_fails_or_whose_answer_is_lost_adds_once(couples, pipedrive, kind):
    pipedrive.sandbox.trouble.add(kind, path=CALLS, method="POST")
    polled(couples, pipedrive, **TOM)

    due_now()
    pipedrive.send()

    assert len(participants(pipedrive)) == 1
    posted = [call for call in pipedrive.writes if call.path.startswith("/api/v2/deals")]
    assert [call.method for call in posted] == ["POST"]
    [link] = ExternalLink.objects.filter(system="pipedrive", kind="deal")
    assert link.snapshot["participants"] == [person(pipedrive, "Tom Quill")]


def test_a_deal_whose_answer_was_lost_is_made_once_and_gets_them(couples, pipedrive):
    pipedrive.sandbox.trouble.add("error_after", path="/api/v2/deals", method="POST")

    polled(couples, pipedrive, **TOM)
    due_now()
    pipedrive.send()

    assert (len(deals(pipedrive)), len(participants(pipedrive))) == (1, 1)


def test_who_became_part_of_another_is_not_added_again(couples, pipedrive):
    for name in ("Quill", "Reed"):
        polled(couples, pipedrive, last_name=name, **TOM)
    one, other = Contact.objects.filter(email="tom@quill.example").order_by("pk")

    merge(winner=one, losers=[other])
    pipedrive.send()
    due_now()
    pipedrive.send()

    tom = person(pipedrive, "Tom Quill")
    assert {pk for _, pk in participants(pipedrive)} == {tom}
    assert not SyncLog.objects.filter(message__contains="as a participant").exists()
