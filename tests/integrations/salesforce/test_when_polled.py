"""When Salesforce is polled, how patiently, and what its runs say of themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from integrations import tasks
from integrations.models import Connection, ExternalLink, SyncLog, SyncRun
from integrations.salesforce import SYSTEM
from integrations.sandbox.salesforce import jungo
from integrations.sync import connections, poll, reconcile, upkeep, walks
from integrations.sync.errors import Misconfigured, RateLimited, SyncError, Unavailable

pytestmark = pytest.mark.django_db

BORROWER = jungo.MEANING["borrower"]


@pytest.mark.parametrize(("asked", "given"), [(1, 5), (5, 5), (20, 20), (600, 60)])
def test_polls_are_five_minutes_to_an_hour_apart(salesforce, settings, asked, given):
    settings.SALESFORCE_POLL_INTERVAL_MINUTES = asked

    salesforce.poll()

    assert Connection.objects.get(system="salesforce").poll_minutes == given


@pytest.mark.parametrize(
    ("every", "last", "now", "is_due"),
    [
        (5, "10:58:10", "11:02:59", False),
        (5, "10:58:10", "11:03:00", True),
        (5, "11:03:05", "11:07:59", False),
        (5, "11:02:30", "11:03:10", False),
        (5, "11:02:30", "11:03:31", True),
        (15, "10:48:10", "11:02:59", False),
        (15, "10:55:00", "11:03:00", True),
        (60, "10:03:01", "11:03:00", True),
    ],
)
def test_polls_begin_three_minutes_past_the_quarter_hour(salesforce, every, last, now, is_due):
    salesforce.poll()
    Connection.objects.update(poll_minutes=every)
    SyncRun.objects.update(started_at=f"2026-11-21T{last}Z")

    with time_machine.travel(f"2026-11-21T{now}+00:00", tick=False):
        assert (SYSTEM in upkeep.due_for_poll()) is is_due


def test_a_call_is_tried_five_times(salesforce):
    loan = salesforce.loan()
    salesforce.sandbox.trouble.add(
        "error", system="salesforce", path="*/query/", status=503, times=4
    )

    salesforce.poll()

    assert salesforce.deal(loan)
    salesforce.sandbox.forget_calls()
    salesforce.sandbox.trouble.add(
        "error", system="salesforce", path="*/query/", status=503, times=9
    )
    with pytest.raises(Unavailable):
        salesforce.poll()
    assert len(salesforce.queries()) == 5


def test_a_call_that_is_asked_to_wait_is_not_made_before(salesforce):
    salesforce.sandbox.trouble.add(
        "error", system="salesforce", path="*/query*", status=503, times=9, retry_after=90
    )

    with pytest.raises(RateLimited):
        salesforce.poll()

    wait = connections.held_for(SYSTEM)
    assert wait is not None
    assert timedelta(seconds=60) < wait <= timedelta(seconds=90)
    assert len(salesforce.queries()) == 1


@pytest.mark.parametrize("initial", ["none", "since:{:%Y-%m-%d}"])
def test_a_longer_look_back_reads_nothing_older_than_is_followed(salesforce, settings, initial):
    old = salesforce.loan()
    salesforce.later(24 * 3600)
    settings.SALESFORCE_INITIAL_SYNC = initial.format(salesforce.sandbox.clock.now())
    salesforce.poll()
    salesforce.later(60)
    new = salesforce.loan()
    long_ago = salesforce.sandbox.clock.now() - timedelta(hours=72)
    walks.want(SYSTEM, walks.POLL, since=long_ago)

    salesforce.poll()

    assert salesforce.linked("deal", old) is None
    assert salesforce.deal(new)


def test_a_longer_look_back_still_sees_what_became_of_a_loan_that_we_have(salesforce, settings):
    loan = salesforce.loan()
    salesforce.poll()
    settings.SALESFORCE_INITIAL_SYNC = "none"
    salesforce.org.delete("loan", loan)
    salesforce.later(60)

    salesforce.poll()

    assert ExternalLink.objects.get(remote_id=loan).state == "gone"


def test_without_a_field_that_it_needs_the_card_says_so_until_the_field_is_there(
    salesforce, admin_client
):
    salesforce.loan()
    salesforce.poll()
    salesforce.hide_field(BORROWER)
    for _ in range(2):
        with pytest.raises(Misconfigured):
            salesforce.poll()

    page = admin_client.get("/admin/").content.decode()
    assert "Set up wrong" in page
    assert f"has no field {BORROWER} that we may see" in page
    assert SyncLog.objects.filter(topic="settings", message__contains=BORROWER).count() == 1

    salesforce.hide_field(BORROWER, hidden=False)
    salesforce.poll()
    assert "Set up wrong" not in admin_client.get("/admin/").content.decode()


def fail(stage, times, **how):
    """So many polls fail so, one after the other."""
    stage.sandbox.trouble.add("error", system="salesforce", path="*/query/", times=None, **how)
    for _ in range(times):
        with pytest.raises(SyncError):
            stage.poll()
    stage.sandbox.trouble.clear()


@pytest.mark.parametrize(
    ("status", "code", "times"),
    [
        (403, "INSUFFICIENT_ACCESS_OR_READONLY", 1),
        (404, "NOT_FOUND", 1),
        (400, "SOMETHING_NEW", 1),
        (503, "SERVER_UNAVAILABLE", 3),
    ],
)
def test_while_polls_fail_the_card_says_so_whatever_else_goes_well(
    salesforce, admin_client, status, code, times
):
    loan = salesforce.loan()
    salesforce.poll()
    for _ in range(2):
        fail(salesforce, times, status=status, code=code)
        connections.resume(SYSTEM)
        with connections.asking(SYSTEM):
            SYSTEM.connect().check()

    page = admin_client.get("/admin/").content.decode()
    assert "Checks fail" in page
    assert code in page
    assert "“Check for changes” fails" in page
    assert SyncLog.objects.filter(topic="walk", level=SyncLog.Level.ERROR).count() == 1
    connection = Connection.objects.get(system="salesforce")
    assert code in connection.last_error
    shown = admin_client.get(f"/admin/integrations/connection/{connection.pk}/change/")
    assert code in shown.content.decode()

    salesforce.org.edit("loan", loan, amount=1)
    salesforce.poll()
    assert "Checks fail" not in admin_client.get("/admin/").content.decode()


def test_a_first_load_that_ran_out_of_calls_is_told_until_one_gets_to_its_end(
    salesforce, admin_client
):
    salesforce.loan()
    salesforce.sandbox.trouble.add("burst", system="salesforce", path="*/query/", times=None)
    with pytest.raises(RateLimited):
        poll.backfill(SYSTEM)
    salesforce.sandbox.trouble.clear()
    connections.resume(SYSTEM)
    salesforce.poll()

    page = admin_client.get("/admin/").content.decode()
    assert "Checks fail" in page
    assert "“First load” fails" in page

    poll.backfill(SYSTEM)
    assert "Checks fail" not in admin_client.get("/admin/").content.decode()


def test_a_first_load_whose_process_died_is_told_until_one_gets_to_its_end(
    salesforce, admin_client
):
    salesforce.loan()
    salesforce.poll()
    minutes = timezone.now() - timedelta(minutes=6)
    load = SyncRun.objects.create(system="salesforce", action="backfill")
    tasks.poll_due()
    assert "Checks fail" not in admin_client.get("/admin/").content.decode()

    SyncRun.objects.filter(pk=load.pk).update(heartbeat_at=minutes)
    tasks.poll_due()
    assert "“First load” fails: The process ended" in admin_client.get("/admin/").content.decode()

    poll.backfill(SYSTEM)
    assert "Checks fail" not in admin_client.get("/admin/").content.decode()


def test_one_that_fails_while_salesforce_is_away_for_a_moment_is_no_state(salesforce):
    salesforce.poll()

    fail(salesforce, 2, status=503)

    assert connections.FAILING not in connections.of(SYSTEM).facts


def test_a_comparison_that_succeeds_says_nothing_of_the_polls(salesforce, admin_client):
    salesforce.poll()
    fail(salesforce, 1, status=403, code="INSUFFICIENT_ACCESS")

    reconcile.reconcile(SYSTEM)

    assert "Checks fail" in admin_client.get("/admin/").content.decode()


def test_what_is_wrong_with_the_settings_stays_said_beside_a_failing_poll(salesforce, admin_client):
    salesforce.poll()
    fail(salesforce, 1, status=403, code="INSUFFICIENT_ACCESS")
    salesforce.hide_field(BORROWER)
    with pytest.raises(Misconfigured):
        salesforce.poll()

    page = admin_client.get("/admin/").content.decode()
    assert "Set up wrong" in page
    assert "Checks fail" not in page


def test_while_it_is_set_up_wrong_it_is_asked_every_quarter_of_an_hour(salesforce):
    salesforce.hide_field(BORROWER)
    with pytest.raises(Misconfigured):
        salesforce.poll()
    SyncRun.objects.update(started_at="2026-11-21T11:03:05Z")

    for at, is_due in (("11:08", False), ("11:17", False), ("11:18", True)):
        with time_machine.travel(f"2026-11-21T{at}:30+00:00"):
            assert (SYSTEM in upkeep.due_for_poll()) is is_due


def test_a_run_says_why_it_left_records_out(salesforce):
    loan, _ = salesforce.loan(), salesforce.loan(status="Cancelled")
    salesforce.loan(borrower=None, amount=5)
    salesforce.poll()
    salesforce.later(3600)
    salesforce.org.edit("loan", loan, status="Closed")
    salesforce.poll()
    salesforce.later(3600)
    salesforce.org.edit("loan", loan, amount=1)
    salesforce.loan(status="Cancelled")

    run = salesforce.poll()

    assert run.counts["deal"]["skipped"] == 2
    run.refresh_from_db()
    assert (
        "deal: 1 left out: The deal is won, and nothing more is taken from the loan" in run.report
    )
    assert "deal: 1 left out: Nothing is to happen to loans in this status" in run.report


def test_what_we_may_no_longer_see_is_told_once_and_again_when_it_was_seen_between(salesforce):
    loan = salesforce.loan()
    salesforce.poll()
    deal = salesforce.deal(loan)
    told = SyncLog.objects.filter(topic="not_shown", record_id=deal.pk)

    salesforce.org.share("loan", loan, shared=False)
    for _ in range(2):
        reconcile.reconcile(SYSTEM)
    assert told.count() == 1
    assert "not shown there" in ExternalLink.objects.get(remote_id=loan).last_error

    salesforce.org.share("loan", loan, shared=True)
    reconcile.reconcile(SYSTEM)
    assert ExternalLink.objects.get(remote_id=loan).last_error == ""
    salesforce.org.share("loan", loan, shared=False)
    reconcile.reconcile(SYSTEM)
    assert told.count() == 2
