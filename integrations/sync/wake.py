"""Telling a worker that there is work. Nothing depends on it: sweeps and the night find all."""

from __future__ import annotations

import logging
import math
import os
import threading
import time

from celery import current_app
from django.core.cache import cache
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

#: For how long one message stands for all that follow. A drain that starts clears it.
TOLD_SECONDS = 5


def inbox() -> None:
    """There are deliveries to apply."""
    _tell("integrations.drain_inbox")


def outbox() -> None:
    """There are changes to send."""
    _tell("integrations.drain_outbox")


def outbox_in(seconds: float) -> None:
    """There will be changes to send in so many seconds."""
    _publish("integrations.drain_outbox", countdown=seconds)


def walks() -> None:
    """A poll or a comparison was asked for."""
    _tell("integrations.poll_due")


def repair(system: str) -> None:
    """A system's registration is to be looked at. Told at once: a command may end with it."""
    _publish("integrations.repair_system", system)


def starting(task: str) -> None:
    """A drain starts: what comes from now on needs a new message."""
    try:
        cache.delete(f"told:{task}")
    except RedisError:
        logger.warning("The cache is unreachable; the sweeps carry on")


def _tell(task: str) -> None:
    # Before the commit a worker would find nothing.
    transaction.on_commit(lambda: _send(task))


class _Teller:
    """Tells from a thread of its own: a broker that hangs must not hold up a request."""

    def __init__(self) -> None:
        self._due: set[str] = set()
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None

    def tell(self, task: str) -> None:
        """Send this soon. Asked for again before that, it is still one message."""
        with self._news:
            self._due.add(task)
            self._news.notify()
            # A process that was forked off has no copy of the thread.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="teller", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._due)
                due, self._due = self._due, set()
            for task in due:
                _publish(task)


def _publish(*task: str, countdown: float = 0) -> None:
    name, *arguments = task
    told = f"told:{':'.join(task)}"
    if countdown:
        told += f":{math.ceil(time.time() + countdown)}"
    try:
        if cache.add(told, 1, TOLD_SECONDS + math.ceil(countdown)):
            current_app.send_task(name, arguments, countdown=countdown, retry=False)
    except (OperationalError, RedisError, OSError):
        logger.warning("The broker is unreachable; the sweeps carry on")


_teller = _Teller()


def _new_teller() -> None:
    """The parent may have held its lock at the moment of the fork."""
    global _teller
    _teller = _Teller()


os.register_at_fork(after_in_child=_new_teller)


def _send(task: str) -> None:
    _teller.tell(task)
