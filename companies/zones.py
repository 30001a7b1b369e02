"""Time zones by their IANA names."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo

#: No zone has so long a name. What visitors send instead of one is not kept.
LONGEST_NAME = 64


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of that name, or None for none."""
    return _zone(name) if 0 < len(name) <= LONGEST_NAME else None


@lru_cache(maxsize=1000)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
