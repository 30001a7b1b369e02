"""How much of the rate that Pipedrive allows the outbox uses, and how often it is refused."""

from __future__ import annotations

import time
from datetime import datetime
from itertools import count, pairwise
from statistics import median

from django.conf import settings

from companies.models import Company

from . import processes
from . import sandbox as stand_in
from .plan import Plan, say, wait_until
from .results import Figure, Result, exactly
from .sandbox import Sandbox

#: The smallest plan: so many calls in any two seconds.
PLAN, LIMIT, WINDOW_SECONDS = "lite", 20, 2.0
#: At the allowed rate these take 20 seconds.
COMPANIES = 220

_serials = count(1)


def measure(plan: Plan) -> Result:
    """In each run so many new companies, sent by one real worker process."""
    number = plan.scaled(COMPANIES, 3 * LIMIT)
    shares, rates, refused, gaps = [], [], [], []
    with stand_in.started(settings.PIPEDRIVE_BASE_URL) as sandbox:
        stand_in.set_up()
        sandbox.post("/budget", plan=PLAN)
        env = processes.environment(
            WORKER_CONCURRENCY="1", PIPEDRIVE_REQUESTS_PER_2_SECONDS=str(LIMIT)
        )
        with processes.running(processes.procfile("worker"), env):
            _send(sandbox, 1)
            for _ in plan.rounds():
                calls = _send(sandbox, number)
                refused.append(sum(call["status"] == 429 for call in calls))
                share, rate = _pace(calls)
                shares.append(share * 100)
                rates.append(rate)
                gaps.append(_gap(calls) * 1000)
                say(f"{rate:.2f} calls/s, {share:.1%} of the allowed rate")
    allowed = [LIMIT / WINDOW_SECONDS] * plan.runs
    figures = [
        Figure("sent", rates, "calls/s", floor=allowed),
        Figure("share of the allowed rate", shares, "%", at_least=95),
        exactly("answers of 429", refused, 0),
        Figure("from call to call within a burst", gaps, "ms"),
    ]
    return Result("outbox", figures, [_notes(number)])


def _notes(number: int) -> str:
    return (
        f"{number} new companies in each run, {LIMIT} calls in any {WINDOW_SECONDS:g} s allowed, "
        "one worker process. The floor is the allowed rate. Timed over whole windows, by the "
        "sandbox's clock."
    )


def _send(sandbox: Sandbox, number: int) -> list[dict]:
    """Make companies here, and give the calls after the last of them arrived there."""
    with sandbox.watched() as calls:
        Company.objects.bulk_create(
            Company(name=f"Larkfield {next(_serials)}") for _ in range(number)
        )
        wait_until(lambda: _made(calls) >= number, number + 60, f"{number} companies there")
    if _made(calls) != number:
        raise RuntimeError(f"{_made(calls)} of {number} companies were made there")
    # The next run starts with an empty window.
    time.sleep(2 * WINDOW_SECONDS)
    return calls


def _made(calls: list[dict]) -> int:
    return sum(call["method"] == "POST" and call["status"] in (200, 201) for call in calls)


def _pace(calls: list[dict]) -> tuple[float, float]:
    """The share of the allowed rate, and calls per second.

    Over whole windows: from the first call of one to the first call of another.
    """
    times = _times(calls)
    last = (len(times) - 1) // LIMIT * LIMIT
    rate = last / (times[last] - times[0])
    return rate * WINDOW_SECONDS / LIMIT, rate


def _gap(calls: list[dict]) -> float:
    """Seconds from one call to the next where the budget held nothing up."""
    times = _times(calls)
    return median(later - earlier for earlier, later in pairwise(times))


def _times(calls: list[dict]) -> list[float]:
    return sorted(datetime.fromisoformat(call["at"]).timestamp() for call in calls)
