"""A checkout of its own with ``make run`` in it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

from hermes.embedded.places import free_port
from tests.processes.parts import ROOT, until

#: Not of the checkout itself: environments, data, history.
LEFT_OUT = [".venv", ".data", ".git", ".env", "staticfiles", "tests", "docs", "*_cache"]

#: Variables that would point the copy at servers of others.
POINTERS = ["DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "HERMES_TRAFFIC_LOG"]


class Checkout:
    """A copy of the product in a folder; ``run`` starts what ``make run`` starts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
        self.port, self.sandbox_port = free_port(), free_port()
        self.process: subprocess.Popen | None = None

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in POINTERS}
        return {**kept, "PORT": str(self.port), "SANDBOX_PORT": str(self.sandbox_port)}

    def try_to_run(self, **environment: str) -> tuple[int, str]:
        """Start where it must not; returns the exit code and what was said."""
        done = subprocess.run(
            [sys.executable, "manage.py", "run"], cwd=self.folder, text=True, timeout=60,
            env={**self.environment, **environment}, capture_output=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def command(self, *arguments: str, **environment: str) -> str:
        """What a command says in a second terminal, where nothing is set but this."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=self.folder, text=True, timeout=60,
            env={"PATH": os.environ["PATH"], **environment}, capture_output=True, check=False,
        )  # fmt: skip
        return done.stdout + done.stderr

    def run(self) -> None:
        """Start, and return when it says that all is up."""
        log = self.folder / "run.log"
        with log.open("w") as output:
            self.process = subprocess.Popen(
                # As a script's "&" would start it: with SIGINT ignored.
                ["sh", "-c", 'trap "" INT; exec "$0" manage.py run', sys.executable],
                cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        until("all is up", lambda: self._is_up(log), seconds=100)

    def _is_up(self, log: Path) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, log.read_text()[-3000:]
        return "Ctrl-C stops all" in log.read_text()

    def signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait(timeout=60)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as got:
                return got.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def processes(self) -> dict[int, str]:
        """Everything alive that runs in, or for, this checkout."""
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and (command := self._ours(entry)):
                found[int(entry.name)] = command
        return found

    def _ours(self, entry: Path) -> str:
        try:
            command = (entry / "cmdline").read_text().replace("\0", " ").strip()
            here = os.readlink(entry / "cwd")
        except OSError:
            return ""
        folder = str(self.folder)
        # A server's children name neither; they stand in its data folder.
        return command if folder in command or here.startswith(folder) else ""

    def end(self) -> None:
        """End whatever a test has left."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        until("all has ended", lambda: not self.processes())
