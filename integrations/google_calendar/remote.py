"""Google Calendar as the engine wants a remote: neutral records in and out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from companies.models import TeamMember
from integrations.models import SyncCursor
from integrations.sync.errors import Misconfigured, Rejected, RemoteGone
from integrations.sync.records import RemoteRecord
from integrations.sync.system import Outgoing, Page
from meetings.calendars import Span
from meetings.models import Meeting, MeetingStatus

from . import event_ids, free_busy, hosts, inbound
from .client import Client, ListForgotten
from .event_ids import EventId
from .outbound import is_whole, with_guests
from .placing import alive, calendar_of, place
from .schemas import MEETING_PROPERTY, NAME, OURS_PROPERTY

#: A calendar that is read for the first time shows what ended since then.
LOOK_BACK = timedelta(days=30)


class GoogleRemote:
    """One use of the connection."""

    def __init__(self) -> None:
        self.api = Client()

    # -- reading -----------------------------------------------------------------------

    def fetch(self, kind: str, remote_ids: Iterable[str]) -> list[RemoteRecord]:
        """An event that Google no longer shows was cancelled, and its call with it."""
        known = [one for pk in remote_ids if (one := event_ids.parse(pk)) is not None]
        events = [self._shown(one) for one in known]
        return self._told(events, {one.host_id for one in known})

    def _shown(self, event_id: EventId) -> dict[str, Any]:
        try:
            return self.api.get(calendar_of(event_id), str(event_id))
        except RemoteGone:
            return {"id": str(event_id), "status": "cancelled"}

    def pages(self, kind: str, since: datetime | None, token: str = "") -> Iterator[Page]:
        """Calendar by calendar: all events of ours, or what changed since the last time.

        A calendar that cannot be read harms no other, and nothing is believed of its events.
        """
        unread = []
        for host in hosts.to_read(everyone=since is None):
            try:
                yield self._changes(host) if since else self._all(host)
            except (Rejected, RemoteGone) as error:
                unread.append(str(host))
                sentence = f"The calendar of {host} cannot be read: {error}"
                known = [] if since else hosts.all_of(host)
                yield Page(known, unusable=(sentence,))
        hosts.remember_unread(unread)

    def _all(self, host: TeamMember) -> Page:
        """All of ours, cancelled ones too, and those that are no longer listed."""
        ours = {"privateExtendedProperty": "=".join(OURS_PROPERTY), "showDeleted": "true"}
        events = [one for page, _ in self.api.events(host.email, **ours) for one in page]
        listed = {event.get("id") for event in events}
        events += [self._shown(one) for one in hosts.planned(host) if str(one) not in listed]
        # What took place or was cancelled is as it is.
        settled = [one for one in hosts.settled(host) if one.remote_id not in listed]
        return Page(self._told(events, {host.pk}) + settled)

    def _changes(self, host: TeamMember) -> Page:
        place = _place(host)
        try:
            return self._since(host, {"syncToken": place} if place else _recent())
        except ListForgotten:
            return self._since(host, _recent())

    def _since(self, host: TeamMember, query: dict[str, str]) -> Page:
        events, token = [], ""
        for page, last in self.api.events(host.email, showDeleted="true", **query):
            events += page
            token = last
        return Page(self._told(events, {host.pk}), places={_cursor(host): token})

    def _told(self, events: Iterable[Any], host_ids: set[int]) -> list[RemoteRecord]:
        """Those that are of our calls, from the calendars in which we put them.

        A guest who is on the team has a copy in a calendar of theirs: it says nothing, and
        neither does an event in whose place there is another. A call that awaits its calendar
        is settled first.
        """
        ours = {
            known: event
            for event in events
            if isinstance(event, dict) and (known := event_ids.parse(event.get("id")))
            if known.host_id in host_ids
        }
        for replaced in hosts.replaced(map(str, ours)):
            del ours[replaced]
        calls = Meeting.all_objects.in_bulk([known.meeting_id for known in ours])
        return [
            _record(known, event, call)
            for known, event in ours.items()
            if (call := calls.get(known.meeting_id)) is not None
            if known.is_of(call) and not call.awaits_calendar
        ]

    def deleted(self, kind: str, since: datetime) -> list[RemoteRecord]:
        """A deleted event is a cancelled one: polls tell of it."""
        return []

    def check(self) -> str:
        """Whose calendars can be read."""
        asked = hosts.to_read()
        if not asked:
            return "There is nobody yet who takes calls."
        now = timezone.now()
        found = free_busy.busy(self.api, asked, Span(now, now + timedelta(hours=1)))
        unread = [str(host) for host in asked if host.pk not in found]
        hosts.remember_unread(unread)
        said = f"Calendars that can be read: {len(found)}."
        return f"{said} Not those of: {', '.join(unread)}." if unread else said

    # -- writing -----------------------------------------------------------------------

    def create(self, kind: str, payload: dict) -> RemoteRecord:
        return self._placed(payload)

    def update(self, kind: str, remote_id: str, payload: dict) -> RemoteRecord:
        """Write to the event; where the host is another one, it is another event."""
        if is_whole(payload):
            return self._placed(payload)
        known = _parsed(remote_id)
        try:
            event = self.api.patch(calendar_of(known), remote_id, payload)
        except RemoteGone:
            event = {"id": remote_id, "status": "cancelled"}
        return _answer(event)

    def _placed(self, payload: dict) -> RemoteRecord:
        own = payload["extendedProperties"]["private"][MEETING_PROPERTY]
        meeting = Meeting.all_objects.select_related("host", "contact").get(pk=int(own))
        event, made = place(self.api, meeting, payload)
        if not made:
            whole = with_guests(payload, event)
            event = self.api.patch(meeting.host.email, event["id"], whole)
        return _answer(event)

    def delete(self, kind: str, remote_id: str) -> None:
        """Cancel the event. Guests of a call that is over need not hear of it."""
        known = _parsed(remote_id)
        to_come = Meeting.all_objects.filter(pk=known.meeting_id, ends_at__gt=timezone.now())
        self.api.delete(calendar_of(known), remote_id, tell=to_come.exists())

    def merge(self, kind: str, loser_id: str, winner_id: str) -> None:
        raise Misconfigured("Calls are not merged")

    def find(self, kind: str, outgoing: Outgoing, since: datetime) -> Iterator[RemoteRecord]:
        """The event that was named on the call before it was made, if it came to be."""
        meeting = Meeting.all_objects.get(pk=outgoing.record_id)
        known = event_ids.parse(meeting.calendar_event_id)
        if known is not None and known.is_of(meeting):
            event = alive(self.api, known)
            if event is not None:
                yield _answer(event)

    def alike(self, kind: str, outgoing: Outgoing) -> Iterator[RemoteRecord]:
        yield from ()


def _record(known: EventId, event: dict[str, Any], call: Meeting) -> RemoteRecord:
    """As read. Only the event that a call names may become the call's."""
    may_cancel = call.status == MeetingStatus.PLANNED
    told = inbound.record(event, heard_at=timezone.now(), may_cancel=may_cancel)
    return told if call.calendar_event_id == str(known) else replace(told, hub_ids=())


def _answer(event: dict[str, Any]) -> RemoteRecord:
    return inbound.record(event, heard_at=timezone.now())


def _parsed(remote_id: str) -> EventId:
    known = event_ids.parse(remote_id)
    if known is None:
        raise Rejected(f"{remote_id} is no event of ours")
    return known


def _recent() -> dict[str, str]:
    return {"timeMin": (timezone.now() - LOOK_BACK).isoformat()}


def _cursor(host: TeamMember) -> str:
    return f"calendar:{host.pk}"


def _place(host: TeamMember) -> str:
    """Where the last poll of this calendar ended; empty where there was none."""
    cursors = SyncCursor.objects.filter(system=NAME, kind=_cursor(host))
    return cursors.values_list("page_token", flat=True).first() or ""
