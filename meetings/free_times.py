"""The hosts' free times: their own hours, their calendars, and the calls that we know of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from companies.models import TeamMember
from companies.zones import zone_named

from . import availability
from .calendars import Span, calendar
from .models import BookingRules, DayOff, Meeting, MeetingStatus, WorkingHours

#: Calendars are asked for so much more on both sides: what touches a call takes its time too.
AROUND = timedelta(hours=1)

#: Whoever has seen a time may take so long over the form.
FORM_TIME = timedelta(minutes=30)


def offered(now: datetime | None = None) -> Span:
    """The time in which the public page offers calls: after the notice, up to the horizon."""
    rules, now = BookingRules.load(), now or timezone.now()
    return Span(now + rules.minimum_notice, now + rules.horizon)


def bookable(now: datetime | None = None) -> Span:
    """What the public page books: whatever it offered while somebody filled in the form."""
    shown = offered(now)
    return Span(shown.start - FORM_TIME, shown.end)


def free_slots(
    hosts: Collection[TeamMember], window: Span, *, moving: Meeting | None = None
) -> dict[int, list[Span]]:
    """Host id to the calls that can be booked with that host inside the window.

    Asks the calendars, once for all hosts, so never inside a transaction. A host whose
    calendar cannot be read, or of whose zone nobody knows the time, is missing: not known
    to be free is not free.

    Args:
        moving: A call whose own time is in nobody's way, and which lasts as long as it does.

    Raises:
        CalendarUnavailable: No calendar can be read.
    """
    window = _to_come(window)
    if window.start >= window.end:
        return {host.pk: [] for host in hosts}
    theirs = calendar().busy(hosts, asked_about(window))
    return free_beside(theirs, hosts, window, moving=moving)


def asked_about(window: Span) -> Span:
    """What calendars are asked, so that calls inside the window can be judged."""
    return Span(window.start - AROUND, window.end + AROUND)


def free_beside(
    theirs: Mapping[int, Sequence[Span]],
    hosts: Collection[TeamMember],
    window: Span,
    *,
    moving: Meeting | None = None,
) -> dict[int, list[Span]]:
    """As ``free_slots``, where the calendars have answered already.

    Args:
        theirs: What they said of ``asked_about(window)``.
    """
    window = _to_come(window)
    ours, diaries = _own_calls(hosts, asked_about(window), moving), _diaries(hosts, moving)
    free = {}
    for host in hosts:
        if host.pk in theirs and host.pk in diaries:
            busy = list(theirs[host.pk])
            if moving is not None and moving.host_id == host.pk:
                busy = availability.without(busy, Span(moving.starts_at, moving.ends_at))
            busy += ours[host.pk]
            free[host.pk] = availability.slots(diaries[host.pk], window, busy)
    return free


def _to_come(window: Span) -> Span:
    return Span(max(window.start, timezone.now()), window.end)


def _own_calls(
    hosts: Collection[TeamMember], span: Span, moving: Meeting | None
) -> dict[int, list[Span]]:
    """Those not in the calendars yet; that they may be in both does no harm."""
    calls = Meeting.objects.filter(
        host__in=hosts,
        status__in=[MeetingStatus.PLANNED, MeetingStatus.COMPLETED],
        starts_at__lte=span.end,
        ends_at__gte=span.start,
    ).exclude(pk=moving.pk if moving else None)
    found: dict[int, list[Span]] = defaultdict(list)
    for host_id, start, end in calls.values_list("host_id", "starts_at", "ends_at"):
        found[host_id].append(Span(start, end))
    return found


def _diaries(
    hosts: Collection[TeamMember], moving: Meeting | None
) -> dict[int, availability.Diary]:
    rules = BookingRules.load()
    own: dict[int, dict[int, list[availability.Hours]]] = defaultdict(lambda: defaultdict(list))
    for each in WorkingHours.objects.filter(host__in=hosts):
        own[each.host_id][each.weekday].append((each.starts, each.ends))
    off = defaultdict(list)
    for day in DayOff.objects.filter(host__in=hosts):
        off[day.host_id].append((day.first_day, day.last_day))
    usual = availability.usual_hours(rules.earliest_start, rules.latest_end)
    return {
        host.pk: availability.Diary(
            zone=zone,
            duration=rules.duration,
            buffer=rules.buffer,
            hours=own.get(host.pk, usual),
            days_off=off[host.pk],
            length=moving.length if moving else None,
        )
        for host in hosts
        if (zone := zone_named(host.timezone)) is not None
    }
