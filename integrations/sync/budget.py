"""Rate limits that all processes share: an exact rolling window in the cache's server."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from functools import cache
from uuid import uuid4

import redis
from django.conf import settings

logger = logging.getLogger(__name__)

#: Calls reach the remote with varying delay, so its window and ours differ a little.
MARGIN_SECONDS = 0.05

#: Drops calls that left the window; takes a place, or tells for how long there is none.
_TAKE = """
local now = redis.call('TIME')
local micros = now[1] * 1000000 + now[2]
local window, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, micros - window)
if redis.call('ZCARD', KEYS[1]) < limit then
    redis.call('ZADD', KEYS[1], micros, ARGV[3])
    redis.call('PEXPIRE', KEYS[1], math.ceil(window / 1000) + 1000)
    return 0
end
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return oldest[2] + window - micros
"""


@dataclass(frozen=True)
class Window:
    """So many calls in any span of so many seconds, over all processes."""

    name: str
    limit: int
    seconds: float

    def take(self) -> None:
        """Wait until there is a place, and take it."""
        while (wait := self._try()) > 0:
            time.sleep(wait)

    def _try(self) -> float:
        """Seconds until there may be a place; 0 when this call has one."""
        window = int((self.seconds + MARGIN_SECONDS) * 1_000_000)
        try:
            micros = _client().eval(
                _TAKE, 1, f"budget:{self.name}", window, self.limit, uuid4().hex
            )
        except redis.RedisError:
            # Alone we know of no other process: an even pace is the best we can do.
            logger.warning("The shared rate budget is unreachable; pacing alone")
            time.sleep(self.seconds / self.limit)
            return 0
        return max(int(micros), 0) / 1_000_000


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(settings.CACHE_URL, socket_timeout=1, socket_connect_timeout=1)
