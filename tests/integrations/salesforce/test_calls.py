"""What polls, loads and events ask Salesforce, and how they ask for less."""

from __future__ import annotations

import pytest

from deals.models import Deal
from integrations.models import ExternalLink, SyncCursor, SyncLog
from integrations.salesforce import SYSTEM, refusals
from integrations.salesforce.client import Client
from integrations.sync import poll
from integrations.sync.errors import Misconfigured, Unavailable
from tests.salesforce_loop import OFFICER

pytestmark = pytest.mark.django_db

AMOUNT = "MtgPlanner_CRM__Loan_Amount_1st_TD__c"


def asked(salesforce) -> list[str]:
    """The paths of all questions, pages included."""
    return [call.path for call in salesforce.sandbox.calls if "/query" in call.path]


def known_loans() -> int:
    return ExternalLink.objects.filter(system="salesforce", kind="deal").count()


def watermark():
    return SyncCursor.objects.get(system="salesforce", kind="deal").watermark


@pytest.fixture
def spread(salesforce):
    """A poll was made; an hour and a half of changes came after it, one each minute."""
    salesforce.loan()
    salesforce.poll()
    # Less than a session lasts.
    salesforce.later(100 * 60)
    salesforce.org.seed(90, names=[OFFICER], step_seconds=60)
    salesforce.sandbox.forget_calls()
    return salesforce


# -- how many -------------------------------------------------------------------------------


def test_a_poll_without_news_is_two_questions_whatever_it_is_shown_again(salesforce):
    salesforce.loan()
    salesforce.loan(salesforce.borrower("Nobody's"), status="Cancelled")
    salesforce.poll()
    salesforce.sandbox.forget_calls()

    run = salesforce.poll()

    assert run.counts["deal"]["seen"] == 2
    assert len(asked(salesforce)) == 2


def test_a_load_asks_once_for_each_page_the_first_time_and_again(salesforce):
    salesforce.org.switches.page_size = 200
    salesforce.org.seed(450, names=[OFFICER])

    for _ in range(2):
        salesforce.sandbox.forget_calls()
        poll.backfill(SYSTEM)

        assert len(asked(salesforce)) == 3


def test_a_poll_with_a_new_loan_asks_no_more_than_one_without(salesforce):
    salesforce.loan()
    salesforce.poll()
    salesforce.loan(salesforce.borrower("Okoro"))
    salesforce.sandbox.forget_calls()

    salesforce.poll()

    assert Deal.objects.count() == 2
    assert len(asked(salesforce)) == 2


# -- too heavy ------------------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(refusals.TOO_HEAVY))
@pytest.mark.parametrize("times", [1, 4])
def test_a_question_that_is_too_heavy_is_asked_of_less_time_and_nothing_is_lost(
    spread, code, times
):
    spread.sandbox.trouble.add(
        "error", system="salesforce", path="*/query/", status=400, code=code, times=times
    )

    spread.poll()

    assert known_loans() == 1 + 83  # Those in one of twelve statuses are left alone.
    assert len(asked(spread)) == 2 * times + 2
    newest = ExternalLink.objects.filter(system="salesforce").latest("modified_at").modified_at
    assert watermark() == newest


def test_the_deletions_too_are_asked_for_in_parts(spread):
    gone = spread.loan()
    spread.poll()
    spread.org.delete("loan", gone)
    spread.sandbox.trouble.add(
        "error", system="salesforce", path="*/queryAll/", status=400, code="QUERY_TIMEOUT"
    )

    spread.poll()

    assert ExternalLink.objects.get(remote_id=gone).state == "gone"


def test_after_four_halvings_the_poll_fails_and_the_next_begins_where_it_did(spread):
    place = watermark()
    spread.sandbox.trouble.add(
        "error", system="salesforce", path="*/query/", status=400, code="QUERY_TIMEOUT", times=None
    )

    with pytest.raises(Unavailable, match="QUERY_TIMEOUT"):
        spread.poll()

    assert len(asked(spread)) == 5
    assert watermark() == place
    spread.sandbox.trouble.clear()
    spread.poll()
    assert known_loans() == 1 + 83


@pytest.mark.parametrize("status", [414, 431])
def test_an_address_that_is_too_long_is_asked_with_fewer_ids(salesforce, status):
    loans = [salesforce.loan(name=f"Loan {number}") for number in range(5)]
    salesforce.sandbox.trouble.add(
        "error", system="salesforce", path="*/query/", status=status, body="html", times=2
    )

    found = SYSTEM.connect().fetch("deal", loans)

    assert {one.remote_id for one in found if one.kind == "deal"} == set(loans)


def test_an_address_that_is_too_long_with_one_id_is_an_error(salesforce):
    loan = salesforce.loan()
    salesforce.sandbox.trouble.add(
        "error", system="salesforce", path="*/query/", status=414, body="html", times=None
    )

    with pytest.raises(refusals.TooLong):
        SYSTEM.connect().fetch("deal", [loan])


def test_a_place_that_is_forgotten_in_the_middle_of_a_poll_costs_no_loan(spread):
    spread.org.switches.page_size = 20
    place = watermark()
    spread.sandbox.trouble.add(
        "error", system="salesforce", path="*/query/01g*", status=400,
        code="INVALID_QUERY_LOCATOR",
    )  # fmt: skip

    with pytest.raises(Exception, match="INVALID_QUERY_LOCATOR"):
        spread.poll()

    assert watermark() == place
    spread.poll()
    assert known_loans() == 1 + 83


# -- what is no longer there ----------------------------------------------------------------


def test_a_field_that_is_taken_from_us_in_the_middle_of_the_day_is_asked_for_no_more(salesforce):
    loan = salesforce.loan()
    salesforce.poll()
    salesforce.hide_field(AMOUNT)
    salesforce.later(60)
    salesforce.org.edit("loan", loan, amount=1, status="Pre-Approved")
    late = salesforce.loan(amount=7, close_date="2027-01-31")

    salesforce.poll()

    deal = salesforce.deal(loan)
    assert (deal.value, deal.stage.name) == (250_000, "Pre-Approved")
    assert (salesforce.deal(late).value, str(salesforce.deal(late).expected_close_on)) == (
        0, "2027-01-31",
    )  # fmt: skip
    assert SyncLog.objects.filter(message__contains=AMOUNT).count() == 1


@pytest.mark.parametrize("code", sorted(refusals.WRONG_QUERY))
def test_an_org_that_refuses_what_it_says_it_has_is_asked_once_more_and_no_further(
    salesforce, code
):
    salesforce.loan()
    salesforce.sandbox.trouble.add(
        "error", system="salesforce", path="*/query*", status=400, code=code, times=None
    )

    with pytest.raises(Misconfigured, match=code):
        salesforce.poll()

    assert len(asked(salesforce)) == 2


def test_a_fault_of_ours_is_no_answer_and_is_not_tried_again(salesforce):
    salesforce.poll()
    salesforce.sandbox.forget_calls()

    with pytest.raises(TypeError):
        Client().update("Contact", salesforce.borrower(), {"LastName": object()})

    assert not list(salesforce.sandbox.calls)
