"""Deals that take nothing for a while: what is said meanwhile is neither lost nor undone."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from companies.merging import merge
from deals.models import Status
from integrations.models import Conflict, ExternalLink, OutboxEntry, SyncLog
from integrations.salesforce import SYSTEM
from integrations.salesforce.remote import SalesforceRemote
from integrations.sandbox.salesforce.jungo import MEANING
from integrations.sync import by_hand, outbox, reconcile
from integrations.sync.apply import apply
from tests.admin.records.timelines import sentences, timeline
from tests.salesforce_loop import edit_here, told

pytestmark = pytest.mark.django_db

AMOUNT, NAME = MEANING["amount"], "Name"

ENDS = [
    ({"status": Status.LOST}, {"status": Status.OPEN}),
    ({"status": Status.WON}, {"status": Status.OPEN}),
    ({"archived_at": timezone.now()}, {"archived_at": None}),
]


def by_poll(salesforce) -> None:
    salesforce.poll()


def by_comparison(salesforce) -> None:
    reconcile.reconcile(SYSTEM)


@pytest.mark.parametrize(("end", "begin"), ENDS)
@pytest.mark.parametrize("hears", [by_poll, by_comparison])
def test_what_changed_there_meanwhile_is_taken_and_not_written_over(
    writing, known, end, begin, hears
):
    loan = known()
    deal = writing.deal(loan)
    edit_here(deal, **end)
    writing.send()
    writing.later(60)
    writing.org.edit("loan", loan, amount=606_060, status="Clear to Close", name="Renamed")
    hears(writing)
    hears(writing)
    assert writing.deal(loan).value == 250_000

    edit_here(deal, **begin)
    assert writing.send() == []

    deal = writing.deal(loan)
    assert (deal.value, deal.name) == (606_060, "Renamed")
    assert deal.stage.name == "Clear To Close"
    row = writing.org.row("loan", loan)
    assert (row[AMOUNT], row[NAME]) == (606_060, "Renamed")
    assert writing.send() == []


@pytest.mark.parametrize(("end", "begin"), ENDS)
def test_it_is_taken_where_nothing_goes_there_too(salesforce, end, begin):
    loan = salesforce.loan()
    salesforce.poll()
    deal = salesforce.deal(loan)
    edit_here(deal, **end)
    salesforce.edit(loan, amount=606_060)
    outbox.drain()
    assert salesforce.deal(loan).value == 250_000

    edit_here(deal, **begin)
    outbox.drain()

    assert salesforce.deal(loan).value == 606_060
    edit_here(deal, value=1)
    outbox.drain()
    assert salesforce.org.row("loan", loan)[AMOUNT] == 606_060


def test_it_is_taken_of_the_loan_that_counts_where_two_are_one_deal(salesforce):
    loans = [salesforce.loan(), salesforce.loan()]
    salesforce.poll()
    first, second = map(salesforce.deal, loans)
    merge(winner=first, losers=[second])
    edit_here(first, status=Status.LOST)
    for loan in loans:
        salesforce.edit(loan, amount=606_060)
    ExternalLink.objects.filter(remote_id=loans[0]).update(pulled_at=timezone.now())
    edit_here(first, status=Status.OPEN)

    outbox.drain()

    assert salesforce.deal(loans[0]).value == 606_060


def test_read_again_takes_it_too(salesforce):
    loan = salesforce.loan()
    salesforce.poll()
    deal = salesforce.deal(loan)
    edit_here(deal, status=Status.LOST)
    salesforce.edit(loan, amount=606_060)
    edit_here(deal, status=Status.OPEN)

    assert by_hand.pull(SYSTEM, ExternalLink.objects.get(remote_id=loan)) == "changed"
    assert salesforce.deal(loan).value == 606_060


def test_what_both_sides_changed_meanwhile_is_a_conflict_that_is_kept(writing, known):
    loan = known()
    deal = writing.deal(loan)
    edit_here(deal, status=Status.LOST)
    writing.org.edit("loan", loan, amount=606_060)
    writing.poll()
    edit_here(deal, value=1, status=Status.OPEN)

    assert [call.body for call in writing.send()] == [{AMOUNT: 1}]

    (conflict,) = Conflict.objects.filter(field="value")
    assert (conflict.winner, conflict.remote_value) == ("hub", "606060")


def test_a_change_that_was_taken_back_there_leaves_nothing_to_do(writing, known):
    loan = known()
    deal = writing.deal(loan)
    edit_here(deal, status=Status.LOST)
    for amount in (606_060, 250_000):
        writing.edit(loan, amount=amount)
    edit_here(deal, status=Status.OPEN)

    assert writing.send() == []

    assert "not_taken" not in ExternalLink.objects.get(remote_id=loan).snapshot


def test_a_page_that_was_read_before_does_not_hide_that_there_is_more(salesforce):
    loan = salesforce.loan()
    salesforce.poll()
    deal = salesforce.deal(loan)
    edit_here(deal, status=Status.LOST)
    page = SalesforceRemote().fetch("deal", [loan])
    salesforce.edit(loan, amount=606_060)
    edit_here(deal, status=Status.OPEN)
    apply(page, system=SYSTEM)

    outbox.drain()

    assert salesforce.deal(loan).value == 606_060


def test_a_loan_that_comes_back_while_its_deal_is_ended_is_there_again(writing, known):
    loan = known()
    deal = writing.deal(loan)
    writing.later(60)
    writing.org.delete("loan", loan)
    writing.poll()
    edit_here(deal, status=Status.LOST)
    writing.later(60)
    writing.org.undelete("loan", loan)
    writing.edit(loan, amount=606_060)

    assert ExternalLink.objects.get(remote_id=loan).state == "live"
    assert SyncLog.objects.get(topic="back_there").message == "The deal is in Salesforce again"
    assert writing.deal(loan).value == 250_000

    edit_here(deal, status=Status.OPEN)
    assert writing.send() == []
    assert writing.deal(loan).value == 606_060


def test_a_change_made_here_while_the_loan_was_deleted_goes_there_once_it_is_back(writing, known):
    loan = known()
    writing.later(60)
    writing.org.delete("loan", loan)
    writing.poll()
    edit_here(writing.deal(loan), value=1)
    assert writing.send() == []

    writing.later(60)
    writing.org.undelete("loan", loan)
    writing.poll()

    assert [call.body for call in writing.send()] == [{AMOUNT: 1}]


def test_a_change_made_here_while_nothing_is_to_happen_goes_there_after_that(writing, known):
    loan = known()
    writing.edit(loan, status="Cancelled")
    edit_here(writing.deal(loan), value=1)
    assert writing.send() == []
    assert told() == [
        "Value did not go to Salesforce: nothing is to happen to loans in this status"
    ]

    writing.edit(loan, status="Application")

    assert [call.body for call in writing.send()] == [{AMOUNT: 1}]


def test_a_status_that_changed_there_counts_and_the_conflict_names_that_rule(
    writing, known, admin_client
):
    loan = known()
    stages = writing.pipeline.stages
    edit_here(writing.deal(loan), stage=stages.get(name="Clear To Close"))
    writing.edit(loan, status="Pre-Approved")

    (conflict,) = Conflict.objects.filter(field="stage")
    assert (conflict.policy, conflict.winner) == ("remote", "remote")
    page = admin_client.get(f"/admin/integrations/conflict/{conflict.pk}/change/").content.decode()
    for name in ("Application In", "Clear To Close", "Pre-Approved"):
        assert f">{name}</a>" in page


def test_putting_a_value_back_on_an_ended_deal_does_not_promise_to_send_it(
    writing, known, admin_client
):
    deal = writing.deal(known())
    edit_here(deal, value=1)
    edit_here(deal, status=Status.LOST)
    event = deal.events.order_by("pgh_id").first()
    address = reverse("record-put-back", args=["deal", deal.pk, "value", event.pgh_id])

    assert "sent to Salesforce" not in admin_client.get(address).content.decode()

    edit_here(deal, status=Status.OPEN)
    assert "sent to Salesforce" in admin_client.get(address).content.decode()


def test_a_write_after_a_conflict_is_told_as_the_write_that_it_was(writing, known, admin_client):
    loan = known()
    writing.org.edit("loan", loan, amount=131_313)
    edit_here(writing.deal(loan), value=1313)

    assert [call.body for call in writing.send()] == [{AMOUNT: 1313}]

    entry = OutboxEntry.objects.latest("pk")
    assert (entry.state, entry.action, entry.fields_sent) == ("done", "update", ["value"])
    assert sentences(timeline(admin_client, writing.deal(loan), show="sends"))[0] == (
        "Sent to Salesforce: value"
    )


def test_a_loan_in_which_nothing_is_to_happen_says_so_where_it_is_compared(
    writing, relayed, loan, client, admin_client
):
    writing.org.edit("loan", loan, status="Cancelled", amount=1)

    (event,) = relayed.deliver()

    assert event.note == "Nothing is to happen to loans in this status, Unchanged"
    link = ExternalLink.objects.get(remote_id=loan)
    page = admin_client.get(f"/admin/record/deal/{link.record_id}/compare/{link.pk}/")
    assert "Hermes takes nothing of it. Nothing is to happen to loans in this status" in (
        page.content.decode()
    )
