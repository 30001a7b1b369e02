"""Calls as calendars read them (RFC 5545 and 5546)."""

from __future__ import annotations

from datetime import UTC
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from icalendar import Calendar, Event, vCalAddress, vText

from .models import Meeting

#: Methods: a copy for somebody's own calendar, an invitation, and that it is off.
PUBLISH, REQUEST, CANCEL = "PUBLISH", "REQUEST", "CANCEL"

#: Longer titles are cut; a name may be very long.
LONGEST_TITLE = 255


def title(meeting: Meeting) -> str:
    """One line, plain text, for the guest."""
    words = render_to_string(f"meetings/{meeting.kind}_title.txt", {"host": meeting.host})
    return " ".join(words.split())[:LONGEST_TITLE]


def uid(meeting: Meeting) -> str:
    """The same as long as the call lives, in whatever tells of it.

    Where a calendar invites guests by itself, its own, so that they have the call once.
    """
    if meeting.calendar_event_id and settings.CALENDAR_UID_DOMAIN:
        return f"{meeting.calendar_event_id}@{settings.CALENDAR_UID_DOMAIN}"
    return f"call-{meeting.pk}@{urlsplit(settings.SITE_URL).hostname}"


def calendar_file(
    meeting: Meeting, method: str, *, sequence: int | None = None, link: str = ""
) -> bytes:
    """The call as an ``.ics`` file.

    Args:
        sequence: How often it was changed; by default as the call says.
        link: Where the guest can move or cancel it.
    """
    holder = Calendar()
    holder.add("prodid", "-//Hermes//Calls//EN")
    holder.add("version", "2.0")
    holder.add("method", method)
    holder.add_component(_event(meeting, method, sequence, link))
    return bytes(holder.to_ical())


def _event(meeting: Meeting, method: str, sequence: int | None, link: str) -> Event:
    event = Event()
    event.add("uid", uid(meeting))
    event.add("sequence", meeting.sequence if sequence is None else sequence)
    event.add("dtstamp", meeting.updated_at.astimezone(UTC))
    event.add("dtstart", meeting.starts_at.astimezone(UTC))
    event.add("dtend", meeting.ends_at.astimezone(UTC))
    event.add("summary", title(meeting))
    event.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
    if meeting.video_link:
        event.add("location", meeting.video_link)
    if link:
        event.add("url", link)
    if method != PUBLISH:
        event.add("organizer", _person(meeting.host.email, meeting.host.name))
        event.add("attendee", _guest(meeting), encode=False)
    return event


def _person(email: str, name: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{email}")
    person.params["cn"] = vText(name)
    return person


def _guest(meeting: Meeting) -> vCalAddress:
    assert meeting.contact is not None
    guest = _person(meeting.contact.email, meeting.contact.name)
    guest.params["role"] = vText("REQ-PARTICIPANT")
    guest.params["partstat"] = vText("NEEDS-ACTION")
    guest.params["rsvp"] = vText("TRUE")
    return guest
