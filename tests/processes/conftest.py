"""Servers and processes that a test may kill."""

from __future__ import annotations

import os
from collections.abc import Iterator

import environ
import pytest
from django.db import connections
from django.db.utils import load_backend

from integrations.sandbox import Sandbox
from tests.meetings.calendar import FOLDER, FolderCalendar
from tests.processes.installation import Installation
from tests.processes.servers import Servers


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL and Valkey that no other test process uses."""
    servers = Servers()
    yield servers
    servers.remove()


@pytest.fixture
def database(servers, django_db_blocker) -> Iterator[str]:
    """A fresh database of its own, which this test's models look at: commits are real."""
    name = f"hermes_{os.environ.get('PYTEST_XDIST_WORKER', 'gw0')}"
    url = servers.new_database(name)
    usual = connections["default"]
    connections["default"] = _connection_to(name, servers)
    with django_db_blocker.unblock():
        yield url
        connections["default"].close()
    connections["default"] = usual
    servers.start()
    servers.drop_database(name)


def _connection_to(name: str, servers: Servers):  # type: ignore[no-untyped-def]
    usual = connections.settings["default"]
    settings = {**usual, **environ.Env.db_url_config(servers.url(name))}
    return load_backend(settings["ENGINE"]).DatabaseWrapper(settings, "default")


@pytest.fixture
def hermes(servers, database, tmp_path) -> Iterator[Installation]:
    """An installation without any program started yet."""
    servers.thaw_valkey()
    with Sandbox(api_token="sandbox-token") as sandbox:
        sandbox.pipedrive.switches.set(retry_scale=0.1)
        installation = Installation(sandbox, database, servers.valkey, tmp_path)
        servers.forget_messages()
        yield installation
        installation.stop()


@pytest.fixture
def running(hermes) -> Installation:
    """Everything runs, and both sides know each other."""
    hermes.start("web", "worker", "beat")
    hermes.set_up()
    return hermes


@pytest.fixture
def calendar(calendar, hermes, settings) -> FolderCalendar:
    """The hosts' calendars, which every program that is started from now on knows too."""
    hermes.environment |= {
        FOLDER: str(calendar.folder),
        "CALENDAR_BACKEND": settings.CALENDAR_BACKEND,
    }
    return calendar


@pytest.fixture(autouse=True)
def _logs_of_a_failure(request, tmp_path) -> Iterator[None]:
    """What the programs said goes with a failure's report."""
    yield
    for log in sorted(tmp_path.glob("*.log")):
        print(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}")
