"""When a failed entry is tried again."""

from __future__ import annotations

import random
from datetime import timedelta

#: Waits between attempts. After the last one an entry is dead.
RETRY_AFTER = [
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
]

#: The jitter: a wait is this much shorter or longer, so that retries spread out.
JITTER = 0.2


def next_wait(attempts: int) -> timedelta | None:
    """How long to wait after that many attempts, or None when it was the last one."""
    if attempts > len(RETRY_AFTER):
        return None
    return RETRY_AFTER[max(attempts, 1) - 1] * random.uniform(1 - JITTER, 1 + JITTER)
