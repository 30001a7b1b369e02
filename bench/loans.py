"""The first load of a Salesforce org's loans and borrowers, and what an idle poll costs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import psycopg

from hermes.embedded.places import free_port
from integrations.sandbox.salesforce.demo_settings import demo_settings

from . import databases, processes
from .plan import Plan, say
from .results import Figure, Result, exactly
from .sandbox import Sandbox, started

LOANS, BORROWERS = 100_000, 80_000
PAGE = 2000
OFFICER = "Anna Whitlock"

#: Of each twelve loans, one is in a status that makes no deal.
STATUSES = 12

STAGES = [
    "Application In", "Pre-Approved", "Getting Things Rolling", "Loan In Process",
    "Clear To Close",
]  # fmt: skip

_STAGES = f"""
import django; django.setup()
from deals.models import Pipeline, Stage
loans = Pipeline.objects.create(name="Loans")
for position, name in enumerate({STAGES}, 1):
    Stage.objects.create(pipeline=loans, name=name, position=position)
"""


@dataclass
class Seen:
    """What each run saw."""

    rates: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    mebibytes: list[float] = field(default_factory=list)
    extra_queries: list[int] = field(default_factory=list)
    idle_calls: list[int] = field(default_factory=list)


def measure(plan: Plan) -> Result:
    """Each run on an empty database: all of it, all of it again, and a poll without news."""
    loans, borrowers = plan.scaled(LOANS, 120), plan.scaled(BORROWERS, 96)
    seen = Seen()
    address = f"http://127.0.0.1:{free_port()}"
    with started(address) as sandbox:
        sandbox.post("/salesforce/seed", loans=loans, contacts=borrowers, officers=[OFFICER])
        databases.create("loans_set_up", "template")
        env = environment("loans_set_up", address)
        processes.run("-c", _STAGES, env=env)
        for _ in plan.rounds():
            _load(sandbox, address, loans, borrowers, seen)
    return Result("loans", _figures(seen), [_notes(loans, borrowers)])


def environment(database: str, address: str) -> dict[str, str]:
    told = demo_settings(address, "http://hermes.example")
    ours = {name: value for name, value in told.items() if name.startswith("SALESFORCE_")}
    return processes.environment(
        DATABASE_URL=databases.url(database),
        **{**ours, "SALESFORCE_LOAN_OFFICER": OFFICER, "SALESFORCE_REQUESTS_PER_MINUTE": "100000"},
    )


def _load(sandbox: Sandbox, address: str, loans: int, borrowers: int, seen: Seen) -> None:
    databases.create("loans_run", "loans_set_up")
    env = environment("loans_run", address)
    for rates in (seen.rates, seen.again):
        with sandbox.watched() as calls:
            ended = processes.run("manage.py", "backfill", "salesforce", env=env)
        seconds = databases.backfill_seconds("loans_run")
        rates.append((loans + borrowers) / seconds)
        seen.mebibytes.append(ended.peak_mebibytes)
        queries = [call for call in calls if "/query" in call["path"]]
        seen.extra_queries.append(len(queries) - math.ceil(loans / PAGE))
        say(f"{loans + borrowers} records in {seconds:.1f} s, {ended.peak_mebibytes:.0f} MiB")
    _check(loans)
    # The last change there is long ago by then, as on a quiet day.
    processes.run("manage.py", "poll", "salesforce", "--release", env=env)
    sandbox.post("/clock", advance=3600)
    processes.run("manage.py", "poll", "salesforce", env=env)
    with sandbox.watched() as calls:
        processes.run("manage.py", "poll", "salesforce", env=env)
    # Log-ins, descriptions and limits too.
    seen.idle_calls.append(len([call for call in calls if "/services/" in call["path"]]))
    databases.drop("loans_run")


def _check(loans: int) -> None:
    """Each loan that makes a deal has one, and each deal its borrower."""
    with psycopg.connect(databases.url("loans_run")) as own:
        row = own.execute("SELECT count(*), count(contact_id) FROM deals_deal").fetchone()
    made = loans - loans // STATUSES
    assert row == (made, made), f"deals: {row}"


def _figures(seen: Seen) -> list[Figure]:
    return [
        Figure("first time", seen.rates, "records/s"),
        Figure("nothing changed", seen.again, "records/s"),
        Figure("peak memory", seen.mebibytes, "MiB", at_most=250),
        exactly("queries beyond ceil(loans / 2000)", seen.extra_queries, 0),
        Figure("calls of a poll without news", seen.idle_calls, "calls", at_most=2),
    ]


def _notes(loans: int, borrowers: int) -> str:
    return (
        f"{loans} loans with {borrowers} borrowers, who come with them, read by manage.py "
        "backfill in its own process, timed by its own row. The sandbox and PostgreSQL share "
        "the cores."
    )
