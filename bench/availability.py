"""When ten hosts are free in two weeks, as Google and Hermes know it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.test import Client

from companies.models import TeamMember
from meetings.calendars import Span
from meetings.free_times import free_slots
from meetings.models import Meeting

from . import hosts as people
from . import sandbox as stand_in
from .plan import Plan, say
from .results import Figure, Result, exactly, percentile

HOSTS, DAYS = 10, 14
#: Of each kind in each run.
VISITS = 60
#: So often the questions to Google are counted.
COUNTED = 10

#: What takes a host's day: from and to in minutes after nine.
_BUSY = [(0, 25), (60, 100), (180, 240), (330, 360)]


def measure(plan: Plan) -> Result:
    """In each run every way to ask is taken so many times."""
    with stand_in.started(settings.PIPEDRIVE_BASE_URL) as there:
        hosts = people.with_calendars(there, HOSTS)
        window = Span(people.monday(1), people.monday(1) + timedelta(days=DAYS))
        _fill(there, hosts, window)
        ways = _ways(hosts, window)
        times: dict[str, list[float]] = {name: [] for name in ways}
        for ask in ways.values():
            ask()
        for _ in plan.rounds():
            for name, ask in ways.items():
                visits = [_milliseconds(ask) for _ in range(plan.scaled(VISITS, 5))]
                times[name].append(percentile(visits, 0.95))
                say(f"{name}: {times[name][-1]:.0f} ms")
        asked = _questions(there, ways[_ALL])
    return Result("availability", _figures(times, asked), [_NOTE])


_ALL = f"free times of {HOSTS} hosts over {DAYS} days, 95th percentile"
_ONE = "the website's question for one host, 95th percentile"
_WEEK = f"calls calendar of {HOSTS} hosts, 95th percentile"

_NOTE = (
    f"Google's stand-in answers after {people.ANSWER_SECONDS * 1000:.0f} ms. Each host has "
    f"{len(_BUSY)} busy times and a call on every working day. The website's question and the "
    "calendar page go through the middleware and back inside one process."
)


def _figures(times: dict[str, list[float]], asked: list[int]) -> list[Figure]:
    return [
        Figure(_ALL, times[_ALL], "ms", at_most=150),
        Figure(_ONE, times[_ONE], "ms", at_most=150),
        Figure(_WEEK, times[_WEEK], "ms"),
        exactly("questions to Google for all hosts", asked, 1),
    ]


def _ways(hosts: list[TeamMember], window: Span) -> dict[str, Callable[[], Any]]:
    website, staff = Client(), _logged_in()
    asked = {"admin_id": hosts[0].pk, "start_dt": window.start.isoformat(),
             "end_dt": window.end.isoformat()}  # fmt: skip
    return {
        _ALL: lambda: _slots(hosts, window),
        _ONE: lambda: _page(website, "/callbooker/availability/", asked),
        _WEEK: lambda: _page(staff, "/admin/calls/", {"week": f"{window.start:%Y-%m-%d}"}),
    }


def _slots(hosts: list[TeamMember], window: Span) -> None:
    found = free_slots(hosts, window)
    if len(found) != len(hosts) or not all(found.values()):
        raise RuntimeError("somebody is never free, or could not be asked about")


def _page(client: Client, path: str, query: dict[str, Any]) -> None:
    answer = client.get(path, query)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}: {answer.content[:500]!r}")


def _logged_in() -> Client:
    user = User.objects.create_user("sales", is_staff=True)
    user.groups.add(Group.objects.get(name="sales"))
    client = Client()
    client.force_login(user)
    return client


def _milliseconds(ask: Callable[[], Any]) -> float:
    started = perf_counter()
    ask()
    return (perf_counter() - started) * 1000


def _fill(there: stand_in.Sandbox, hosts: list[TeamMember], window: Span) -> None:
    """Busy times in Google, and calls of ours between them."""
    calls = []
    for host in hosts:
        for nine in _mornings(window):
            for first, last in _BUSY:
                start, end = (nine + timedelta(minutes=each) for each in (first, last))
                address = f"/google/calendars/{host.email}/busy"
                there.post(address, start=start.isoformat(), end=end.isoformat())
            start = nine + timedelta(hours=2)
            end = start + timedelta(minutes=30)
            calls.append(Meeting(host=host, starts_at=start, ends_at=end))
    Meeting.objects.bulk_create(calls)


def _mornings(window: Span) -> Iterator[datetime]:
    day = window.start
    while day < window.end:
        if day.weekday() < 5:
            yield day + timedelta(hours=9)
        day += timedelta(days=1)


def _questions(there: stand_in.Sandbox, ask: Callable[[], Any]) -> list[int]:
    """Calls to Google for each time that all hosts are asked about."""
    counted = []
    for _ in range(COUNTED):
        with there.watched() as calls:
            ask()
        counted.append(len(calls))
    return counted
