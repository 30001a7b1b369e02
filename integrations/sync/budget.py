"""Rate limits that all processes share: exact rolling windows in the cache's server.

A call reserves the first moment at which every window has a place, and waits for it. So
callers are served in order, none asks twice, and a limit is used to its end.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import uuid4

import redis
from django.conf import settings

from .errors import RateLimited

logger = logging.getLogger(__name__)

#: Calls reach the remote with varying delay, so its window and ours differ a little.
MARGIN_SECONDS = 0.05

#: Reserves one moment in all windows at once. Times are microseconds of the server's
#: clock. The moment is that at which the limit-th newest reservation leaves each window.
_RESERVE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local moment = now
for i, key in ipairs(KEYS) do
    local limit, window = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
    local last = redis.call('ZREVRANGE', key, limit - 1, limit - 1, 'WITHSCORES')
    if last[2] then moment = math.max(moment, tonumber(last[2]) + window) end
end
if moment - now > tonumber(ARGV[#ARGV]) then return string.format('%.0f', moment - now) end
for i, key in ipairs(KEYS) do
    redis.call('ZADD', key, string.format('%.0f', moment), ARGV[1])
    redis.call('PEXPIRE', key, math.ceil((moment - now + ARGV[2 * i + 1]) / 1000) + 1000)
end
return string.format('%.0f', moment - now)
"""


@dataclass(frozen=True)
class Window:
    """So many calls in any span of so many seconds, over all processes.

    Attributes:
        patience: Seconds that a call waits for its place at most; else it is put off.
    """

    name: str
    limit: int
    seconds: float
    patience: float = 3600


def take(windows: Sequence[Window]) -> None:
    """Wait until there is a place in each of the windows, and take it in all of them.

    Without the cache's server there is no telling what other processes do. The call is
    made all the same, at this process's even pace; the remote's own refusals do the rest.

    Raises:
        RateLimited: The wait would be longer than a window's patience. No place was taken.
    """
    if not windows:
        return
    try:
        wait = _reserve(windows)
    except redis.RedisError:
        logger.warning("The shared rate budget is unreachable; pacing this process alone")
        wait = _pace.next_wait(max(window.seconds / window.limit for window in windows))
    if wait > _patience(windows):
        raise RateLimited("Our own limit is reached", retry_after=timedelta(seconds=wait))
    if wait > 0:
        time.sleep(wait)


def _patience(windows: Sequence[Window]) -> float:
    return min(window.patience for window in windows)


def _reserve(windows: Sequence[Window]) -> float:
    """Seconds until the moment that is now ours."""
    keys = [f"budget:{window.name}" for window in windows]
    sizes = [
        number
        for window in windows
        for number in (window.limit, round((window.seconds + MARGIN_SECONDS) * 1_000_000))
    ]
    longest = round(_patience(windows) * 1_000_000)
    return int(_script()(keys=keys, args=[uuid4().hex, *sizes, longest])) / 1_000_000


class _Pace:
    """An even pace within this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = 0.0

    def next_wait(self, seconds: float) -> float:
        with self._lock:
            now = time.monotonic()
            moment = max(now, self._next)
            self._next = moment + seconds
            return moment - now


_pace = _Pace()


@cache
def _server() -> redis.Redis:
    return redis.Redis.from_url(settings.CACHE_URL, socket_timeout=1, socket_connect_timeout=0.5)


@cache
def _script() -> redis.commands.core.Script:
    return _server().register_script(_RESERVE)


def spend(name: str, tokens: int) -> int | None:
    """Add to what this UTC day has cost, over all processes.

    Returns:
        The day's sum, or None when the cache's server is unreachable.
    """
    key = f"budget:{name}:{datetime.now(UTC):%Y-%m-%d}"
    try:
        with _server().pipeline(transaction=False) as pipeline:
            pipeline.incrby(key, tokens)
            pipeline.expire(key, 2 * 86_400)
            return int(pipeline.execute()[0])
    except redis.RedisError:
        return None
