"""Polls and loads that meet trouble, and go on."""

from __future__ import annotations

import pytest

from deals.models import Deal
from integrations.models import ExternalLink, SyncCursor, SyncLog
from integrations.salesforce import SYSTEM, described, usage
from integrations.sandbox.salesforce.by_hand import Late
from integrations.sandbox.salesforce.jungo import MEANING
from integrations.sync import poll
from tests.salesforce_loop import OFFICER

pytestmark = pytest.mark.django_db


def watermark():
    return SyncCursor.objects.get(system="salesforce", kind="deal").watermark


@pytest.mark.parametrize(
    "trouble",
    [
        {"kind": "daily"},
        {"kind": "burst"},
        {"kind": "error", "status": 503, "code": "SERVER_UNAVAILABLE"},
        {"kind": "error", "status": 503, "body": "html"},
        {"kind": "error", "status": 502, "body": "empty"},
        {"kind": "reset"},
        {"kind": "truncated"},
        {"kind": "error", "status": 400, "code": "QUERY_TIMEOUT"},
    ],
)
def test_a_poll_that_fails_goes_on_at_its_place_next_time(salesforce, trouble):
    salesforce.loan()
    salesforce.poll()
    place = watermark()
    salesforce.later(60)
    late = salesforce.loan()
    salesforce.sandbox.trouble.add(**trouble, system="salesforce", path="*/query*", times=9)

    with pytest.raises(Exception, match="query"):
        salesforce.poll()

    assert watermark() == place
    salesforce.sandbox.trouble.clear()
    salesforce.poll()
    assert salesforce.deal(late)


def test_where_the_days_calls_are_nearly_used_the_rest_is_left_to_people(salesforce, monkeypatch):
    monkeypatch.setattr(usage, "SECONDS_BETWEEN_WRITES", 0)
    salesforce.loan()
    salesforce.poll()
    salesforce.org.quota.used = 90_000
    salesforce.poll()
    late = salesforce.loan()

    with pytest.raises(Exception, match="calls of the day are used"):
        salesforce.poll()
    assert salesforce.linked("deal", late) is None

    salesforce.org.quota.used = 0
    salesforce.poll()
    assert salesforce.deal(late)


def test_a_field_that_is_taken_from_us_is_told_and_the_others_go_on(salesforce):
    loan = salesforce.loan()
    salesforce.poll()
    salesforce.hide_field("MtgPlanner_CRM__Loan_Amount_1st_TD__c")
    salesforce.later(60)
    salesforce.org.edit("loan", loan, amount=1, status="Pre-Approved")

    salesforce.poll()

    deal = salesforce.deal(loan)
    assert (deal.value, deal.stage.name) == (250_000, "Pre-Approved")
    assert SyncLog.objects.filter(message__contains="Loan_Amount_1st_TD__c").count() == 1


@pytest.mark.parametrize(("seconds", "value"), [(0, 2), (900, 250_000)])
def test_a_field_that_is_given_back_is_read_again_after_a_while(
    salesforce, monkeypatch, seconds, value
):
    monkeypatch.setattr(described, "KEPT_INCOMPLETE_SECONDS", seconds)
    loan = salesforce.loan()
    salesforce.poll()
    salesforce.hide_field(MEANING["amount"])
    salesforce.edit(loan, amount=1)
    salesforce.hide_field(MEANING["amount"], hidden=False)

    salesforce.edit(loan, amount=2)

    assert salesforce.deal(loan).value == value


def test_without_a_field_that_it_needs_nothing_is_polled_and_the_run_says_which(salesforce):
    salesforce.loan()
    salesforce.hide_field("MtgPlanner_CRM__Borrower_Name__c")

    with pytest.raises(Exception, match=r"Borrower_Name__c.*SALESFORCE_PRIMARY_BORROWER_FIELD"):
        salesforce.poll()

    salesforce.hide_field("MtgPlanner_CRM__Borrower_Name__c", hidden=False)
    salesforce.poll()
    assert Deal.objects.exists()


def test_a_walk_that_is_cut_off_goes_on_at_its_page(salesforce):
    salesforce.org.switches.page_size = 200
    salesforce.org.seed(450, names=[OFFICER])
    salesforce.sandbox.trouble.add(
        "error", system="salesforce", path="*/query/01g*", status=503, skip=1, times=9
    )
    with pytest.raises(Exception, match="503"):
        poll.backfill(SYSTEM)
    salesforce.sandbox.trouble.clear()
    salesforce.sandbox.forget_calls()

    poll.backfill(SYSTEM)

    assert ExternalLink.objects.filter(system="salesforce", kind="deal").count() == 413
    assert len([call for call in salesforce.sandbox.calls if "/query" in call.path]) == 1


def test_a_place_that_salesforce_has_forgotten_is_no_end(salesforce):
    salesforce.org.switches.page_size = 200
    salesforce.org.seed(450, names=[OFFICER])
    SyncCursor.objects.create(
        system="salesforce", kind="deal", walk="backfill",
        page_token="/services/data/v62.0/query/01gXX0000000000AAA-200",
    )  # fmt: skip

    poll.backfill(SYSTEM)

    assert ExternalLink.objects.filter(system="salesforce", kind="deal").count() == 413


@pytest.mark.parametrize(("seconds", "value"), [(60, 250_000), (1200, 1)])
def test_how_far_back_a_poll_reads_is_a_setting(salesforce, settings, seconds, value):
    settings.SALESFORCE_LOOKBACK_SECONDS = seconds
    loan = salesforce.loan()
    salesforce.poll()
    salesforce.org.edit("loan", loan, late=Late(900), amount=1)
    salesforce.later(600)
    salesforce.loan()
    salesforce.poll()
    salesforce.later(900)

    salesforce.poll()

    assert salesforce.deal(loan).value == value
