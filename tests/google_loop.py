"""Google as a test's stage: hosts with calendars, and what went over the wire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from companies.models import TeamMember
from integrations.google_calendar import SYSTEM
from integrations.models import ExternalLink, SyncRun
from integrations.sandbox import Sandbox
from integrations.sandbox.google import by_hand
from integrations.sync import outbox, poll
from meetings.models import Meeting
from tests.factories import MeetingFactory, TeamMemberFactory

WRITES = {"POST", "PATCH", "PUT", "DELETE"}

#: Some Tuesday, years from now.
START = datetime(2030, 3, 5, 14, 30, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)


class GoogleLoop:
    """``send`` and ``poll`` move things across the wire; ``event`` shows what is there."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.account = sandbox, sandbox.google
        self.sandbox.forget_calls()

    def host(self, **values: Any) -> TeamMember:
        """Somebody who takes calls, with a calendar."""
        host = TeamMemberFactory(**values)
        self.account.add_calendar(host.email)
        return host

    def booked(self, host: TeamMember, **values: Any) -> Meeting:
        """A call as booking leaves it before its calendar is written to."""
        times = {"starts_at": START, "ends_at": START + HALF_AN_HOUR, "awaits_calendar": True}
        meeting = MeetingFactory(host=host, **{**times, **values})
        meeting.company = meeting.contact and meeting.contact.company
        meeting.save()
        return meeting

    # -- across the wire -----------------------------------------------------------------

    def send(self) -> list[Any]:
        """Send what is due; returns the calls that wrote events."""
        before = len(self.sandbox.calls)
        outbox.drain()
        return [call for call in self.sandbox.calls[before:] if self.is_write(call)]

    def poll(self) -> SyncRun:
        """Ask what has changed. The first two times everything is read."""
        return poll.poll(SYSTEM)

    @staticmethod
    def is_write(call: Any) -> bool:
        return call.method in WRITES and "/events" in call.path

    @property
    def writes(self) -> list[Any]:
        return [call for call in self.sandbox.calls if self.is_write(call)]

    @property
    def paths(self) -> list[tuple[str, str]]:
        """Method and last part of the path of all calls."""
        return [(call.method, call.path.rpartition("/")[2]) for call in self.sandbox.calls]

    # -- in Google -----------------------------------------------------------------------

    def events(self, host: TeamMember) -> list[dict]:
        return self.account.events(host.email)

    def event(self, meeting: Meeting) -> dict:
        """The only event of ours in the calendar of the call's host."""
        (event,) = [one for one in self.events(meeting.host) if one["id"].startswith("hermes")]
        return event

    def move(self, meeting: Meeting, by: timedelta) -> None:
        """The host drags the event to another time."""
        event = self.event(meeting)
        start, end = (datetime.fromisoformat(event[each]["dateTime"]) for each in ("start", "end"))
        times = (start + by).isoformat(), (end + by).isoformat()
        by_hand.move(self.account.account, meeting.host.email, event["id"], *times)

    def cancel(self, meeting: Meeting) -> None:
        """The host deletes the event."""
        email, event_id = meeting.host.email, self.event(meeting)["id"]
        by_hand.cancel(self.account.account, email, event_id)

    def restore(self, meeting: Meeting, event_id: str) -> None:
        """The host takes it out of the bin."""
        by_hand.restore(self.account.account, meeting.host.email, event_id)

    def add(self, host: TeamMember, **values: Any) -> dict:
        """An event of the host's own."""
        times = {"start": {"dateTime": START.isoformat()},
                 "end": {"dateTime": (START + HALF_AN_HOUR).isoformat()}}  # fmt: skip
        return by_hand.add(self.account.account, host.email, {**times, **values})

    def link(self, meeting: Meeting) -> ExternalLink | None:
        """The call's living link."""
        return ExternalLink.objects.filter(
            system=SYSTEM.name, record_id=meeting.pk, state="live"
        ).first()
