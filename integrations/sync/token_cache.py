"""Tokens that all processes use, while the cache's server is there."""

from __future__ import annotations

import logging
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def held(key: str) -> Any:
    """What was kept; None where there is nothing, or no cache."""
    try:
        return cache.get(key)
    except RedisError:
        logger.warning("The cache is unreachable; a token is asked for")
        return None


def hold(key: str, token: Any, seconds: int) -> None:
    """Keep it so long, if that is possible."""
    try:
        cache.set(key, token, seconds)
    except RedisError:
        logger.warning("The cache is unreachable; the next call asks for a token again")
