"""The calls of a day, on the simulated clock."""

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from integrations.sandbox.salesforce.account import Account

DAY_SECONDS = 24 * 60 * 60


class Quota:
    """Counts the calls since a day began; the next begins with the first call after it."""

    def __init__(self, account: "Account") -> None:
        self._account = account
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """No calls so far."""
        self.used, self._began = 0, self._account.clock.time()

    def take(self) -> bool:
        """Let one call through, or say that they are used up."""
        with self._lock:
            now = self._account.clock.time()
            if now - self._began >= DAY_SECONDS:
                self.used, self._began = 0, now
            if self.used >= self.total:
                return False
            self.used += 1
            return True

    @property
    def total(self) -> int:
        """Those of a day."""
        return self._account.switches.daily_calls

    def header(self) -> str:
        """As answers have it."""
        return f"api-usage={self.used}/{self.total}"

    def as_json(self) -> dict:
        """As ``limits`` has it."""
        return {"Max": self.total, "Remaining": max(0, self.total - self.used)}
