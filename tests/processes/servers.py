"""PostgreSQL and Valkey of a test process's own, so that it may kill them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import psycopg
import redis

from hermes import embedded
from hermes.embedded.places import answers, is_alive
from tests.processes.parts import ROOT, until

TEMPLATE = "hermes_template"


class Servers:
    """Embedded ones in a temporary folder."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hermes-servers-"))
        # Root lends PostgreSQL an account, which has to reach the folder.
        self.folder.chmod(0o755)
        self.start()
        self._make_template()

    def start(self) -> None:
        """Start what does not run."""
        self.postgres = embedded.ensure_postgres(self.folder)
        self.valkey = embedded.ensure_valkey(self.folder)

    def remove(self) -> None:
        embedded.stop(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _make_template(self) -> None:
        self._sql(f"CREATE DATABASE {TEMPLATE}")
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": self.url(TEMPLATE),
                 "CELERY_BROKER_URL": f"{self.valkey}/0"},
            check=True,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def new_database(self, name: str) -> str:
        """The address of a fresh, migrated database."""
        self.drop_database(name)
        self._sql(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return self.url(name)

    def drop_database(self, name: str) -> None:
        self._sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def forget_messages(self) -> None:
        redis.Redis.from_url(self.valkey).flushall()

    def url(self, database: str) -> str:
        return f"{self.postgres.rpartition('/')[0]}/{database}"

    def _sql(self, statement: str) -> None:
        with psycopg.connect(self.postgres, autocommit=True) as connection:
            connection.execute(statement)

    # -- trouble -----------------------------------------------------------------------

    def kill_postgres(self) -> None:
        """SIGKILL for the postmaster; its children notice and end."""
        lock = self.folder / "postgres" / "postmaster.pid"
        _kill(int(lock.read_text().split()[0]))

    def kill_valkey(self, *, with_its_data: bool = False) -> None:
        port = int(self.valkey.rpartition(":")[2])
        _kill(self.valkey_pid)
        # Its threads outlive it for a moment, and with a port in use it would move to another.
        until("its port is free", lambda: not answers(port))
        if with_its_data:
            shutil.rmtree(self.folder / "valkey")

    def freeze_valkey(self) -> None:
        os.kill(self.valkey_pid, signal.SIGSTOP)

    def thaw_valkey(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.valkey_pid, signal.SIGCONT)

    @property
    def valkey_pid(self) -> int:
        return int((self.folder / "valkey.pid").read_text())


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    until("the server is dead", lambda: not is_alive(pid))
