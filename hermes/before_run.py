"""What must hold before ``make run`` starts anything: it is alone here, and its ports are free."""

from __future__ import annotations

import fcntl
import os
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.core.management import CommandError

#: What was killed a moment ago may hold its port so long.
PORT_SECONDS = 5


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the checkout. The kernel lets go of it when this process ends, however it ends.

    Raises:
        CommandError: Another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "run.lock").open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            pid = handle.read().strip() or "unknown"
            raise CommandError(
                f"Hermes already runs here (pid {pid}). Stop it with Ctrl-C in its terminal, "
                f"or with: kill {pid}"
            ) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def is_held(folder: Path) -> bool:
    """Whether a Hermes runs in this checkout."""
    path = folder / "run.lock"
    if not path.exists():
        return False
    with path.open() as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def check_ports(given: Mapping[str, str]) -> None:
    """Look whether both ports can be had.

    Raises:
        CommandError: Names the variable that is to be changed.
    """
    for name in ["PORT", "SANDBOX_PORT"]:
        text = given[name]
        if not (text.isdecimal() and 0 < int(text) < 65536):
            raise CommandError(f"{name}={text} is no port: use a number from 1 to 65535.")
    if given["PORT"] == given["SANDBOX_PORT"]:
        raise CommandError(f"PORT and SANDBOX_PORT are both {given['PORT']}: they must differ.")
    for name in ["PORT", "SANDBOX_PORT"]:
        _check_free(name, int(given[name]))


def _check_free(name: str, port: int) -> None:
    deadline = time.monotonic() + PORT_SECONDS
    while (problem := _problem_of(port)) and time.monotonic() < deadline:
        time.sleep(0.2)
    if problem:
        raise CommandError(
            f"Port {port} cannot be used ({problem}): choose another one with {name}, for "
            f"example {name}={port + 10} make run"
        )


def _problem_of(port: int) -> str:
    """Why nobody can listen there; nothing if one can."""
    with socket.socket() as probe:
        # As the programs do: what is left of closed connections is no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return (error.strerror or type(error).__name__).lower()
    return ""
