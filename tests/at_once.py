"""The same work by several at once, each over a connection of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, transaction

#: Seconds after which something is wrong.
LONGEST_WAIT = 20


def together(work: Callable[[int], Any], times: int) -> list[Any]:
    """Run it in so many threads, which are numbered; each closes its connection."""

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(lambda number: _closing(lambda: work(number)), range(times)))


def overtaken(work: Callable[[], Any], by: Callable[[], Any]) -> Any:
    """What work says that finds its record changed while it waited for it.

    Args:
        by: The change. It is committed once the work waits for what it has locked.
    """
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            by()
            working = pool.submit(_closing, work)
            until = time.monotonic() + LONGEST_WAIT
            while not is_waited_for():
                assert time.monotonic() < until, "the work waited for nothing"
        return working.result(timeout=LONGEST_WAIT)


def _closing(work: Callable[[], Any]) -> Any:
    try:
        return work()
    finally:
        connection.close()


def is_waited_for() -> bool:
    """Whether somebody waits for a lock of ours."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        return cursor.fetchone() is not None
