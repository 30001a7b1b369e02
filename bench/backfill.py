"""The first load of an account, and the same again when nothing changed."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg

from hermes.embedded.places import free_port

from . import databases, processes
from .plan import Plan, say
from .results import Figure, Result, exactly
from .sandbox import Sandbox, started

FULL = {"organizations": 25_000, "persons": 50_000, "deals": 100_000}
PAGE = 500
TENTH = 10

TABLES = {"companies_company": "organizations", "contacts_contact": "persons",
          "deals_deal": "deals"}  # fmt: skip


@dataclass
class Account:
    """A sandbox with so many records, and what each run of the command saw of it."""

    name: str
    sandbox: Sandbox
    counts: dict[str, int]
    first: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    mebibytes: list[float] = field(default_factory=list)
    #: Records per CPU second of the command alone, and with PostgreSQL's.
    by_cpu: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    sandbox_cpu: list[float] = field(default_factory=list)
    #: List calls beyond ceil(n / 500) for each kind, summed.
    extra_calls: list[int] = field(default_factory=list)

    @property
    def records(self) -> int:
        return sum(self.counts.values())


def measure(plan: Plan) -> Result:
    """In each run a tenth of the records first, then all, each on an empty database."""
    counts = {name: plan.scaled(count, 100) for name, count in FULL.items()}
    tenth = {name: count // TENTH for name, count in counts.items()}
    with _account("tenth", tenth) as small, _account("full", counts) as full:
        for _ in plan.rounds():
            for account in [small, full]:
                _load(account)
    return Result("backfill", _figures(small, full), [_notes(full)])


@contextmanager
def _account(name: str, counts: dict[str, int]) -> Iterator[Account]:
    """A filled sandbox, and a database that is set up for it and empty otherwise."""
    address = f"http://127.0.0.1:{free_port()}"
    with started(address) as sandbox:
        databases.create(f"{name}_set_up", "template")
        env = processes.environment(
            DATABASE_URL=databases.url(f"{name}_set_up"), PIPEDRIVE_BASE_URL=address
        )
        processes.run("-c", _SET_UP, env=env)
        sandbox.seed(**counts)
        say(f"the sandbox has {counts}")
        yield Account(name, sandbox, counts)


_SET_UP = "import django; django.setup(); from bench.sandbox import set_up; set_up()"


def _load(account: Account) -> None:
    name = f"{account.name}_run"
    databases.create(name, f"{account.name}_set_up")
    env = processes.environment(
        DATABASE_URL=databases.url(name), PIPEDRIVE_BASE_URL=account.sandbox.url
    )
    for when, rates in [("first time", account.first), ("nothing changed", account.again)]:
        before, database = processes.cpu_seconds(account.sandbox.pid), databases.cpu_seconds()
        with account.sandbox.watched() as calls:
            ended = processes.run("manage.py", "backfill", "pipedrive", env=env)
        seconds = databases.backfill_seconds(name)
        rates.append(account.records / seconds)
        account.mebibytes.append(ended.peak_mebibytes)
        account.by_cpu[f"{when}, Python alone"].append(account.records / ended.cpu_seconds)
        database = databases.cpu_seconds() - database
        both = ended.cpu_seconds + database
        account.by_cpu[f"{when}, with PostgreSQL"].append(account.records / both)
        used = processes.cpu_seconds(account.sandbox.pid) - before
        account.sandbox_cpu.append(used / seconds)
        account.extra_calls.append(_extra_calls(account, calls))
        say(f"{account.records} records in {seconds:.1f} s, {ended.peak_mebibytes:.0f} MiB")
    _check(account, name)
    databases.drop(name)


def _extra_calls(account: Account, calls: list[dict]) -> int:
    lists = Counter(call["path"].rpartition("/")[2] for call in calls if call["method"] == "GET")
    return sum(lists[name] - math.ceil(count / PAGE) for name, count in account.counts.items())


def _check(account: Account, database: str) -> None:
    """Every record is there once, and nothing waits to be sent."""
    with psycopg.connect(databases.url(database)) as own:
        for table, name in TABLES.items():
            row = own.execute(f"SELECT count(*) FROM {table}").fetchone()
            assert row == (account.counts[name],), f"{table}: {row}"
        row = own.execute("SELECT count(*) FROM integrations_outboxentry").fetchone()
        assert row == (0,), f"outbox entries: {row}"


def _figures(small: Account, full: Account) -> list[Figure]:
    def times(ours: list[float], theirs: list[float]) -> list[float]:
        """How many times as long all of them took as a tenth."""
        return [
            (full.records / rate) / (small.records / its_rate)
            for rate, its_rate in zip(ours, theirs, strict=True)
        ]

    return [
        Figure("first time", full.first, "records/s", at_least=4000),
        Figure("nothing changed", full.again, "records/s", at_least=8000),
        Figure("10 times the records, first time", times(full.first, small.first), "times",
               at_most=11),
        Figure("10 times the records, nothing changed", times(full.again, small.again), "times",
               at_most=11),
        Figure("peak memory", full.mebibytes, "MiB", at_most=250, floor=small.mebibytes),
        exactly("list calls beyond ceil(n / 500)", [*full.extra_calls, *small.extra_calls], 0),
        *(Figure(f"per CPU second, {when}", values, "records")
          for when, values in full.by_cpu.items()),
        Figure("CPU share of the sandbox", full.sandbox_cpu, "of one core"),
    ]  # fmt: skip


def _notes(full: Account) -> str:
    return (
        f"{full.counts}, read from the sandbox by manage.py backfill in its own process, timed "
        "by its own row. The floor of the memory is the same command with a tenth of the records. "
        "The sandbox and PostgreSQL share the cores."
    )
