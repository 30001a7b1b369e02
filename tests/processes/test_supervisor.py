"""``make run``: it ends without a trace, and begins again whatever became of it."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes.parts import until
from tests.processes.supervised import Checkout

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]


@pytest.fixture
def checkout() -> Iterator[Checkout]:
    home = Path(tempfile.mkdtemp(prefix="hermes-run-"))
    # Root lends PostgreSQL an account, which has to reach the folder.
    home.chmod(0o755)
    checkout = Checkout(home / "hermes")
    yield checkout
    checkout.remove()
    shutil.rmtree(home, ignore_errors=True)


def kinds(checkout: Checkout) -> set[str]:
    """Which of the programs run for the checkout."""
    names = ["gunicorn", "celery -A hermes worker", "celery -A hermes beat", "sandbox",
             "postgres", "valkey"]  # fmt: skip
    commands = checkout.processes().values()
    return {name for name in names if any(name in command for command in commands)}


def test_it_stops_all_that_it_started_and_starts_again_after_any_end(checkout):
    checkout.run()
    assert len(kinds(checkout)) == 6
    secret = (checkout.folder / ".data" / "secret_key").read_text()

    checkout.signal(signal.SIGINT)
    assert checkout.processes() == {}

    checkout.run()
    assert checkout.answers()
    checkout.signal(signal.SIGKILL)

    checkout.run()
    assert checkout.answers()
    assert len(kinds(checkout)) == 6
    assert (checkout.folder / ".data" / "secret_key").read_text() == secret

    checkout.signal(signal.SIGTERM)
    assert checkout.processes() == {}


def test_it_starts_again_what_was_killed(checkout):
    checkout.run()
    killed = checkout.processes()
    for pid, command in killed.items():
        if "manage.py run" not in command:
            os.kill(pid, signal.SIGKILL)

    until("all is up again", lambda: len(kinds(checkout)) == 6 and checkout.answers())
    checkout.signal(signal.SIGTERM)
    assert checkout.processes() == {}
