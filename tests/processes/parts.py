"""Programs of the Procfile, each in a process group of its own that a test may kill."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

#: The longest that anything here may take to come true.
PATIENCE_SECONDS = 150


def until(what: str, condition: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """Wait for a condition, and return what it gave.

    Raises:
        AssertionError: It did not come true in time.
    """
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"in {seconds:.0f} s it did not come true: {what}"
        time.sleep(0.05)
    return found


def procfile() -> dict[str, str]:
    """Program to command line."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    return {name: command.strip() for name, _, command in (line.partition(":") for line in lines)}


def group_of(leader: int) -> set[int]:
    """The living processes of a process group."""
    return {pid for pid, group in _groups() if group == leader}


def _groups() -> list[tuple[int, int]]:
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            state, _parent, group = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if state != "Z":
            found.append((int(folder.name), int(group)))
    return found


class Part:
    """One program of the Procfile, started as a platform would start it."""

    def __init__(self, name: str, environment: dict[str, str], log: Path) -> None:
        self.name, self.environment, self.log = name, environment, log
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                ["sh", "-c", f"exec {procfile()[self.name]}"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        """SIGKILL for the program and all its children, as when a machine dies."""
        if self.process is None:
            return
        leader = self.process.pid
        self._signal_group(signal.SIGKILL)
        self.process.wait()
        until(f"{self.name} is dead", lambda: not group_of(leader))
        self.process = None

    def kill_a_child(self) -> None:
        """SIGKILL for one of its children; the program itself has to cope."""
        assert self.process is not None
        leader = self.process.pid
        child = until("there is a child", lambda: group_of(leader) - {leader}).pop()
        os.kill(child, signal.SIGKILL)

    def _signal_group(self, number: int) -> None:
        assert self.process is not None
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return
