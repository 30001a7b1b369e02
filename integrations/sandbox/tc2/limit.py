"""The rate limit: so many calls in any 60 seconds."""

import math
import threading
from collections import deque

from integrations.sandbox.clock import Clock
from integrations.sandbox.tc2.switches import Switches

WINDOW_SECONDS = 60


class RateLimit:
    """Counts the calls that were let through, on the simulated clock."""

    def __init__(self, clock: Clock, switches: Switches) -> None:
        self._clock, self._switches = clock, switches
        self._lock = threading.Lock()
        self._calls: deque[float] = deque()

    def take(self) -> bool:
        """Let one call through, or say that there were too many."""
        with self._lock:
            now = self._forget_old()
            if len(self._calls) >= self._switches.rate_limit_per_minute:
                return False
            self._calls.append(now)
            return True

    def retry_after_seconds(self) -> int:
        """Until the next call is let through."""
        with self._lock:
            now = self._forget_old()
            oldest = self._calls[0] if self._calls else now
            return max(1, math.ceil(oldest + WINDOW_SECONDS - now))

    def clear(self) -> None:
        """No calls so far."""
        with self._lock:
            self._calls.clear()

    def _forget_old(self) -> float:
        now = self._clock.time()
        while self._calls and self._calls[0] <= now - WINDOW_SECONDS:
            self._calls.popleft()
        return now
