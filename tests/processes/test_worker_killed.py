"""A worker that dies, or that is overtaken, in the middle of a call."""

from __future__ import annotations

import pytest

from companies.models import Company
from integrations.models import ExternalLink, OutboxEntry
from tests.factories import CompanyFactory
from tests.processes.parts import until

pytestmark = pytest.mark.processes


def kill_in_the_middle(hermes, method: str) -> None:
    """The worker dies when the write is done there, before it hears of it."""
    handle = hermes.account.answer
    hermes.sandbox.trouble.add("lost_answer", method=method, path="/api/v2/organizations*")

    def answer(request):
        response = handle(request)
        if request.method == method and request.path.startswith("/api/v2/organizations"):
            hermes.account.answer = handle
            hermes.parts["worker"].kill()
        return response

    hermes.account.answer = answer


def test_a_worker_killed_during_a_create_whose_answer_is_lost_makes_one_record(running):
    kill_in_the_middle(running, "POST")
    company = CompanyFactory(name="Larkfield")
    until("the worker was killed", lambda: running.parts["worker"].process is None)
    assert len(running.organizations()) == 1
    assert not ExternalLink.objects.filter(kind="company").exists()

    running.parts["worker"].start()
    running.settle()

    assert [one["name"] for one in running.organizations().values()] == ["Larkfield"]
    assert ExternalLink.objects.get(kind="company", state="live").record_id == company.pk
    assert len(running.calls("POST", "/api/v2/organizations")) == 1
    assert OutboxEntry.objects.filter(attempts__gt=1).exists()
    assert running.differences() == []


def test_a_worker_killed_during_a_change_whose_answer_is_lost_sends_it_again(running):
    company = CompanyFactory(name="Larkfield")
    until("it is sent", lambda: running.organizations())
    running.settle()
    kill_in_the_middle(running, "PATCH")
    Company.objects.filter(pk=company.pk).update(name="Larkfield Tutors")
    until("the worker was killed", lambda: running.parts["worker"].process is None)

    running.parts["worker"].start()
    running.settle()

    assert [one["name"] for one in running.organizations().values()] == ["Larkfield Tutors"]
    assert running.differences() == []


def test_a_slow_remote_outlasts_the_leases_and_nothing_is_made_twice(running):
    running.sandbox.trouble.add(
        "latency", method="POST", path="/api/v2/organizations", times=None, seconds=0.6
    )
    CompanyFactory.create_batch(15)
    until("all is sent", lambda: len(running.organizations()) >= 15)
    running.settle()

    assert len(running.calls("POST", "/api/v2/organizations")) == 15
    assert running.differences() == []
