"""Visitors who want the same times: how many bookings a second, and none twice."""

from __future__ import annotations

import http.client
import json
import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import perf_counter

from django.conf import settings

from companies.models import TeamMember
from meetings.calendars import Span
from meetings.free_times import free_slots
from meetings.models import Meeting, MeetingStatus

from . import hosts as people
from . import processes
from . import sandbox as stand_in
from .plan import Plan, say, stopwatch
from .results import Figure, Result, exactly, percentile

HOSTS = 10
#: So many visitors want each time of each host.
RIVALS = 4
#: So many of them ask at once.
AT_ONCE = 16

PATH = "/callbooker/sales/book/"

Wish = tuple[TeamMember, datetime, int]


@dataclass
class Seen:
    """What each run saw."""

    rates: list[float] = field(default_factory=list)
    requests: list[float] = field(default_factory=list)
    p95: list[float] = field(default_factory=list)
    doubled: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    other: list[int] = field(default_factory=list)


def measure(plan: Plan) -> Result:
    """In each run another day of all hosts is sold out by visitors who come at once."""
    seen = Seen()
    web = processes.procfile("web")
    with stand_in.started(settings.PIPEDRIVE_BASE_URL) as there, processes.served(web) as (_, port):
        hosts = people.with_calendars(there, HOSTS)
        for each in plan.rounds():
            day = people.monday(each) + timedelta(days=1)
            _sell_out(seen, there, hosts, Span(day, day + timedelta(days=1)), port)
            say(f"{seen.rates[-1]:.1f} bookings/s, {seen.doubled[-1]} doubled")
    return Result("bookings", _figures(seen), [_NOTE])


_NOTE = (
    f"Every free time of a day of {HOSTS} hosts, each wanted by {RIVALS} visitors, {AT_ONCE} of "
    "them at once, over HTTP. A booking is the company, the contact and the call, and the event "
    f"in Google, whose stand-in answers after {people.ANSWER_SECONDS * 1000:.0f} ms. Doubled are "
    "times with a second call or a second event. The visitors share the cores with the servers."
)


def _figures(seen: Seen) -> list[Figure]:
    return [
        Figure("bookings", seen.rates, "/s"),
        Figure("requests, with those refused", seen.requests, "/s"),
        Figure("95th percentile of a request", seen.p95, "ms"),
        exactly("times booked twice", seen.doubled, 0),
        exactly("free times that nobody got, calls without an event", seen.lost, 0),
        exactly("answers that are neither", seen.other, 0),
    ]


def _sell_out(
    seen: Seen, there: stand_in.Sandbox, hosts: list[TeamMember], day: Span, port: int
) -> None:
    free = free_slots(hosts, day)
    wishes = [
        (host, slot.start, rival)
        for host in hosts
        for slot in free[host.pk]
        for rival in range(RIVALS)
    ]
    random.Random(1).shuffle(wishes)
    answers: Counter[str] = Counter()
    with stopwatch() as seconds:
        times = _ask_all(wishes, port, answers)
    seen.rates.append(answers["ok"] / seconds[0])
    seen.requests.append(len(wishes) / seconds[0])
    seen.p95.append(percentile(times, 0.95))
    seen.other.append(len(wishes) - answers["ok"] - answers["admin_busy"])
    calls, events = _calls(day), _events(there, hosts, day)
    seen.doubled.append(sum(each - 1 for each in (calls | events).values()))
    wanted = {(host.email, start) for host, start, _ in wishes}
    seen.lost.append(len(wanted ^ set(calls)) + len(set(calls) ^ set(events)))


def _ask_all(wishes: list[Wish], port: int, answers: Counter[str]) -> list[float]:
    """Milliseconds of each request; the answers by their code."""
    own = threading.local()

    def ask(wish: Wish) -> tuple[float, str]:
        if not hasattr(own, "door"):
            own.door = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        started = perf_counter()
        own.door.request("POST", PATH, _body(wish), {"Content-Type": "application/json"})
        answer = json.loads(own.door.getresponse().read())
        return (perf_counter() - started) * 1000, answer.get("code") or answer["status"]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = list(pool.map(ask, wishes))
    answers.update(code for _, code in told)
    return [milliseconds for milliseconds, _ in told]


def _body(wish: Wish) -> str:
    host, start, rival = wish
    name = f"{host.pk}-{start:%m%d%H%M}-{rival}"
    visitor = {
        "admin_id": host.pk, "meeting_dt": start.isoformat(), "name": f"Ines Duarte {name}",
        "email": f"ines{name}@brightpath.example", "company_name": f"Brightpath {name}",
        "country": "PT", "currency": "EUR", "estimated_income": "4000", "price_plan": "payg",
    }  # fmt: skip
    return json.dumps(visitor)


def _calls(day: Span) -> Counter[tuple[str, datetime]]:
    """Host and start of the planned calls."""
    planned = Meeting.objects.filter(status=MeetingStatus.PLANNED, starts_at__range=day)
    return Counter(planned.values_list("host__email", "starts_at"))


def _events(
    there: stand_in.Sandbox, hosts: list[TeamMember], day: Span
) -> Counter[tuple[str, datetime]]:
    """Host and start of the events in Google."""
    found: Counter[tuple[str, datetime]] = Counter()
    for host in hosts:
        for event in there.events(host.email, day.start):
            start = datetime.fromisoformat(event["start"]["dateTime"])
            if day.start <= start < day.end and event["status"] != "cancelled":
                found[(host.email, start)] += 1
    return found
