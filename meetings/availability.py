"""When a host can be called. One function for what is offered and for what is booked."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .calendars import Span

ONE_DAY = timedelta(days=1)

#: Monday to Friday.
WORKING_DAYS = range(5)

#: From and to, in the host's own zone.
Hours = tuple[time, time]


@dataclass(frozen=True)
class Diary:
    """How one host takes calls.

    Attributes:
        length: Of the call in question, where it is not what calls usually last.
        hours: Weekday, as ``date.weekday()`` counts, to the hours on it.
        days_off: First and last day, both included.
    """

    zone: ZoneInfo
    duration: timedelta
    buffer: timedelta
    hours: Mapping[int, Sequence[Hours]]
    days_off: Sequence[tuple[date, date]] = field(default=())
    length: timedelta | None = None


def usual_hours(starts: time, ends: time) -> dict[int, list[Hours]]:
    """The same hours on every working day."""
    return {weekday: [(starts, ends)] for weekday in WORKING_DAYS}


def slots(diary: Diary, window: Span, busy: Iterable[Span]) -> list[Span]:
    """The calls that can be booked inside the window, the earliest first.

    Days are the host's own, so that no change of the clocks moves or doubles one. What is
    busy takes slots away and shifts none; a slot that only touches it is taken too.

    Source: contract, "Algorithm".
    """
    taken = joined(busy)
    starts = [span.start for span in taken]
    # Hours that somebody typed twice offer nothing twice.
    return sorted(
        {
            slot
            for slot in _grid(diary, window)
            if window.start <= slot.start
            and slot.end <= window.end
            and not _meets(slot, taken, starts)
        }
    )


def _grid(diary: Diary, window: Span) -> Iterator[Span]:
    """Every slot of the days that the window touches, whoever is busy."""
    day, last = (moment.astimezone(diary.zone).date() for moment in window)
    while day <= last:
        if not any(first <= day <= end for first, end in diary.days_off):
            for starts, ends in diary.hours.get(day.weekday(), ()):
                yield from _slots_between(diary, _utc(day, starts, diary), _utc(day, ends, diary))
        day += ONE_DAY


def _utc(day: date, at: time, diary: Diary) -> datetime:
    return datetime.combine(day, at, diary.zone).astimezone(UTC)


def _slots_between(diary: Diary, start: datetime, end: datetime) -> Iterator[Span]:
    length = diary.length or diary.duration
    while start + length <= end:
        yield Span(start, start + length)
        start += diary.duration + diary.buffer


def joined(busy: Iterable[Span]) -> list[Span]:
    """The same time without overlaps, in order."""
    whole: list[Span] = []
    for span in sorted(busy):
        if whole and span.start <= whole[-1].end:
            whole[-1] = Span(whole[-1].start, max(whole[-1].end, span.end))
        else:
            whole.append(span)
    return whole


def _meets(slot: Span, taken: list[Span], starts: list[datetime]) -> bool:
    """Whether the last busy time that starts before the slot's end reaches into it."""
    before = bisect_right(starts, slot.end)
    return before > 0 and taken[before - 1].end >= slot.start


def without(busy: Iterable[Span], own: Span) -> list[Span]:
    """The busy time that is left when a call of one's own is taken out of it."""
    left: list[Span] = []
    for span in busy:
        if span.end <= own.start or span.start >= own.end:
            left.append(span)
            continue
        parts = [Span(span.start, own.start), Span(own.end, span.end)]
        left += [part for part in parts if part.start < part.end]
    return left
