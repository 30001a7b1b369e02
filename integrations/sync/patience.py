"""A few tries within one call. The queues have their own, longer schedule."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from .errors import RateLimited, SyncError, Unavailable

logger = logging.getLogger(__name__)

#: Tries of one call.
TRIES = 3

#: No new try later than this after the first one began; a longer wait is the queue's.
PATIENCE = timedelta(seconds=5)

#: The first backoff is at most this long; each further one twice as long.
BACKOFF = timedelta(seconds=0.5)


def patiently(
    call: Callable[[], Any],
    *,
    may_repeat: Callable[[SyncError], bool],
    tries: int = TRIES,
    patience: timedelta = PATIENCE,
) -> Any:
    """What the call returns, tried again where that may help and does no harm.

    Args:
        may_repeat: Whether the call may be made once more after this error.
    """
    give_up_at = time.monotonic() + patience.total_seconds()
    attempt = 1
    while True:
        try:
            return call()
        except (RateLimited, Unavailable) as error:
            wait = _wait(error, attempt)
            too_late = time.monotonic() + wait > give_up_at
            if attempt == tries or too_late or not may_repeat(error):
                raise
            logger.info("%s; trying again in %.1f s", error, wait)
        time.sleep(wait)
        attempt += 1


def _wait(error: SyncError, attempt: int) -> float:
    """Seconds before the next try: as long as was asked, or backoff with full jitter."""
    if isinstance(error, RateLimited):
        return error.retry_after.total_seconds() + random.uniform(0, 0.3)
    return random.uniform(0, BACKOFF.total_seconds() * 2 ** (attempt - 1))
