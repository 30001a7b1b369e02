"""A worker that dies while it first reads an org of Salesforce, on its way to Pipedrive."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import Contact
from deals.models import Deal
from integrations.models import ExternalLink, RemoteField, SyncRun
from integrations.sandbox.salesforce.demo_settings import demo_settings
from integrations.sandbox.salesforce.jungo import MEANING
from tests.processes.parts import until
from tests.salesforce_loop import OFFICER, STAGES

pytestmark = pytest.mark.processes

LOANS, PAGE = 96, 32


@pytest.fixture
def org(hermes):
    """Salesforce with its loans, and Pipedrive with the stages that they go through."""
    told = demo_settings(hermes.sandbox.url, "http://hermes.example")
    ours = {name: value for name, value in told.items() if name.startswith("SALESFORCE_")}
    # This account has none of the demo's own fields.
    hermes.environment |= ours | {"SALESFORCE_LOAN_OFFICER": OFFICER, "SALESFORCE_FIELD_MAP": ""}
    pipeline = hermes.account.create("pipeline", name="Loans")
    for name in STAGES:
        hermes.account.create("stage", name=name, pipeline_id=pipeline["id"])
    org = hermes.sandbox.salesforce
    org.switches.page_size = PAGE
    org.seed(LOANS, names=[OFFICER])
    hermes.start("web")
    hermes.set_up()
    return org


def kill_at(hermes, system, method: str, path: str, number: int) -> None:
    """The worker dies before it hears what came of this call, the so-manieth of its kind."""
    handle, calls = system.answer, itertools.count(1)

    def answer(request):
        response = handle(request)
        if request.method == method and path in request.path and next(calls) == number:
            system.answer = handle
            hermes.parts["worker"].kill()
        return response

    system.answer = answer


def start_again(hermes) -> None:
    """So long after the worker's end that its poll is known to be over."""
    then = timezone.now() - timedelta(minutes=10)
    SyncRun.objects.update(started_at=then, heartbeat_at=then)
    hermes.parts["worker"].start()


def numbers(hermes, entity: str, kind: str) -> Counter:
    """How often each number of Salesforce's stands in Pipedrive."""
    field = RemoteField.objects.get(system="pipedrive", kind=kind, field="salesforce_id")
    living = [one for one in hermes.account.records(entity) if not one.get("is_deleted")]
    return Counter(one["custom_fields"].get(field.remote_key) for one in living)


def linked(kind: str) -> Counter:
    """How many of our records each remote one is."""
    links = ExternalLink.objects.filter(system="salesforce", kind=kind, record_id__isnull=False)
    return Counter(links.values_list("remote_id", flat=True))


def test_a_worker_killed_twice_in_a_first_load_leaves_one_of_each_on_both_sides(hermes, org):
    followed = [row for row in org.rows("loan") if row[MEANING["status"]] != "Cancelled"]
    loans = dict.fromkeys((row["Id"] for row in followed), 1)
    borrowers = dict.fromkeys((row[MEANING["borrower"]] for row in followed), 1)
    kill_at(hermes, org, "GET", "/query/01g", 2)
    hermes.start("worker", "beat")
    until("the worker was killed", lambda: hermes.parts["worker"].process is None)
    assert 0 < Deal.objects.count() < len(loans)

    kill_at(hermes, hermes.account, "POST", "/api/v2/deals", 5)
    start_again(hermes)
    until("it was killed again", lambda: hermes.parts["worker"].process is None)
    start_again(hermes)
    read = SyncRun.objects.filter(system="salesforce", action="poll", state="done")
    until("all is read", read.exists)
    hermes.settle()

    assert linked("deal") == numbers(hermes, "deal", "deal") == loans
    assert linked("contact") == numbers(hermes, "person", "contact") == borrowers
    assert (Deal.objects.count(), Contact.objects.count()) == (len(loans), len(borrowers))
    assert len(hermes.calls("POST", "/api/v2/deals")) == len(loans)
