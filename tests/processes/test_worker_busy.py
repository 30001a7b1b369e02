"""A worker that is at work when something else is asked of it, or breaks."""

from __future__ import annotations

import pytest

from companies.models import Company
from integrations.models import OutboxEntry
from integrations.models.queues import OPEN_ENTRIES
from tests.factories import CompanyFactory
from tests.processes.parts import until

pytestmark = pytest.mark.processes


def start(hermes, *, processes: int) -> None:
    hermes.start("web", "worker", "beat", WORKER_CONCURRENCY=str(processes))
    hermes.set_up()


def slow(hermes, seconds: float) -> None:
    hermes.sandbox.trouble.add(
        "latency", method="POST", path="/api/v2/organizations", times=None, seconds=seconds
    )


def test_a_message_is_applied_while_many_changes_wait_to_be_sent(hermes):
    start(hermes, processes=1)
    slow(hermes, 0.5)
    CompanyFactory.create_batch(60)
    until("the first are sent", lambda: hermes.organizations())

    hermes.account.create("organization", name="There")
    until("it is applied", lambda: Company.objects.filter(name="There").exists())

    assert OutboxEntry.objects.filter(state__in=OPEN_ENTRIES).count() > 20
    hermes.sandbox.trouble.clear()
    hermes.settle()
    assert len(hermes.organizations()) == 61
    assert hermes.differences() == []


def test_a_worker_that_loses_valkey_in_the_middle_of_a_task_works_on(hermes, servers):
    start(hermes, processes=2)
    slow(hermes, 5)
    CompanyFactory(name="In the middle")
    until("it is being made", lambda: OutboxEntry.objects.exclude(create_started_at=None).exists())
    servers.kill_valkey()
    servers.start()
    hermes.sandbox.trouble.clear()
    CompanyFactory(name="Afterwards")

    hermes.settle()

    assert {one["name"] for one in hermes.organizations().values()} == {
        "In the middle",
        "Afterwards",
    }
    assert hermes.differences() == []
