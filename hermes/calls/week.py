"""A week of the hosts' time: their calls, what else takes it, and what is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from companies.models import TeamMember
from companies.zones import zone_named
from meetings import free_times
from meetings.availability import ONE_DAY, joined, without
from meetings.calendars import CalendarUnavailable, Span, calendar
from meetings.models import BookingRules, DayOff, Meeting, MeetingStatus

#: How many colours there are for hosts.
COLOURS = 8

SATURDAY = 5


@dataclass(frozen=True)
class Host:
    """A team member with what tells them from others at a glance."""

    member: TeamMember

    @property
    def initials(self) -> str:
        names = (self.member.first_name, self.member.last_name)
        return "".join(name[:1] for name in names).upper() or self.member.email[:1].upper()

    @property
    def colour(self) -> int:
        return self.member.pk % COLOURS


@dataclass(frozen=True)
class Block:
    """A part of a host's day, in the viewer's time zone.

    Attributes:
        sort: ``call``, ``busy``, ``off`` or ``free``.
    """

    host: Host
    sort: str
    span: Span
    call: Meeting | None = None
    note: str = ""

    @property
    def is_all_day(self) -> bool:
        return self.span.end - self.span.start >= ONE_DAY

    @property
    def hours(self) -> str:
        """``09:00–09:30``; what ends with the day ends at 24:00."""
        if self.is_all_day:
            return "All day"
        start, end = self.span
        ends = "24:00" if end.date() > start.date() and end.time() == time() else f"{end:%H:%M}"
        return f"{start:%H:%M}–{ends}"


@dataclass(frozen=True)
class Day:
    """All that is on one day, in order."""

    date: date
    blocks: list[Block] = field(default_factory=list)

    def of(self, host: Host) -> list[Block]:
        return [block for block in self.blocks if block.host == host]

    @property
    def taken(self) -> list[Block]:
        return [block for block in self.blocks if block.sort != "free"]

    @property
    def free(self) -> dict[Host, list[Block]]:
        """The free times by host."""
        found: dict[Host, list[Block]] = defaultdict(list)
        for block in self.blocks:
            if block.sort == "free":
                found[block.host].append(block)
        return dict(found)

    @property
    def is_working_day(self) -> bool:
        """Worth a column: a weekend is where something can be or is booked."""
        booked = any(block.sort in ("call", "free") for block in self.blocks)
        return booked or self.date.weekday() < SATURDAY


@dataclass(frozen=True)
class Week:
    """The days that are worth a column, and the hosts.

    Attributes:
        unreadable: Hosts whose calendar did not answer.
        without_zone: Hosts of whose time zone nobody knows the time.
    """

    days: list[Day]
    hosts: list[Host]
    unreadable: list[Host]
    without_zone: list[Host]

    @property
    def rows(self) -> list[tuple[Host, list[tuple[Day, list[Block]]]]]:
        """Each host with their blocks of each day."""
        return [(host, [(day, day.of(host)) for day in self.days]) for host in self.hosts]


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def hosts_in(monday: date, zone: ZoneInfo) -> QuerySet[TeamMember]:
    """Who can be booked, and who has calls in that week all the same."""
    busy = _calls_in(_span_of(monday, zone)).values("host_id")
    everyone = TeamMember.all_objects.all()
    hosts = everyone.taking_calls() | everyone.filter(pk__in=busy)
    return hosts.order_by("first_name", "last_name", "pk")


def read(monday: date, zone: ZoneInfo, members: Iterable[TeamMember]) -> Week:
    """The week that begins on that day, as somebody in that zone lives it.

    Asks the calendars, once for all hosts, so never inside a transaction.
    """
    window = _span_of(monday, zone)
    hosts = {member.pk: Host(member) for member in members}
    theirs = _busy(hosts, window)
    calls = _calls(hosts, window)
    free = free_times.free_beside(theirs, [host.member for host in hosts.values()], window)
    days = [Day(monday + ONE_DAY * number) for number in range(7)]
    blocks = chain(
        _call_blocks(hosts, calls, zone),
        _busy_blocks(hosts, theirs, calls),
        _off_blocks(hosts, window),
        _free_blocks(hosts, free),
    )
    for block in sorted(blocks, key=lambda one: (one.span, one.host.member.pk)):
        _spread(block, days, zone)
    asked = [host for host in hosts.values() if host.member.takes_calls]
    return Week(
        days=[day for day in days if day.is_working_day],
        hosts=list(hosts.values()),
        unreadable=[host for host in asked if host.member.pk not in theirs],
        without_zone=[host for host in asked if zone_named(host.member.timezone) is None],
    )


def _span_of(monday: date, zone: ZoneInfo) -> Span:
    ends = midnight(monday, zone), midnight(monday + timedelta(days=7), zone)
    return Span(*(each.astimezone(UTC) for each in ends))


def _busy(hosts: Mapping[int, Host], window: Span) -> Mapping[int, Sequence[Span]]:
    """What the calendars say; who is missing cannot be read. Nobody else is asked about."""
    asked = [host.member for host in hosts.values() if host.member.takes_calls]
    if not asked:
        return {}
    try:
        return calendar().busy(asked, free_times.asked_about(window), glance=True)
    except CalendarUnavailable:
        return {}


def _calls_in(window: Span) -> QuerySet[Meeting]:
    """The calls that are, or were, in their hosts' calendars."""
    calls = Meeting.objects.filter(starts_at__lt=window.end, ends_at__gt=window.start)
    return calls.exclude(status=MeetingStatus.CANCELLED)


def _calls(hosts: Mapping[int, Host], window: Span) -> dict[int, list[Meeting]]:
    # Those around it too: they are not to be shown as busy times of another sort.
    found: dict[int, list[Meeting]] = defaultdict(list)
    calls = _calls_in(free_times.asked_about(window)).filter(host_id__in=list(hosts))
    for call in calls.select_related("contact", "company"):
        found[call.host_id].append(call)
    return found


def _call_blocks(
    hosts: Mapping[int, Host], calls: Mapping[int, Sequence[Meeting]], zone: ZoneInfo
) -> Iterator[Block]:
    """Each on the day on which it starts."""
    for pk, booked in calls.items():
        for call in booked:
            start, end = call.starts_at.astimezone(zone), call.ends_at.astimezone(zone)
            yield Block(hosts[pk], "call", Span(start, end), call)


def _busy_blocks(
    hosts: Mapping[int, Host],
    theirs: Mapping[int, Sequence[Span]],
    calls: Mapping[int, Sequence[Meeting]],
) -> Iterator[Block]:
    """What the calendars have beside our calls."""
    for pk, spans in theirs.items():
        left = joined(spans)
        for call in calls.get(pk, ()):
            left = without(left, Span(call.starts_at, call.ends_at))
        for span in left:
            yield Block(hosts[pk], "busy", span)


def _off_blocks(hosts: Mapping[int, Host], window: Span) -> Iterator[Block]:
    # In the host's zone it may be another day.
    first, last = window.start.date() - ONE_DAY, window.end.date() + ONE_DAY
    near = DayOff.objects.filter(first_day__lte=last, last_day__gte=first)
    for off in near.filter(host_id__in=list(hosts)):
        host = hosts[off.host_id]
        if zone := zone_named(host.member.timezone):
            starts, ends = max(off.first_day, first), min(off.last_day, last) + ONE_DAY
            span = Span(midnight(starts, zone), midnight(ends, zone))
            yield Block(host, "off", span, note=off.note)


def _free_blocks(hosts: Mapping[int, Host], free: Mapping[int, Sequence[Span]]) -> Iterator[Block]:
    """Calls that can be booked one after the other, as one stretch."""
    buffer = BookingRules.load().buffer
    for pk, slots in free.items():
        for span in joined(Span(slot.start, slot.end + buffer) for slot in slots):
            yield Block(hosts[pk], "free", Span(span.start, span.end - buffer))


def _spread(block: Block, days: Iterable[Day], zone: ZoneInfo) -> None:
    """Put it on its days; a call only where it starts."""
    for day in days:
        start, end = midnight(day.date, zone), midnight(day.date + ONE_DAY, zone)
        inside = _inside(block.span, Span(start, end))
        if block.sort == "call":
            if start <= block.span.start < end:
                day.blocks.append(block)
        elif inside is not None:
            shown = Span(*(moment.astimezone(zone) for moment in inside))
            day.blocks.append(Block(block.host, block.sort, shown, note=block.note))


def _inside(span: Span, window: Span) -> Span | None:
    start, end = max(span.start, window.start), min(span.end, window.end)
    return Span(start, end) if start < end else None
