"""Token budgets: what each call costs, and when there is no more."""

import threading
import time
from collections import deque
from dataclasses import dataclass

from integrations.sandbox.clock import Clock

WINDOW_SECONDS = 2
SEARCH_BURST = 10
_DAY = 86_400

#: Plan to (daily factor, requests per window with an API token).
PLANS = {"lite": (1, 20), "growth": (2, 40), "premium": (5, 100), "ultimate": (7, 120)}


@dataclass(frozen=True)
class Verdict:
    """Whether a call may go on, and the headers of its answer."""

    #: "", "burst", "daily" or "blocked".
    refused: str
    headers: dict[str, str]


class Budget:
    """Counts always; refuses only when ``enforced``, or when a switch says so.

    The day is the simulated clock's. The two-second window is real time: a client that
    waits it out waits in real time, whatever the simulated clock does.
    """

    def __init__(self, clock: Clock, plan: str = "unlimited", seats: int = 4) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._windows: dict[str, deque[float]] = {"all": deque(), "search": deque()}
        self._refusals: deque[float] = deque()
        self._blocked_until = 0.0
        self._day = 0
        self.spent = self.writes = 0
        #: After so many refusals within 10 seconds comes the HTML 403, for a while.
        self.block_after, self.block_seconds = 50, 30.0
        self.set_plan(plan, seats)

    def set_plan(self, plan: str, seats: int = 4) -> None:
        """``unlimited`` counts like ``ultimate`` and refuses nothing."""
        factor, burst = PLANS[plan if plan in PLANS else "ultimate"]
        self.plan, self.enforced = plan, plan in PLANS
        self.daily_limit, self.burst_limit = 30_000 * factor * seats, burst
        self.write_limit = 10_000 * seats

    def set(self, **values: object) -> None:
        """``daily_limit``, ``burst_limit``, ``spent``, ``block_after``, ``enforced``."""
        for name, value in values.items():
            setattr(self, name, value)

    def as_json(self) -> dict:
        """For the page."""
        names = ("plan", "enforced", "daily_limit", "burst_limit", "spent", "block_after")
        return {name: getattr(self, name) for name in names}

    def spend(self, cost: int, *, search: bool, write: bool) -> Verdict:
        """Take the tokens of one call, or refuse it and take none."""
        with self._lock:
            self._start_day()
            refused = self._refusal(cost, search) if self.enforced else ""
            if refused:
                self._note_refusal()
            else:
                self._count(cost, search, write)
            return Verdict(refused, self._headers(search, refused))

    def refuse(self, kind: str) -> Verdict:
        """The refusal that a switch asks for."""
        with self._lock:
            return Verdict(kind, self._headers(False, kind))

    def reset(self) -> None:
        """A full budget again."""
        with self._lock:
            self.spent = self.writes = 0
            self._blocked_until = 0.0
            self._refusals.clear()
            for window in self._windows.values():
                window.clear()

    def _start_day(self) -> None:
        today = int(self._clock.time() // _DAY)
        if today != self._day:
            self._day, self.spent, self.writes = today, 0, 0

    def _refusal(self, cost: int, search: bool) -> str:
        now = time.monotonic()
        if now < self._blocked_until:
            return "blocked"
        if self.spent + cost > self.daily_limit:
            return "daily"
        full = self._in_window("all") >= self.burst_limit
        if full or (search and self._in_window("search") >= SEARCH_BURST):
            return "burst"
        return ""

    def _note_refusal(self) -> None:
        now = time.monotonic()
        self._refusals.append(now)
        while self._refusals and self._refusals[0] < now - 10:
            self._refusals.popleft()
        if len(self._refusals) > self.block_after:
            self._blocked_until = now + self.block_seconds
            self._refusals.clear()

    def _count(self, cost: int, search: bool, write: bool) -> None:
        self.spent += cost
        self.writes += write
        self._windows["all"].append(time.monotonic())
        if search:
            self._windows["search"].append(time.monotonic())

    def _in_window(self, name: str) -> int:
        window, oldest = self._windows[name], time.monotonic() - WINDOW_SECONDS
        while window and window[0] <= oldest:
            window.popleft()
        return len(window)

    def _headers(self, search: bool, refused: str) -> dict[str, str]:
        limit = SEARCH_BURST if search else self.burst_limit
        left = max(0, limit - self._in_window("search" if search else "all"))
        daily_left = 0 if refused == "daily" else max(0, self.daily_limit - self.spent)
        if refused == "blocked":
            return {}
        return {
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": "0" if refused == "burst" else str(left),
            "x-ratelimit-reset": str(WINDOW_SECONDS),
            "x-daily-requests-left": str(max(0, self.write_limit - self.writes)),
            "x-daily-ratelimit-token-limit": str(self.daily_limit),
            "x-daily-ratelimit-token-remaining": str(daily_left),
        }
