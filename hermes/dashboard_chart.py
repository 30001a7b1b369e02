"""Messages received, changes sent and those that failed per hour, as an SVG and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, F, Value
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

#: What became of a change to send -> its series.
SERIES_OF: dict[str, str] = {OutboxState.DONE: "out", OutboxState.DEAD: "failed"}


@dataclass(frozen=True)
class Bucket:
    """One bar group: its start, and the numbers by series."""

    start: datetime
    numbers: dict[str, int]


def chart_of(name: str) -> dict[str, Any]:
    """All that the template draws."""
    words, hours, step = SPANS[name]
    hourly = _hourly(name, hours)
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


def _hourly(name: str, hours: int) -> dict[str, dict[datetime, int]]:
    """This hour and the one before are counted as they are: the tiles above tell of them too."""
    this_hour = _this_hour()
    since, recent = this_hour - timedelta(hours=hours - 1), this_hour - timedelta(hours=1)
    older, newer = _kept(name, since, recent), _count(recent, None)
    return {key: {**older[key], **newer[key]} for key, _ in SERIES}


def _kept(name: str, since: datetime, until: datetime) -> dict[str, dict[datetime, int]]:
    """The hourly numbers, counted at most once a minute. No cache: counted each time."""
    key = f"dashboard:{name}:{until:%Y%m%d%H}"
    try:
        if (found := cache.get(key)) is not None:
            return found
        counted = _count(since, until)
        cache.set(key, counted, KEPT_SECONDS)
    except (RedisError, OSError):
        counted = _count(since, until)
    return counted


def _count(since: datetime, until: datetime | None) -> dict[str, dict[datetime, int]]:
    received = _between(
        WebhookEvent.objects.annotate(series=Value("in")), "received_at", since, until
    )
    ended = OutboxEntry.objects.filter(state__in=SERIES_OF).annotate(series=F("state"))
    counted: dict[str, dict[datetime, int]] = {key: {} for key, _ in SERIES}
    for series, hour, number in received.union(_between(ended, "done_at", since, until), all=True):
        counted[SERIES_OF.get(series, series)][hour] = number
    return counted


def _between(rows: Any, column: str, since: datetime, until: datetime | None) -> Any:
    """Series, hour and number of the rows of that time."""
    rows = rows.filter(**{f"{column}__gte": since})
    if until:
        rows = rows.filter(**{f"{column}__lt": until})
    hours = rows.order_by().annotate(hour=Trunc(column, "hour")).values("series", "hour")
    return hours.annotate(number=Count("pk")).values_list("series", "hour", "number")


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
