"""Keeping a handful of programs running on a developer's machine.

Small on purpose: production has its own (systemd, Kubernetes, a platform's Procfile).
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

#: How long programs have to come up, and to end.
START_SECONDS = 90
STOP_SECONDS = 15

#: A program that dies at once is started again after this long, doubled each time.
FIRST_WAIT, LONGEST_WAIT = 0.5, 10.0

_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Linux ends this process when its parent ends, however that ends."""
    if os.uname().sysname == "Linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Program:
    """A command that should always run."""

    name: str
    command: list[str]
    process: subprocess.Popen | None = None
    wait: float = FIRST_WAIT
    started_at: float = 0.0
    not_before: float = field(default=0.0)

    def start(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            self.command,
            env=environment,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        self.started_at = time.monotonic()


class Supervisor:
    """Starts programs, starts the dead again, and stops all of them.

    ``ensure_servers`` starts PostgreSQL and Valkey again if they died.
    """

    def __init__(
        self,
        programs: list[Program],
        environment: dict[str, str],
        folder: Path,
        ensure_servers: Callable[[], None],
    ) -> None:
        self.programs, self.environment = programs, environment
        self.ensure_servers = ensure_servers
        self.pid_file = folder / "programs.pid"

    def start(self) -> None:
        """Start all."""
        for program in self.programs:
            program.start(self.environment)
        self._remember()

    def wait_for(self, *addresses: str) -> None:
        """Return when all of these answer.

        Raises:
            TimeoutError: One did not.
        """
        deadline = time.monotonic() + START_SECONDS
        for address in addresses:
            while not _answers(address):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{address} does not answer; see the messages above")
                self._revive()
                time.sleep(0.2)

    def watch(self) -> None:
        """Start what dies again, for ever."""
        while True:
            self._revive()
            time.sleep(0.5)

    def _revive(self) -> None:
        self.ensure_servers()
        now = time.monotonic()
        for program in self.programs:
            if program.process is None or program.process.poll() is None:
                continue
            if program.not_before == 0.0:
                lived_long = now - program.started_at > LONGEST_WAIT
                program.wait = FIRST_WAIT if lived_long else min(program.wait * 2, LONGEST_WAIT)
                program.not_before = now + program.wait
                _end_group(program.process.pid)
                print(f"{program.name} ended; starting it again", flush=True)
            elif now >= program.not_before:
                program.not_before = 0.0
                program.start(self.environment)
                self._remember()

    def stop(self) -> None:
        """Ask all to end, then insist."""
        running = [p.process for p in self.programs if p.process and p.process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(deadline - time.monotonic(), 0.1))
            _end_group(process.pid)
        self.pid_file.unlink(missing_ok=True)

    def _remember(self) -> None:
        pids = [str(p.process.pid) for p in self.programs if p.process]
        self.pid_file.write_text("\n".join(pids))

    def end_leftovers(self) -> None:
        """End the programs that an earlier, killed supervisor left."""
        if not self.pid_file.exists():
            return
        for text in self.pid_file.read_text().split():
            if _is_ours(int(text)):
                _end_group(int(text))


def _is_ours(pid: int) -> bool:
    """Whether the process still is one of Hermes, and not a later one of that number."""
    try:
        return str(Path.cwd()) == os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return False


def _end_group(pid: int) -> None:
    """End what is left of a program, its children too."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
