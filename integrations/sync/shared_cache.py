"""What all processes keep in the cache, while its server is there."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def held(key: str) -> Any:
    """What was kept; None where there is nothing, or no cache."""
    try:
        return cache.get(key)
    except RedisError:
        logger.warning("The cache is unreachable; what it keeps is asked for anew")
        return None


def hold(key: str, value: Any, seconds: int) -> None:
    """Keep it so long, if that is possible."""
    try:
        cache.set(key, value, seconds)
    except RedisError:
        logger.warning("The cache is unreachable; the next call asks for this again")


def forget(keys: Collection[str]) -> None:
    """Keep these no longer; without the cache there is nothing to forget."""
    try:
        cache.delete_many(keys)
    except RedisError:
        logger.warning("The cache is unreachable; what it keeps may be old")
