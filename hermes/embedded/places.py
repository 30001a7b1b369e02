"""Ports, passwords and folders that belong to a checkout."""

from __future__ import annotations

import secrets
import socket
from pathlib import Path


def free_port() -> int:
    """A port on loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port: int) -> bool:
    """Whether somebody listens on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def kept_port(path: Path) -> int:
    """The checkout's port: the one it had, unless a stranger took it meanwhile."""
    if path.exists() and not answers(port := int(path.read_text())):
        return port
    path.write_text(str(port := free_port()))
    return port


def kept_password(path: Path) -> str:
    """The checkout's password, readable by its owner alone."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(24))
    return path.read_text()


def is_alive(pid: int) -> bool:
    """Whether a process of that number runs and is no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
