"""Databases of the bench's own, on the developer's server; never the developer's."""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from hermes.embedded.places import is_alive

from . import processes

#: Where the server is reached, through a database that is only connected to.
SERVER = "BENCH_SERVER_URL"
#: Begins the names of all databases of one bench.
PREFIX = "BENCH_PREFIX"

_NAME = re.compile(r"hermes_bench_(\d+)_\w+")


def new_prefix() -> str:
    return f"hermes_bench_{os.getpid()}"


def full_name(name: str) -> str:
    return f"{os.environ[PREFIX]}_{name}"


def url(name: str) -> str:
    """The address of one of our databases."""
    parts = urlsplit(os.environ[SERVER])
    return urlunsplit(parts._replace(path=f"/{full_name(name)}"))


def create(name: str, template: str = "") -> str:
    """Make one, empty or as a copy, in place of one of that name. Returns its address."""
    drop(name)
    source = full_name(template) if template else "template0"
    _run("CREATE DATABASE {} TEMPLATE {}", full_name(name), source)
    return url(name)


def drop(name: str) -> None:
    _run("DROP DATABASE IF EXISTS {} WITH (FORCE)", full_name(name))


def drop_all(prefix: str) -> None:
    """Remove what this bench made."""
    for name in _names():
        if name.startswith(f"{prefix}_"):
            _run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def drop_leftovers() -> None:
    """Remove what a killed bench of this machine left."""
    for name in _names():
        match = _NAME.fullmatch(name)
        if match and not is_alive(int(match[1])):
            _run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def cpu_seconds() -> float:
    """What PostgreSQL's processes have used so far; 0 where they run on another machine."""
    with _connected() as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        server = processes.parent_of(row[0]) if row else None
    return processes.cpu_seconds(server) if server else 0.0


def _names() -> list[str]:
    with _connected() as connection:
        rows = connection.execute("SELECT datname FROM pg_database").fetchall()
    return [name for (name,) in rows]


def _run(statement: str, *names: str) -> None:
    with _connected() as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _connected() -> psycopg.Connection:
    return psycopg.connect(os.environ[SERVER], autocommit=True)


def backfill_seconds(database: str) -> float:
    """How long the last backfill took by its own row, without the start of Python."""
    with psycopg.connect(url(database)) as own:
        row = own.execute(
            "SELECT state, extract(epoch FROM ended_at - started_at) FROM integrations_syncrun "
            "WHERE action = 'backfill' ORDER BY id DESC LIMIT 1"
        ).fetchone()
    assert row is not None
    assert row[0] == "done", row[0]
    return float(row[1])
