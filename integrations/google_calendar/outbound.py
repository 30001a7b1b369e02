"""Calls to Google's events."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from integrations.sync.call_facts import call_facts
from integrations.sync.system import Outgoing
from meetings import invitations
from meetings.models import Meeting

from . import texts
from .schemas import GUEST_PROPERTY, LONGEST_FACT, MEETING_PROPERTY, OURS_PROPERTY

#: What only moves an event; anything else has all that guests see written again.
TIMES = {"starts_at", "ends_at"}


def body(outgoing: Outgoing) -> dict[str, Any]:
    """Little more than the times where nothing else changed, else all of the event but its id
    and its room."""
    if not (outgoing.changed or outgoing.creating):
        return {}
    people = Meeting.all_objects.select_related("host", "contact", "company")
    meeting = people.get(pk=outgoing.record_id)
    if outgoing.changed and outgoing.changed <= TIMES:
        times = span(outgoing.values["starts_at"], outgoing.values["ends_at"])
        # The company may have come to other systems since the call was booked.
        return {**times, "extendedProperties": {"private": _facts(meeting)}}
    return event(meeting)


def is_whole(payload: dict[str, Any]) -> bool:
    """Whether it says all of an event."""
    return "summary" in payload


def span(start: datetime, end: datetime) -> dict[str, Any]:
    return {"start": _time(start), "end": _time(end)}


def _time(at: datetime) -> dict[str, str]:
    return {"dateTime": at.astimezone(UTC).isoformat(timespec="seconds"), "timeZone": "UTC"}


def event(meeting: Meeting) -> dict[str, Any]:
    """What guests see, and in the private properties what only the host does."""
    return {
        "summary": invitations.title(meeting),
        "description": texts.description(meeting),
        **span(meeting.starts_at, meeting.ends_at),
        "attendees": _attendees(meeting),
        "reminders": {"useDefault": True},
        "extendedProperties": {"private": _private(meeting)},
    }


def guest_of(meeting: Meeting) -> str:
    return meeting.contact.email if meeting.contact else ""


def _attendees(meeting: Meeting) -> list[dict[str, str]]:
    host = {"email": meeting.host.email, "responseStatus": "accepted"}
    guest = guest_of(meeting)
    return [host, {"email": guest}] if guest else [host]


def _private(meeting: Meeting) -> dict[str, str]:
    ours, yes = OURS_PROPERTY
    own = {ours: yes, MEETING_PROPERTY: str(meeting.pk), GUEST_PROPERTY: guest_of(meeting)}
    return _facts(meeting) | own


def _facts(meeting: Meeting) -> dict[str, str]:
    return {
        name.lower().replace(" ", "_"): value[:LONGEST_FACT] for name, value in call_facts(meeting)
    }


def room(event_id: str) -> dict[str, Any]:
    """A request for a video room; the same again has no second one made."""
    return {
        "createRequest": {
            "requestId": event_id,
            "conferenceSolutionKey": {"type": "hangoutsMeet"},
        }
    }


def with_guests(payload: dict[str, Any], held: dict[str, Any]) -> dict[str, Any]:
    """The payload with the guests that others have invited, and the answers of all.

    Args:
        held: The event as it is there.
    """
    private = (held.get("extendedProperties") or {}).get("private") or {}
    wanted = {one["email"].lower(): one for one in payload["attendees"]}
    dropped = {str(private.get(GUEST_PROPERTY, "")).lower()} - wanted.keys()
    there = [
        one
        for one in held.get("attendees") or []
        if str(one.get("email", "")).lower() not in dropped
    ]
    known = {str(one.get("email", "")).lower() for one in there}
    new = [one for email, one in wanted.items() if email not in known]
    return {**payload, "attendees": [*there, *new]}
