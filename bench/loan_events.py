"""What a change event of Salesforce's costs: calls to Salesforce, and calls to Pipedrive."""

from __future__ import annotations

from itertools import count

import psycopg
from django.conf import settings

from . import databases, processes
from .loans import OFFICER, STAGES, environment
from .plan import Plan, wait_until
from .results import Result, exactly
from .sandbox import Sandbox, started

AT_ONCE = 20

_SET_UP = "import django; django.setup(); from bench.sandbox import set_up; set_up()"
_DRAIN = (
    "import django; django.setup(); from integrations.sync import inbox, outbox; "
    "inbox.drain(); outbox.drain()"
)

_amounts = count(100_000)


def measure(plan: Plan) -> Result:
    """In each run one edited loan, then many, each told by one signed event."""
    number = plan.scaled(AT_ONCE, 2)
    web, database = processes.procfile("web"), "loan_events_run"
    databases.create(database, "template")
    env = environment(database, settings.PIPEDRIVE_BASE_URL) | {"SALESFORCE_FIELD_MAP": "{}"}
    counted: dict[tuple[str, int], list[int]] = {}
    with started(settings.PIPEDRIVE_BASE_URL) as sandbox, processes.served(web, **env) as (_, port):
        loans = _both_have(sandbox, env, number)
        relay = f"http://127.0.0.1:{port}/salesforce/webhooks/cdc/"
        sandbox.post("/salesforce/receivers", relay=relay, outbound="")
        for _run in plan.rounds():
            for some in (loans[:1], loans):
                for what, calls in _calls(sandbox, env, database, some).items():
                    counted.setdefault((what, len(some)), []).append(calls)
    return Result("loan_events", [
        exactly(f"{what}, {n} edited", runs, 1 if "Salesforce" in what else n, "calls")
        for (what, n), runs in counted.items()
    ], [_NOTE])  # fmt: skip


_NOTE = (
    "A loan's amount is edited in Salesforce; its relay posts one event for each to the web, then "
    "the inbox and the outbox are drained. Salesforce is asked once for up to 200 loans."
)


def _both_have(sandbox: Sandbox, env: dict[str, str], number: int) -> list[str]:
    """Loans that Hermes and Pipedrive have; their ids."""
    pipeline = sandbox.create("pipeline", name="Loans")
    for name in STAGES:
        sandbox.create("stage", name=name, pipeline_id=pipeline["id"])
    processes.run("-c", _SET_UP, env=env)
    values = {"officer": OFFICER, "status": "Application"}
    ids = []
    for each in range(number):
        borrower = _made(sandbox, "contact", LastName=f"Quill {each}")
        ids.append(_made(sandbox, "loan", name=f"Loan {each}", borrower=borrower, **values))
    processes.run("manage.py", "backfill", "salesforce", env=env)
    processes.run("-c", _DRAIN, env=env)
    return ids


def _made(sandbox: Sandbox, kind: str, **values: str) -> str:
    made = sandbox.asked("POST", f"/salesforce/records/{kind}", {"values": values})
    return str(made["record"]["Id"])


def _calls(
    sandbox: Sandbox, env: dict[str, str], database: str, loans: list[str]
) -> dict[str, int]:
    before = _events(database)
    for loan in loans:
        edit = {"values": {"amount": next(_amounts)}}
        sandbox.asked("PATCH", f"/salesforce/records/loan/{loan}", edit)
    wait_until(lambda: _events(database) == before + len(loans), 30, "the events")
    with sandbox.watched() as calls:
        processes.run("-c", _DRAIN, env=env)
    paths = [call["path"] for call in calls]
    return {
        "calls to Salesforce": sum("/services/data/" in path for path in paths),
        "calls to Pipedrive": sum(path.startswith("/api/") for path in paths),
    }


def _events(database: str) -> int:
    with psycopg.connect(databases.url(database)) as own:
        row = own.execute("SELECT count(*) FROM integrations_webhookevent").fetchone()
    assert row is not None
    return int(row[0])
