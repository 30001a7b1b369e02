"""Answers that nobody foresaw: what can be kept is, and the rest is told."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from integrations.models import (
    Connection,
    ExternalLink,
    SyncCursor,
    SyncLog,
    SyncRun,
    WebhookEvent,
)
from integrations.salesforce import SYSTEM
from integrations.salesforce.client import Client
from integrations.sandbox.salesforce import jungo
from integrations.sandbox.server import Handler
from integrations.sync import inbox, reconcile
from integrations.sync.errors import Rejected, Unavailable

pytestmark = pytest.mark.django_db

STATUS = jungo.MEANING["status"]

#: What the org's fields are to us.
FIELDS = "/admin/integrations/connection/fields/salesforce/"


@pytest.fixture
def altered(salesforce, monkeypatch):
    """What Salesforce answers where a part of the path is named, after a change."""

    def alter(part: str, change: Callable[[bytes], bytes]) -> None:
        answer = salesforce.org.answer

        def altering(request):
            response = answer(request)
            if part in request.path:
                response.body = change(response.body)
                # The sandbox does not look into what is not quite its own kind of JSON.
                response.content_type = "application/json"
            return response

        monkeypatch.setattr(salesforce.org, "answer", altering)

    return alter


def replaced(old: str, new: str) -> Callable[[bytes], bytes]:
    return lambda body: body.replace(old.encode(), new.encode())


# -- values -----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["1e99999999999999999999", "9" * 5000, "NaN", "1e400"])
def test_a_number_that_nothing_can_hold_is_left_out_and_its_neighbours_come(
    salesforce, altered, number
):
    loan, other = salesforce.loan(amount=123_456), salesforce.loan(amount=1000)
    altered("/query", replaced("123456", number))

    salesforce.poll()

    assert (salesforce.deal(loan).value, salesforce.deal(other).value) == (0, 1000)
    assert SyncLog.objects.filter(message__contains="Loan_Amount_1st_TD__c").exists()


def test_rows_that_are_no_records_are_counted_and_told(salesforce, altered):
    loan = salesforce.loan()
    altered("/query/", replaced('"records":[', '"records":[null,7,'))

    assert salesforce.poll().counts["deal"]["failed"] == 2
    assert salesforce.deal(loan)
    assert SyncLog.objects.filter(topic="not_kept", message__contains="has no id").count() == 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"records":[', '"rows":[', "without records"),
        ('"records":[{', '"records":{"0":[{', "cannot be read"),
        ('"done":true', '"done":false', "breaks off"),
        ('"done":true', '"done":false,"nextRecordsUrl":"@elsewhere.example/"', "leads elsewhere"),
        ('"done":true', '"done":false,"nextRecordsUrl":5', "leads elsewhere"),
        ('"done":true', '"done":' + "[" * 200_000, "cannot be read"),
    ],
)
def test_an_answer_that_is_none_is_asked_for_again_by_the_next_poll(
    salesforce, altered, old, new, said
):
    loan = salesforce.loan()
    salesforce.poll()
    place = SyncCursor.objects.get(system="salesforce", kind="deal").watermark
    salesforce.later(3600)
    salesforce.org.edit("loan", loan, amount=1)
    altered("/query/", replaced(old, new))

    with pytest.raises(Unavailable, match=said):
        salesforce.poll()

    assert SyncCursor.objects.get(system="salesforce", kind="deal").watermark == place
    assert salesforce.deal(loan).value == 250_000


def test_pages_that_lead_in_a_circle_are_an_error_and_no_endless_walk(salesforce, altered):
    salesforce.org.switches.page_size = 1
    for _ in range(3):
        salesforce.loan()
    altered("/query/01g", replaced("-2", "-1"))

    with pytest.raises(Unavailable, match="circle"):
        salesforce.poll()


def test_no_token_goes_where_a_kept_place_leads_beside_salesforce(salesforce):
    with pytest.raises(Rejected):
        next(SYSTEM.connect().pages("deal", None, "@elsewhere.example/services/data/"))

    assert not [call for call in salesforce.sandbox.calls if "elsewhere" in call.path]


# -- borrowers and ids ------------------------------------------------------------------------


def test_a_loan_whose_borrower_has_no_good_id_goes_on_and_says_so(salesforce, altered):
    borrower = salesforce.borrower()
    loan = salesforce.loan(borrower)
    salesforce.poll()
    salesforce.later(3600)
    salesforce.org.edit("loan", loan, amount=1)
    altered("/query/", replaced(f'"Id":"{borrower}"', '"Id":"not an id"'))

    salesforce.poll()

    deal = salesforce.deal(loan)
    assert (deal.value, deal.contact) == (1, salesforce.linked("contact", borrower))
    told = SyncLog.objects.get(message__contains="not an id")
    assert (told.kind, told.record_id) == ("deal", deal.pk)


def test_a_merged_borrower_without_an_id_makes_no_link(salesforce, altered):
    loser, winner = salesforce.borrower("Quill"), salesforce.borrower("Quell")
    salesforce.loan(loser)
    salesforce.poll()
    salesforce.later(60)
    salesforce.org.merge(loser, winner)
    altered("/queryAll/", replaced(f'"Id":"{loser}"', '"Id":"?"'))

    salesforce.poll()

    assert not ExternalLink.objects.filter(system="salesforce", remote_id="").exists()


# -- what the org says of itself --------------------------------------------------------------


@pytest.mark.parametrize(
    "listed", ["5", "[null,7]", '[{"label":"GTR"}]', '[{"value":5}]', '[{"value":"Application"}]']
)
def test_a_list_of_statuses_that_is_none_stops_nothing(salesforce, altered, admin_client, listed):
    loan = salesforce.loan()

    def without_list(body: bytes) -> bytes:
        start = body.index(b'"picklistValues":[{', body.index(f'"name":"{STATUS}"'.encode()))
        end = body.index(b"}]", start) + 2
        return body[:start] + b'"picklistValues":' + listed.encode() + body[end:]

    altered(f"{jungo.NAME}/describe", without_list)

    salesforce.poll()

    assert salesforce.deal(loan).stage.name == "Application In"
    assert SYSTEM.setup.plan().kept()
    assert admin_client.get(FIELDS).context["statuses"]


@pytest.mark.parametrize(
    ("fact", "said"),
    [("type", '["currency"]'), ("type", "{}"), ("label", "[5]"), ("relationshipName", "[5]")],
)
def test_what_the_org_says_of_a_field_that_is_no_text_stops_nothing(
    salesforce, altered, admin_client, fact, said
):
    loan = salesforce.loan()
    field = f'"name":"{jungo.MEANING["amount"]}"'.encode()

    def without_text(body: bytes) -> bytes:
        start = body.rindex(b"{", 0, body.index(field))
        end = body.index(b"}", start)
        return (
            body[:start]
            + re.sub(
                f'"{fact}":("[^"]*"|null)'.encode(), f'"{fact}":{said}'.encode(), body[start:end]
            )
            + body[end:]
        )

    altered(f"{jungo.NAME}/describe", without_text)

    salesforce.poll()

    assert salesforce.deal(loan).value == 250_000
    assert SYSTEM.setup.plan().kept()
    assert admin_client.get(FIELDS).status_code == 200


@pytest.mark.parametrize("said", ["5", "null", '{"Max":"many"}', '{"Max":5}'])
def test_limits_that_say_nothing_hold_nothing_back(salesforce, altered, said):
    loan = salesforce.loan()
    altered("/limits", lambda body: b'{"DailyApiRequests":' + said.encode() + b"}")
    Connection.objects.filter(system="salesforce").update(budget={"used": 99, "limit": 100})

    assert "0 calls are left" in SYSTEM.connect().check()
    salesforce.poll()

    assert salesforce.deal(loan)


# -- time -------------------------------------------------------------------------------------


def test_a_time_without_a_zone_is_understood(salesforce, monkeypatch):
    loan = salesforce.loan()
    told = "Sat, 21 Nov 2026 10:00:00 -0000"
    monkeypatch.setattr(Handler, "date_time_string", lambda *at: told)

    salesforce.poll()

    assert salesforce.deal(loan)


def test_where_the_next_poll_begins_never_moves_back(salesforce):
    salesforce.loan()
    salesforce.poll()
    # This process hears of Salesforce's time once, and asks for the rest hours later.
    SYSTEM.connect().check()
    salesforce.later(6 * 3600)
    late = salesforce.loan()
    salesforce.poll()

    modified = ExternalLink.objects.get(remote_id=late).modified_at
    assert SyncCursor.objects.get(system="salesforce", kind="deal").watermark == modified

    salesforce.later(-3600)
    salesforce.poll()
    assert SyncCursor.objects.get(system="salesforce", kind="deal").watermark == modified


# -- what may be asked ------------------------------------------------------------------------


def test_a_field_that_a_comparison_may_no_longer_see_stops_nothing(salesforce):
    loan = salesforce.loan()
    salesforce.poll()
    salesforce.hide_field(jungo.MEANING["close_date"])
    salesforce.later(60)
    salesforce.org.edit("loan", loan, amount=1)

    reconcile.reconcile(SYSTEM)

    assert salesforce.deal(loan).value == 1
    assert SyncRun.objects.latest("pk").state == "done"


def test_a_field_that_an_event_may_no_longer_see_stops_nothing(salesforce, relayed, loan):
    salesforce.org.edit("loan", loan, amount=1)
    salesforce.hide_field(jungo.MEANING["close_date"])

    (event,) = relayed.deliver()

    assert (event.state, salesforce.deal(loan).value) == ("done", 1)


def test_events_that_cannot_be_read_for_want_of_a_field_ask_once_and_wait_for_a_person(
    salesforce, relayed, loan
):
    events = [relayed.emit("UPDATE", loan, salesforce.loan()) for _ in range(3)]
    relayed.post(relayed.message(events))
    salesforce.hide_field(jungo.MEANING["borrower"])
    salesforce.sandbox.forget_calls()

    inbox.drain()

    kept = WebhookEvent.objects.filter(action="UPDATE")
    assert {(one.state, one.reason) for one in kept} == {("dead", "config")}
    assert len(salesforce.queries()) == 1


@pytest.mark.parametrize("answer", ["7", "null", '"text"', "", "[" * 200_000])
def test_what_is_neither_an_object_nor_a_list_is_no_answer(salesforce, altered, answer):
    altered("/limits", lambda body: answer.encode())

    with pytest.raises(Unavailable, match="GET limits: an answer that cannot be read"):
        Client(hurried=True).limits()
