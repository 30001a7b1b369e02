"""What Pipedrive's daily budget was spent on our side, for the bar that staff see."""

from __future__ import annotations

import threading
import time
from typing import Any

import requests
from django.conf import settings

from integrations.models import Connection
from integrations.sync import budget

from .client import DAILY_LEFT, DAILY_LIMIT
from .schemas import NAME

#: The bar is for the eye: a process writes it no more often than this.
SECONDS_BETWEEN_WRITES = 5


class ConnectionLedger:
    """Writes what the answers say to the connection; our own count where they say nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._written_at = float("-inf")
        self._daily: dict[str, int] = {}

    def heard(self, response: requests.Response) -> None:
        """Take note of the budget in an answer's headers."""
        told = {name: response.headers.get(name, "") for name in (DAILY_LIMIT, DAILY_LEFT)}
        if all(text.isdigit() for text in told.values()):
            self._daily = {name: int(text) for name, text in told.items()}

    def spent(self, tokens: int) -> None:
        """Count a call that was made."""
        counted = budget.spend(NAME, tokens)
        with self._lock:
            if time.monotonic() - self._written_at < SECONDS_BETWEEN_WRITES:
                return
            self._written_at = time.monotonic()
        Connection.objects.filter(system=NAME).update(budget=self._shown(counted))

    def _shown(self, counted: int | None) -> dict[str, Any]:
        limit = self._daily.get(DAILY_LIMIT, settings.PIPEDRIVE_DAILY_TOKENS)
        used = counted or 0
        if self._daily:
            used = limit - self._daily[DAILY_LEFT]
        return {"limit": limit, "used": used, "period": "again from midnight UTC"}


#: One for the process.
LEDGER = ConnectionLedger()
