"""When a host can be called: the rule by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from meetings.availability import Diary, slots, usual_hours, without
from meetings.calendars import Span


def diary(zone: str = "Europe/London", buffer: int = 15, **values) -> Diary:
    return Diary(
        **{
            "zone": ZoneInfo(zone),
            "duration": timedelta(minutes=30),
            "buffer": timedelta(minutes=buffer),
            "hours": usual_hours(time(10), time(17, 30)),
            **values,
        }
    )


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def span(start: str, end: str) -> Span:
    return Span(utc(start), utc(end))


def starts(found: list[Span]) -> list[str]:
    return [f"{slot.start:%d %H:%M}" for slot in found]


TUESDAY = span("2027-06-08 00:00", "2027-06-08 23:59")
NOON = [span("2027-06-08 11:00", "2027-06-08 12:30")]


def every_45_minutes(day: int, first: str) -> list[str]:
    start = utc(f"2027-01-{day:02} {first}")
    return [f"{start + n * timedelta(minutes=45):%d %H:%M}" for n in range(10)]


@pytest.mark.parametrize(
    ("of", "window", "busy", "expected"),
    [
        (diary(), TUESDAY, [], every_45_minutes(8, "09:00")),
        (
            diary(), TUESDAY, NOON,
            ["08 09:00", "08 09:45", "08 12:45", "08 13:30", "08 14:15", "08 15:00", "08 15:45"],
        ),
        (
            diary(buffer=0), TUESDAY, NOON,
            ["08 09:00", "08 09:30", "08 10:00", "08 13:00", "08 13:30", "08 14:00", "08 14:30",
             "08 15:00", "08 15:30", "08 16:00"],
        ),
        (diary("America/Toronto"), TUESDAY, NOON, every_45_minutes(8, "14:00")),
        (
            diary(), span("2027-06-08 09:30", "2027-06-08 12:00"), [],
            ["08 09:45", "08 10:30", "08 11:15"],
        ),
        (
            diary(), span("2027-06-05 00:00", "2027-06-07 23:59"), [],
            every_45_minutes(7, "09:00"),
        ),
        (
            diary(), span("2027-03-26 00:00", "2027-03-29 23:59"), [],
            every_45_minutes(26, "10:00") + every_45_minutes(29, "09:00"),
        ),
        (
            diary("America/New_York"), span("2027-11-05 00:00", "2027-11-08 23:59"), [],
            every_45_minutes(5, "14:00") + every_45_minutes(8, "15:00"),
        ),
        (
            diary("Australia/Sydney"), span("2027-06-07 12:00", "2027-06-08 12:00"), [],
            every_45_minutes(8, "00:00"),
        ),
    ],
    ids=[f"vector {number}" for number in range(1, 10)],
)  # fmt: skip
def test_the_vectors_of_the_contract(of, window, busy, expected):
    assert starts(slots(of, window, busy)) == expected


def test_a_slot_lasts_as_long_as_a_call():
    last = slots(diary(), TUESDAY, [])[-1]

    assert last == span("2027-06-08 15:45", "2027-06-08 16:15")


def test_what_only_touches_a_slot_takes_it_on_both_sides():
    before, after = span("2027-06-08 08:00", "2027-06-08 09:45"), "2027-06-08 11:00"
    busy = [before, span(after, "2027-06-08 11:10")]

    assert "08 09:45" not in starts(slots(diary(), TUESDAY, busy))
    assert "08 10:30" not in starts(slots(diary(), TUESDAY, busy))
    assert "08 12:00" in starts(slots(diary(), TUESDAY, busy))


def test_busy_times_may_overlap_last_days_and_reach_outside():
    busy = [
        span("2027-06-07 22:00", "2027-06-08 10:00"),
        span("2027-06-08 09:00", "2027-06-08 09:10"),
        span("2027-06-08 15:00", "2027-06-12 00:00"),
        span("2027-06-08 14:00", "2027-06-08 15:30"),
    ]

    found = starts(slots(diary(), TUESDAY, busy))

    assert found == ["08 10:30", "08 11:15", "08 12:00", "08 12:45"]


def test_hours_of_ones_own_replace_the_usual_ones():
    own = diary(hours={5: [(time(9), time(10)), (time(14), time(15))]})

    found = slots(own, span("2027-06-07 00:00", "2027-06-13 23:59"), [])

    assert starts(found) == ["12 08:00", "12 13:00"]


def test_hours_that_were_typed_twice_offer_nothing_twice():
    own = diary(hours={1: [(time(9), time(10)), (time(9), time(11))]})

    assert starts(slots(own, TUESDAY, [])) == ["08 08:00", "08 08:45", "08 09:30"]


def test_days_off_count_in_the_hosts_own_zone():
    off = diary("Australia/Sydney", days_off=[(date(2027, 6, 8), date(2027, 6, 9))])

    found = slots(off, span("2027-06-07 00:00", "2027-06-10 23:59"), [])

    assert {slot.start.astimezone(off.zone).date().day for slot in found} == {7, 10}


@pytest.mark.parametrize(
    ("day", "hours", "expected"),
    [
        ("2027-03-28", (time(0, 30), time(2, 30)), ["28 00:30", "28 01:00"]),
        ("2027-10-31", (time(1), time(2)), ["31 00:00", "31 00:30", "31 01:00", "31 01:30"]),
    ],
    ids=["an hour is missing", "an hour is there twice"],
)
def test_hours_across_a_change_of_the_clocks_last_as_long_as_they_really_do(day, hours, expected):
    own = diary(buffer=0, hours={6: [hours]})

    assert starts(slots(own, span(f"{day} 00:00", f"{day} 23:59"), [])) == expected


def test_the_time_of_ones_own_call_is_free_for_it():
    own = span("2027-06-08 10:00", "2027-06-08 10:30")
    later = span("2027-06-08 12:00", "2027-06-08 13:00")
    busy = [span("2027-06-08 09:30", "2027-06-08 11:00"), own, later]

    assert without(busy, own) == [
        span("2027-06-08 09:30", "2027-06-08 10:00"),
        span("2027-06-08 10:30", "2027-06-08 11:00"),
        later,
    ]
