"""What holds polls back, and what it leaves alone."""

from __future__ import annotations

import pytest

from integrations import tasks
from integrations.models import Connection, SyncLog
from integrations.salesforce import SYSTEM, usage
from integrations.sync import connections, walks
from integrations.sync.errors import Reserved, Unauthorised, Unavailable

pytestmark = pytest.mark.django_db


@pytest.fixture
def spent(salesforce, loan, monkeypatch):
    """Walks have used their share of the day's calls; staff edited a loan meanwhile."""
    monkeypatch.setattr(usage, "SECONDS_BETWEEN_WRITES", 0)
    salesforce.org.quota.used = 90_000
    salesforce.poll()
    salesforce.org.edit("loan", loan, amount=1)


def test_what_is_left_of_the_day_is_for_events(salesforce, relayed, loan, spent):
    with pytest.raises(Reserved):
        salesforce.poll()
    assert salesforce.deal(loan).value == 250_000

    relayed.deliver()

    assert salesforce.deal(loan).value == 1
    assert connections.may_call(SYSTEM)


def test_staff_hear_once_that_polls_leave_the_rest_of_the_day(salesforce, spent):
    for _ in range(2):
        with pytest.raises(Reserved):
            salesforce.poll()

    told = SyncLog.objects.get(system="salesforce", topic="budget")
    assert "of 100000 calls of the day are used; the rest is left to people" in told.message


def test_a_refusal_by_what_stands_in_front_of_salesforce_passes(salesforce):
    loan = salesforce.loan()
    salesforce.sandbox.trouble.add(
        "error", system="salesforce", path="*/query*", status=403, body="html", times=9
    )

    with pytest.raises(Unavailable):
        salesforce.poll()

    assert not Connection.objects.get(system="salesforce").paused
    salesforce.sandbox.trouble.clear()
    salesforce.poll()
    assert salesforce.deal(loan)


def test_an_api_that_is_closed_to_us_is_left_alone_until_a_person_resumes(salesforce, monkeypatch):
    asked = []
    monkeypatch.setattr(tasks.poll_system, "apply_async", lambda args, **how: asked.append(args))
    salesforce.sandbox.trouble.add("blocked", system="salesforce", path="*/query*")
    with pytest.raises(Unauthorised):
        salesforce.poll()
    walks.want(SYSTEM, walks.POLL)

    tasks.poll_due()
    assert ["salesforce"] not in asked

    connections.resume(SYSTEM)
    tasks.poll_due()
    assert ["salesforce"] in asked
