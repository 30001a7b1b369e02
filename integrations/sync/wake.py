"""Telling a worker that there is work. Nothing depends on it: the sweeps find all rows."""

from __future__ import annotations

import logging
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


def starting(task: str) -> None:
    """A drain starts: what comes from now on needs a new message."""
    try:
        cache.delete(f"told:{task}")
    except RedisError:
        logger.warning("The cache is unreachable; the sweeps carry on")


def _tell(task: str) -> None:
    # Before the commit a worker would find nothing.
    transaction.on_commit(lambda: _send(task))


class _Silence:
    """Until when this process leaves an unreachable broker alone."""

    until = 0.0


def _send(task: str) -> None:
    if time.monotonic() < _Silence.until:
        return
    try:
        if cache.add(f"told:{task}", 1, TOLD_SECONDS):
            current_app.send_task(task, retry=False)
    except (OperationalError, RedisError, OSError):
        # One that does not answer costs a second: not of every delivery.
        _Silence.until = time.monotonic() + TOLD_SECONDS
        logger.warning("The broker is unreachable; the sweeps carry on")
