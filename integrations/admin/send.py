"""Handing long work to the worker."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError


def send(task: Any, *args: Any, said: str = "Started.", **kwargs: Any) -> str | tuple[int, str]:
    """Start a task, or say that nothing could be started."""
    try:
        task.apply_async(args, kwargs, retry=False)
    except (OperationalError, RedisError, OSError):
        return messages.ERROR, "The background worker cannot be reached. Try again in a minute."
    return said
