"""A host's free times as a visitor reads them: by the visitor's days, two weeks at once."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from companies.models import TeamMember
from companies.zones import zone_named

from ..calendars import CalendarUnavailable
from ..free_times import free_slots, offered
from ..guest_zones import UTC, zone_label
from ..models import Meeting
from .places import zone_choices

logger = logging.getLogger(__name__)

#: So many days are on the page at once.
DAYS = 14

#: So many are offered when the one that was chosen is gone.
NEAREST = 3


@dataclass(frozen=True)
class Day:
    """A day of the visitor's, and the starts of the calls on it."""

    date: date
    starts: Sequence[datetime]
    is_open: bool


@dataclass(frozen=True)
class Times:
    """What the page shows of a host's free times."""

    zone: str
    zone_label: str
    first: date
    days: Sequence[Day]
    earlier: date | None
    later: date | None
    next: datetime | None
    nearest: Sequence[datetime]
    chosen: datetime | None


def free_by_host(
    hosts: Collection[TeamMember], *, moving: Meeting | None = None
) -> dict[int, list[datetime]]:
    """Host id to when calls can begin; without those of whom nobody can tell now."""
    try:
        free = free_slots(hosts, offered(), moving=moving)
    except CalendarUnavailable as error:
        logger.warning("No calendar can be read: %s", error)
        return {}
    return {pk: [slot.start for slot in slots] for pk, slots in free.items()}


def free_starts(host: TeamMember, *, moving: Meeting | None = None) -> list[datetime] | None:
    """When calls with the host can begin; None where nobody can tell now."""
    return free_by_host([host], moving=moving).get(host.pk)


def two_weeks(
    free: Sequence[datetime], zone: str, *, first: str = "", chosen: str = "", lost: bool = False
) -> Times:
    """The page of the free times that begins with a day.

    Args:
        first: The day; by default today. No day before it, or after the last, is shown.
        lost: The chosen time is not free any more: the nearest ones are offered.
    """
    named = zone_named(zone)
    zone, tz = (zone, named) if named else (UTC, timezone.get_default_timezone())
    by_day: dict[date, list[datetime]] = defaultdict(list)
    for start in free:
        by_day[start.astimezone(tz).date()].append(start)
    today, end = timezone.now().astimezone(tz).date(), max(by_day, default=date.min)
    picked = read_time(chosen)
    begin = min(max(_read_day(first) or today, today), max(end, today))
    shown = [begin + timedelta(days=number) for number in range(DAYS)]
    opened = _opened(shown, by_day, picked.astimezone(tz).date() if picked else None)
    return Times(
        zone=zone,
        zone_label=zone_label(zone, timezone.now()),
        first=begin,
        days=[Day(day, by_day.get(day, []), day == opened) for day in shown],
        earlier=max(begin - timedelta(days=DAYS), today) if begin > today else None,
        later=shown[-1] + timedelta(days=1) if end > shown[-1] else None,
        next=min(free, default=None),
        nearest=_nearest(free, picked) if lost and picked else [],
        chosen=picked if picked in free else None,
    )


def words(
    request: HttpRequest,
    free: Sequence[datetime] | None,
    zone: str,
    *,
    chosen: str,
    lost: bool = False,
) -> dict[str, Any]:
    """What templates/book/times.html needs."""
    first = request.POST.get("from") or request.POST.get("shown", "")
    if request.POST.get("go") == "next" and free:
        chosen, first = free[0].isoformat(), day_in(zone, free[0])
    shown = two_weeks(free or [], zone, first=first, chosen=chosen, lost=lost)
    zones = zone_choices(shown.zone, timezone.now())
    return {"times": shown, "is_readable": free is not None, "zones": zones}


def day_in(zone: str, at: datetime) -> str:
    return at.astimezone(zone_named(zone)).date().isoformat()


def read_time(text: str) -> datetime | None:
    """A time as the page writes it; nothing for anything else."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    # What is near the ends of time cannot be read in every zone.
    return at if at.tzinfo and 1970 < at.year < 3000 else None


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _opened(
    shown: Sequence[date], by_day: dict[date, list[datetime]], picked: date | None
) -> date | None:
    if picked and picked in shown and by_day.get(picked):
        return picked
    return next((day for day in shown if by_day.get(day)), None)


def _nearest(free: Sequence[datetime], to: datetime) -> list[datetime]:
    return sorted(sorted(free, key=lambda start: abs(start - to))[:NEAREST])
