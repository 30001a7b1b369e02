"""Hosts whose time Google's stand-in keeps."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from django.utils import timezone

from companies.models import TeamMember
from meetings.models import BookingRules

from .sandbox import Sandbox

#: Google's own time for an answer.
ANSWER_SECONDS = 0.05


def with_calendars(there: Sandbox, number: int) -> list[TeamMember]:
    """So many hosts, each with an empty calendar; from now on Google takes its time."""
    BookingRules.load()
    hosts = TeamMember.objects.bulk_create(
        TeamMember(
            first_name="Sam", last_name=f"Okoro {each}", email=f"sam{each}@larkfield.example",
            is_sales_person=True, plans=["payg"],
        )
        for each in range(number)
    )  # fmt: skip
    for host in hosts:
        there.post("/google/calendars", email=host.email)
    there.post("/trouble", kind="latency", system="google", seconds=ANSWER_SECONDS, times=None)
    return hosts


def monday(weeks: int) -> datetime:
    """Midnight (UTC) of the Monday so many weeks after this one."""
    today = timezone.now().date()
    first = today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)
    return datetime.combine(first, time(), UTC)
