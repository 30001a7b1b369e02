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


@pytest.fixture
def waits(monkeypatch):
    """What each call was told to wait, in seconds; nobody does."""
    told: list[float] = []
    monkeypatch.setattr(budget.time, "sleep", told.append)
    return told


def reserved(window: Window) -> list[float]:
    """The moments that calls have in a window, in seconds of the server's clock."""
    kept = budget._server().zrange(f"budget:{window.name}", 0, -1, withscores=True)
    return [moment / 1_000_000 for _, moment in kept]


def call_many(times: int, windows: list[Window], threads: int) -> None:
    def work() -> None:
        for _ in range(times // threads):
            budget.take(windows)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def test_no_span_holds_more_calls_than_the_limit_and_the_limit_is_used(waits):
    tens = window(10, 60)

    call_many(40, [tens], threads=4)

    moments = reserved(tens)
    assert len(moments) == 40
    spans = [later - first for first, later in zip(moments, moments[10:], strict=False)]
    # Neither too early nor a moment later than the window lets it.
    assert spans == pytest.approx([60 + budget.MARGIN_SECONDS] * 30, abs=1e-3)


def test_a_call_waits_for_the_fullest_of_its_windows(waits):
    calls, searches = window(100, 60), window(2, 60)

    call_many(4, [searches, calls], threads=1)

    assert waits == pytest.approx([60, 60], abs=10)
    assert reserved(calls) == reserved(searches)
    budget.take([calls])
    assert len(waits) == 2


def test_a_call_is_let_through_when_its_place_has_come():
    one = window(1, 0.3)
    started = time.monotonic()

    call_many(2, [one], threads=2)

    assert time.monotonic() - started >= 0.3


def test_without_a_window_nothing_is_asked(monkeypatch):
    monkeypatch.setattr(budget, "_reserve", lambda windows: pytest.fail("asked"))

    budget.take([])


def test_without_the_server_this_process_keeps_an_even_pace(monkeypatch, waits):
    def unreachable(windows):
        raise redis.ConnectionError

    monkeypatch.setattr(budget, "_reserve", unreachable)
    monkeypatch.setattr(budget, "_pace", budget._Pace())

    for _ in range(4):
        budget.take([Window("x", 20, 2000)])

    assert waits == pytest.approx([100, 200, 300], abs=60)


def test_what_a_day_costs_is_added_up():
    name = f"test {uuid4()}"

    assert budget.spend(name, 10) == 10
    assert budget.spend(name, 5) == 15
