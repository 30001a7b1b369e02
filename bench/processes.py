"""Programs that a measurement starts, watches and ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hermes.embedded.places import free_port
from hermes.supervisor import die_with_parent

from .plan import wait_until

TICKS = os.sysconf("SC_CLK_TCK")
PROCFILE = Path(__file__).resolve().parent.parent / "Procfile"


@dataclass(frozen=True)
class Finished:
    """What a program that ran to its end used."""

    cpu_seconds: float
    peak_mebibytes: float
    output: str


def environment(**changed: str) -> dict[str, str]:
    """Ours, with our Python first on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, **changed}


def procfile(name: str) -> str:
    """The shell command that production starts under this name."""
    lines = PROCFILE.read_text().splitlines()
    return next(line.partition(":")[2].strip() for line in lines if line.startswith(f"{name}:"))


@contextmanager
def running(command: str, env: Mapping[str, str]) -> Iterator[int]:
    """Keep a shell command's program running inside the block; gives its process id."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            ["sh", "-c", f"exec {command}"],
            env=dict(env),
            stdout=log,
            stderr=log,
            preexec_fn=die_with_parent,
        )
        try:
            yield process.pid
        except BaseException:
            log.seek(0)
            print(log.read().decode(errors="replace")[-4000:], file=sys.stderr)
            raise
        finally:
            _end(process)


@contextmanager
def served(web: str, **changed: str) -> Iterator[tuple[int, int]]:
    """A web server that answers; gives its process id and its port."""
    port = free_port()
    with running(web, environment(PORT=str(port), WEB_CONCURRENCY="2", **changed)) as pid:
        wait_for(f"http://127.0.0.1:{port}/healthz")
        yield pid, port


def _end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        for pid in _tree(process.pid):
            os.kill(pid, signal.SIGKILL)
        process.wait()


def run(*arguments: str, env: Mapping[str, str]) -> Finished:
    """Run a Python program to its end.

    Raises:
        RuntimeError: It failed; with the end of what it printed.
    """
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            env=dict(env),
            stdout=log,
            stderr=log,
            preexec_fn=die_with_parent,
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        log.seek(0)
        output = log.read().decode(errors="replace")
    if process.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{output[-4000:]}")
    return Finished(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, output)


def wait_for(address: str, seconds: float = 60) -> None:
    """Return when a GET is answered with success."""
    wait_until(lambda: _answers(address), seconds, address)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as response:
            return response.status < 400
    except (urllib.error.URLError, OSError):
        return False


def cpu_seconds(pid: int) -> float:
    """What a program and its living children have used so far."""
    return sum(_cpu(each) for each in _tree(pid))


def busy_seconds() -> float:
    """CPU time that all processes of this machine have used so far."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    user, nice, system, _idle, _waiting, *rest = map(int, fields[:8])
    return (user + nice + system + sum(rest)) / TICKS


def parent_of(pid: int) -> int | None:
    """The parent's number, for a process of this machine."""
    fields = _stat(pid)
    return int(fields[1]) if fields else None


def _cpu(pid: int) -> float:
    fields = _stat(pid)
    # Its own, and that of its children that have ended.
    return sum(map(int, fields[11:15])) / TICKS if fields else 0.0


def _stat(pid: int) -> list[str] | None:
    """The fields of ``/proc/PID/stat`` after the name."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _tree(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (parent := parent_of(int(entry.name))) is not None:
            children.setdefault(parent, []).append(int(entry.name))
    found = [pid]
    for each in found:
        found += children.get(each, [])
    return found
