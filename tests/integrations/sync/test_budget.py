"""The rate budget that all processes share."""

from __future__ import annotations

import threading
import time
from uuid import uuid4

import pytest
import redis

from integrations.sync import budget
from integrations.sync.budget import Window


def window(limit: int, seconds: float) -> Window:
    return Window(f"test {uuid4()}", limit, seconds)


def call_many(times: int, windows: list[Window], threads: int = 4) -> list[float]:
    """The moments at which the calls were let through."""
    moments: list[float] = []

    def work() -> None:
        for _ in range(times // threads):
            budget.take(windows)
            moments.append(time.monotonic())

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sorted(moments)


def test_no_span_holds_more_calls_than_the_limit_and_the_limit_is_used():
    moments = call_many(40, [window(10, 0.5)])

    spans = [later - first for first, later in zip(moments, moments[10:], strict=False)]
    assert min(spans) >= 0.5
    # Four windows' worth of calls wait three times.
    assert moments[-1] - moments[0] < 3 * 0.5 / 0.85


def test_a_call_waits_for_the_fullest_of_its_windows():
    calls, searches = window(100, 0.3), window(2, 0.3)

    moments = call_many(4, [searches, calls], threads=1)

    assert moments[2] - moments[0] >= 0.3
    budget.take([calls])
    assert time.monotonic() - moments[3] < 0.2


def test_without_a_window_nothing_is_asked(monkeypatch):
    monkeypatch.setattr(budget, "_reserve", lambda windows: pytest.fail("asked"))

    budget.take([])


def test_without_the_server_this_process_keeps_an_even_pace(monkeypatch):
    def unreachable(windows):
        raise redis.ConnectionError

    monkeypatch.setattr(budget, "_reserve", unreachable)
    started = time.monotonic()

    for _ in range(4):
        budget.take([Window("x", 20, 2)])

    assert 0.25 <= time.monotonic() - started < 1


def test_what_a_day_costs_is_added_up():
    name = f"test {uuid4()}"

    assert budget.spend(name, 10) == 10
    assert budget.spend(name, 5) == 15
