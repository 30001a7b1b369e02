"""Whose calendars are read, and which could not be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet
from django.utils import timezone

from companies.models import TeamMember
from integrations.models import ExternalLink, LinkState
from integrations.sync import connections
from integrations.sync.records import RemoteRecord
from integrations.sync.system import get
from meetings.models import Meeting, MeetingStatus

from . import event_ids
from .event_ids import EventId
from .inbound import KIND, nothing_new
from .schemas import NAME

#: Where the connection keeps whose calendars could not be read.
UNREAD = "calendars_that_cannot_be_read"


def to_read(*, everyone: bool = False) -> list[TeamMember]:
    """Who takes calls, or has some to come.

    Args:
        everyone: Also who ever had one in a calendar.
    """
    to_come = Meeting.objects.filter(status=MeetingStatus.PLANNED, ends_at__gt=timezone.now())
    members = TeamMember.all_objects.all()
    wanted = members.taking_calls() | members.filter(pk__in=to_come.values("host_id"))
    if everyone:
        had = Meeting.all_objects.filter(pk__in=_links().values("record_id"))
        wanted |= members.filter(pk__in=had.values("host_id"))
    return list(wanted.order_by("pk"))


def all_of(host: TeamMember) -> list[RemoteRecord]:
    """The events of a host's calls, of which nothing new is known: they count as seen."""
    return [nothing_new(event_id) for event_id in _event_ids(Meeting.all_objects.filter(host=host))]


def settled(host: TeamMember) -> list[RemoteRecord]:
    """Likewise, only those of calls that took place or were cancelled."""
    calls = Meeting.all_objects.filter(host=host).exclude(status=MeetingStatus.PLANNED)
    return [nothing_new(event_id) for event_id in _event_ids(calls)]


def planned(host: TeamMember) -> list[EventId]:
    """The events of a host's planned calls."""
    calls = Meeting.all_objects.filter(host=host, status=MeetingStatus.PLANNED)
    known = [event_ids.parse(event_id) for event_id in _event_ids(calls)]
    return [one for one in known if one is not None]


def replaced(ids: Iterable[str]) -> list[EventId]:
    """Those of these events in whose place there is another."""
    links = ExternalLink.objects.filter(
        system=NAME, kind=KIND, remote_id__any=list(ids), state=LinkState.ALIAS
    )
    known = [event_ids.parse(event_id) for event_id in links.values_list("remote_id", flat=True)]
    return [one for one in known if one is not None]


def remember_unread(names: Sequence[str]) -> None:
    """Show on the connection whose calendars could not be read: nobody can book them."""
    with connections.facts_of(get(NAME)) as facts:
        facts.pop(UNREAD, None)
        if names:
            facts[UNREAD] = ", ".join(names)


def _event_ids(calls: QuerySet) -> QuerySet:
    links = _links().filter(record_id__in=calls.values("pk"))
    return links.values_list("remote_id", flat=True)


def _links() -> QuerySet:
    return ExternalLink.objects.filter(system=NAME, kind=KIND, state=LinkState.LIVE)
