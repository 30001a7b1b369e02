"""The same work by several at once, each over a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection


def together(work: Callable[[int], Any], times: int) -> list[Any]:
    """Run it in so many threads, which are numbered; each closes its connection."""

    def closing(number: int) -> Any:
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(closing, range(times)))


def is_waited_for() -> bool:
    """Whether somebody waits for a lock of ours."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        return cursor.fetchone() is not None
