"""What is measured, how often, and how much of the full workload."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console

#: Module by the measurement's name, in the order in which they run.
MEASUREMENTS = {
    "acks": "bench.acks",
    "drain": "bench.drain",
    "backfill": "bench.backfill",
    "resends": "bench.resends",
    "loans": "bench.loans",
    "loan_events": "bench.loan_events",
    "calls": "bench.calls",
    "outbox": "bench.outbox",
    "admin": "bench.admin",
    "availability": "bench.availability",
    "bookings": "bench.bookings",
}

#: Those in which Google keeps the hosts' time.
WITH_GOOGLE = {"availability", "bookings"}


@dataclass(frozen=True)
class Plan:
    """How often to measure, and with which part of the full workload."""

    runs: int = 5
    scale: float = 1.0

    def scaled(self, count: int, least: int = 1) -> int:
        """So many of the full workload's."""
        return max(round(count * self.scale), least)

    def rounds(self) -> Iterator[int]:
        for each in range(1, self.runs + 1):
            say(f"run {each} of {self.runs}")
            yield each


_console = Console(highlight=False)


def say(line: str) -> None:
    """Progress, on the terminal."""
    _console.print(f"  [dim]{line}[/dim]")


@contextmanager
def stopwatch() -> Iterator[list[float]]:
    """Put the seconds that the block took into the list."""
    seconds: list[float] = []
    started = time.perf_counter()
    yield seconds
    seconds.append(time.perf_counter() - started)


def wait_until(ready, seconds: float, what: str) -> None:  # type: ignore[no-untyped-def]
    """Return as soon as it is so.

    Raises:
        TimeoutError: It was not in all that time.
    """
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(0.05)
