"""Messages received, changes sent and those that failed per hour, as an SVG and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count
from django.db.models.functions import Trunc
from django.utils import timezone
from redis.exceptions import RedisError

from integrations.models import OutboxEntry, OutboxState, WebhookEvent

WIDTH, HEIGHT = 720, 160

#: Name -> (words, hours shown, hours in one bar)
SPANS = {"day": ("24 hours", 24, 1), "week": ("7 days", 168, 6)}

#: Counting a week of a busy queue takes a while; a minute's age harms nobody.
KEPT_SECONDS = 60

SERIES = [
    ("in", "Messages received"),
    ("out", "Changes sent"),
    ("failed", "Changes that could not be sent"),
]


@dataclass(frozen=True)
class Bucket:
    """One bar group: its start, and the numbers by series."""

    start: datetime
    numbers: dict[str, int]


def chart_of(name: str) -> dict[str, Any]:
    """All that the template draws."""
    words, hours, step = SPANS[name]
    hourly = _kept(name, hours)
    buckets = _buckets(hourly, hours, step)
    top = max([1, *(number for bucket in buckets for number in bucket.numbers.values())])
    return {
        "name": name,
        "words": words,
        "series": SERIES,
        "buckets": buckets,
        "rows": [
            (bucket.start, [bucket.numbers[key] for key, _ in SERIES]) for bucket in buckets[::-1]
        ],
        "bars": _bars(buckets, top),
        "top": top,
        "width": WIDTH,
        "height": HEIGHT,
        "totals": [
            (label, sum(bucket.numbers[key] for bucket in buckets)) for key, label in SERIES
        ],
    }


def _kept(name: str, hours: int) -> dict[str, dict[datetime, int]]:
    """The hourly numbers, counted at most once a minute. No cache: counted each time."""
    key = f"dashboard:{name}"
    try:
        if (found := cache.get(key)) is not None:
            return found
        counted = _count(hours)
        cache.set(key, counted, KEPT_SECONDS)
    except (RedisError, OSError):
        counted = _count(hours)
    return counted


def _count(hours: int) -> dict[str, dict[datetime, int]]:
    since = _this_hour() - timedelta(hours=hours - 1)
    ended = OutboxEntry.objects.filter(done_at__gte=since)
    return {
        "in": _by_hour(WebhookEvent.objects.filter(received_at__gte=since), "received_at"),
        "out": _by_hour(ended.filter(state=OutboxState.DONE), "done_at"),
        "failed": _by_hour(ended.filter(state=OutboxState.DEAD), "done_at"),
    }


def _by_hour(rows: Any, column: str) -> dict[datetime, int]:
    hours = rows.order_by().annotate(hour=Trunc(column, "hour")).values("hour")
    return {row["hour"]: row["number"] for row in hours.annotate(number=Count("pk"))}


def _this_hour() -> datetime:
    return timezone.now().replace(minute=0, second=0, microsecond=0)


def _buckets(hourly: dict[str, dict[datetime, int]], hours: int, step: int) -> list[Bucket]:
    first = _this_hour() - timedelta(hours=hours - 1)
    buckets = []
    for offset in range(0, hours, step):
        times = [first + timedelta(hours=offset + more) for more in range(step)]
        numbers = {key: sum(hourly[key].get(t, 0) for t in times) for key, _ in SERIES}
        buckets.append(Bucket(times[0], numbers))
    return buckets


def _bars(buckets: list[Bucket], top: int) -> list[dict[str, Any]]:
    slot = WIDTH / len(buckets)
    width = slot / (len(SERIES) + 1)
    bars = []
    for place, bucket in enumerate(buckets):
        for order, (key, _) in enumerate(SERIES):
            height = round(bucket.numbers[key] / top * HEIGHT, 1)
            if height:
                bars.append(
                    {
                        "key": key,
                        "x": round(place * slot + order * width + width / 2, 1),
                        "y": round(HEIGHT - height, 1),
                        "width": round(width, 1),
                        "height": height,
                    }
                )
    return bars
