"""PostgreSQL and Valkey from wheels: for anybody, for one checkout, after any end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from hermes import embedded
from hermes.embedded.places import is_alive
from tests.processes.parts import ROOT, until

pytestmark = pytest.mark.processes

NOBODY = 65534
LOOPBACK = "0100007F"

START_BOTH = """
import sys
from pathlib import Path
from hermes import embedded
folder = Path(sys.argv[1])
print(embedded.ensure_postgres(folder), embedded.ensure_valkey(folder))
"""


@pytest.fixture
def new_folder() -> Iterator:
    """Makes folders that anybody may reach; whatever runs in them is stopped."""
    made = []

    def make() -> Path:
        folder = Path(tempfile.mkdtemp(prefix="hermes-embedded-"))
        folder.chmod(0o755)
        made.append(folder)
        return folder

    yield make
    for folder in made:
        embedded.stop(folder)
        shutil.rmtree(folder)


@pytest.fixture
def folder(new_folder) -> Path:
    return new_folder()


def start(folder: Path) -> tuple[str, str]:
    """Start both; they answer."""
    postgres, valkey = embedded.ensure_postgres(folder), embedded.ensure_valkey(folder)
    with psycopg.connect(postgres) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert redis.Redis.from_url(valkey).ping()
    return postgres, valkey


def kill(pid_file: Path) -> None:
    pid = int(pid_file.read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    until("it is dead", lambda: not is_alive(pid))


def listening(port: int) -> set[str]:
    """The addresses on which somebody listens on this port, as the kernel writes them."""
    lines = [line.split() for name in ["tcp", "tcp6"]
             for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]  # fmt: skip
    places = [line[1].rpartition(":") for line in lines if line[3] == "0A"]
    return {address for address, _, number in places if int(number, 16) == port}


def test_both_listen_on_loopback_alone_and_want_a_password(folder):
    for url in start(folder):
        port = int(url.rpartition(":")[2].partition("/")[0])
        assert listening(port) == {LOOPBACK}
    postgres, valkey = start(folder)

    secret = postgres.partition("hermes:")[2].partition("@")[0]
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(postgres.replace(secret, "wrong"))
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url("redis://" + valkey.partition("@")[2]).ping()
    assert (folder / "postgres.password").stat().st_mode & 0o077 == 0
    assert (folder / "valkey.conf").stat().st_mode & 0o077 == 0


def test_both_keep_their_data_after_a_kill_and_a_stop(folder):
    postgres, valkey = start(folder)
    with psycopg.connect(postgres) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    kill(folder / "postgres" / "postmaster.pid")
    kill(folder / "valkey.pid")
    assert start(folder) == (postgres, valkey)

    embedded.stop(folder)
    start(folder)

    with psycopg.connect(postgres) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


def test_a_lock_that_names_a_stranger_does_not_stop_them(folder):
    start(folder)
    lock, pid_file = folder / "postgres" / "postmaster.pid", folder / "valkey.pid"
    rest = lock.read_text().splitlines()[1:]
    kill(lock)
    kill(pid_file)
    lock.write_text("\n".join([str(os.getpid()), *rest]))
    pid_file.write_text(str(os.getpid()))

    start(folder)


def test_two_checkouts_stand_side_by_side(folder, new_folder):
    other = new_folder()
    ours, theirs = start(folder), start(other)
    embedded.stop(other)

    assert not set(ours) & set(theirs)
    assert start(folder) == ours


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_an_ordinary_user_can_start_them_too(folder):
    os.chown(folder, NOBODY, NOBODY)
    # Reading is allowed everywhere: this checkout, or its Python, may be in root's home.
    as_nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
                 "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]  # fmt: skip
    done = subprocess.run(
        [*as_nobody, sys.executable, "-c", START_BOTH, str(folder / ".data")],
        cwd=ROOT, env={**os.environ, "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    postgres, valkey = done.stdout.split()

    with psycopg.connect(postgres) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("hermes",)
    assert redis.Redis.from_url(valkey).ping()
    for pid_file in ["postgres/postmaster.pid", "valkey.pid"]:
        pid = (folder / ".data" / pid_file).read_text().split()[0]
        assert Path(f"/proc/{pid}").stat().st_uid == NOBODY
        os.kill(int(pid), signal.SIGQUIT if "postgres" in pid_file else signal.SIGTERM)
        until("it has ended", lambda pid=pid: not is_alive(int(pid)))


def test_nothing_is_started_where_both_addresses_are_set(folder):
    for name in ["hermes", "integrations", "companies", "contacts", "deals", "meetings"]:
        shutil.copytree(ROOT / name, folder / name)
    subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        cwd=folder, check=True, capture_output=True,
        env={**os.environ, "SECRET_KEY": "x" * 60, "DJANGO_SETTINGS_MODULE": "hermes.settings",
             "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
             "CELERY_BROKER_URL": "redis://127.0.0.1:1/0"},
    )  # fmt: skip

    assert not (folder / ".data").exists()


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="no history here")
def test_the_data_folder_is_ignored_by_git():
    done = subprocess.run(["git", "check-ignore", ".data/"], cwd=ROOT, capture_output=True)

    assert done.returncode == 0
