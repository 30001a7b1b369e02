"""``make run``: it ends without a trace, and begins again whatever became of it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.management import CommandError

from hermes.before_run import check_ports
from hermes.embedded.places import free_port
from tests.processes.parts import until
from tests.processes.supervised import Checkout

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def kept_checkout() -> Iterator[Checkout]:
    home = Path(tempfile.mkdtemp(prefix="hermes-run-"))
    # Root lends PostgreSQL an account, which has to reach the folder.
    home.chmod(0o755)
    checkout = Checkout(home / "hermes")
    yield checkout
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def checkout(kept_checkout) -> Iterator[Checkout]:
    """A checkout in which nothing runs; whichever test is the first finds it without data."""
    yield kept_checkout
    kept_checkout.end()


def kinds(checkout: Checkout) -> set[str]:
    """Which of the programs run for the checkout."""
    names = ["gunicorn", "--queues hermes", "--queues runs", "celery -A hermes beat", "sandbox",
             "postgres", "valkey"]  # fmt: skip
    commands = checkout.processes().values()
    return {name for name in names if any(name in command for command in commands)}


def programs(checkout: Checkout) -> set[int]:
    """All but PostgreSQL's sessions: they come and go, at first under their server's own name."""
    commands = checkout.processes().items()
    server = (checkout.folder / ".data" / "postgres" / "postmaster.pid").read_text().split()[0]
    return {pid for pid, command in commands if "postgres" not in command or pid == int(server)}


def test_it_stops_all_that_it_started_and_starts_again_after_any_end(checkout):
    checkout.run()
    assert len(kinds(checkout)) == 7
    secret = (checkout.folder / ".data" / "secret_key").read_text()

    checkout.signal(signal.SIGINT)
    assert checkout.processes() == {}

    checkout.run()
    assert checkout.answers()
    checkout.signal(signal.SIGKILL)

    checkout.run()
    assert checkout.answers()
    assert len(kinds(checkout)) == 7
    assert (checkout.folder / ".data" / "secret_key").read_text() == secret

    checkout.signal(signal.SIGTERM)
    assert checkout.processes() == {}


def test_it_starts_again_what_was_killed(checkout):
    checkout.run()
    killed = checkout.processes()
    for pid, command in killed.items():
        # Some end with those that were killed before them.
        if "manage.py run" not in command:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    until("all is up again", lambda: len(kinds(checkout)) == 7 and checkout.answers())
    checkout.signal(signal.SIGTERM)
    assert checkout.processes() == {}


def test_a_second_run_is_refused_and_leaves_the_first_alone(checkout):
    checkout.run()
    before = programs(checkout)

    code, said = checkout.try_to_run(PORT=str(free_port()), SANDBOX_PORT=str(free_port()))

    assert code != 0
    assert f"Hermes already runs here (pid {checkout.process.pid})" in said
    assert programs(checkout) == before
    assert checkout.answers()
    checkout.signal(signal.SIGKILL)
    checkout.run()
    checkout.signal(signal.SIGTERM)


def test_commands_in_a_second_terminal_work_while_it_runs(checkout):
    checkout.run()
    assert "Pipedrive: on" in checkout.command("sync_status")
    assert "Nothing to do." in checkout.command("setup_pipedrive")
    assert "Done: " in checkout.command("poll", "pipedrive")
    # Another database is another Hermes, and may be a real one.
    elsewhere = {"DATABASE_URL": "postgres://127.0.0.1:1/elsewhere"}
    assert "has no settings" in checkout.command("poll", "pipedrive", **elsewhere)

    checkout.signal(signal.SIGKILL)
    assert "or start Hermes with its sandbox: make run" in checkout.command("poll", "pipedrive")


@pytest.mark.parametrize("name", ["PORT", "SANDBOX_PORT"])
def test_a_taken_port_is_one_sentence_and_nothing_is_left_running(checkout, name):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        code, said = checkout.try_to_run(**{name: port})

    assert code != 0
    assert "Traceback" not in said
    assert f"Port {port} cannot be used" in said
    assert f"with {name}," in said
    assert checkout.processes() == {}


def test_ports_that_are_none_are_named():
    with pytest.raises(CommandError, match="SANDBOX_PORT=no is no port"):
        check_ports({"PORT": "8000", "SANDBOX_PORT": "no"})
    with pytest.raises(CommandError, match="they must differ"):
        check_ports({"PORT": "8000", "SANDBOX_PORT": "8000"})
