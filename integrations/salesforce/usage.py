"""What every answer of Salesforce says beside: its time, and how many calls are used."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from django.conf import settings

from integrations.models import Connection
from integrations.sync import connections
from integrations.sync.http import retry_after
from integrations.sync.system import get

from .schemas import NAME

_USAGE = re.compile(r"api-usage=(\d+)/(\d+)")

#: The bar is for the eye: a process writes it no more often than this.
SECONDS_BETWEEN_WRITES = 5


class _Told(threading.local):
    """What the last answer in this thread said."""

    at: datetime | None = None
    wait: timedelta | None = None
    written_at = float("-inf")


_told = _Told()


def heard(response: requests.Response) -> None:
    """Take note of an answer's headers."""
    _told.at = _moment(response.headers.get("Date", ""))
    _told.wait = retry_after(response) if "Retry-After" in response.headers else None
    used = _USAGE.search(response.headers.get("Sforce-Limit-Info", ""))
    if used and time.monotonic() - _told.written_at >= SECONDS_BETWEEN_WRITES:
        _told.written_at = time.monotonic()
        budget = {"used": int(used[1]), "limit": int(used[2]), "period": "counted over 24 hours"}
        Connection.objects.filter(system=NAME).update(budget=budget)


def clock() -> datetime | None:
    """Salesforce's own time at its last answer in this thread."""
    return _told.at


def wait() -> timedelta | None:
    """How long the last answer in this thread asks us to stay away; None where it does not."""
    return _told.wait


def _moment(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    # "-0000" is a time without a zone, and means the same.
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def of_the_day(limits: Mapping[str, Any]) -> tuple[int, int] | None:
    """How many of the day's calls are used, and how many there are; None where it says neither."""
    told = limits.get("DailyApiRequests")
    if not isinstance(told, Mapping):
        return None
    limit, left = told.get("Max"), told.get("Remaining")
    if not isinstance(limit, int) or not isinstance(left, int):
        return None
    return limit - left, limit


def may_be_spent() -> bool:
    """Whether walks may have used their share of the day's calls, as last heard."""
    budget = connections.of(get(NAME)).budget
    return is_spent(budget.get("used"), budget.get("limit"))


def is_spent(used: Any, limit: Any) -> bool:
    """Whether walks have to leave the rest of the day's calls to people."""
    if not isinstance(used, int) or not isinstance(limit, int) or not limit:
        return False
    return used * 100 >= limit * settings.SALESFORCE_API_BUDGET_PERCENT
