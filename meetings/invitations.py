"""Calls as calendars read them (RFC 5545 and 5546)."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from icalendar import Calendar, Event, vCalAddress, vText

from companies.models import TeamMember

from .models import Letter, LetterKind, Meeting

#: Longer titles are cut; a name may be very long.
LONGEST_TITLE = 255


def title(meeting: Meeting, host: TeamMember | None = None) -> str:
    """One line, plain text, for the guest."""
    context = {"host": host or meeting.host}
    words = render_to_string(f"meetings/{meeting.kind}_title.txt", context)
    return " ".join(words.split())[:LONGEST_TITLE]


def uid(meeting: Meeting) -> str:
    """The same as long as the call lives, in whatever tells of it.

    Where a calendar invites guests by itself, its own, so that they have the call once.
    """
    if meeting.calendar_event_id and settings.CALENDAR_UID_DOMAIN:
        return f"{meeting.calendar_event_id}@{settings.CALENDAR_UID_DOMAIN}"
    return f"call-{meeting.pk}@{urlsplit(settings.SITE_URL).hostname}"


def copy(meeting: Meeting) -> bytes:
    """An ``.ics`` file of the call, for somebody's own calendar."""
    span = (meeting.starts_at, meeting.ends_at)
    event = _event(meeting, title(meeting), span, meeting.sequence)
    return _file(event, "PUBLISH")


def invitation(letter: Letter, link: str) -> bytes:
    """What a letter says, for the guest's calendar: to come, or that it is off.

    Args:
        link: Where the guest can move or cancel the call.
    """
    off = letter.kind == LetterKind.CANCELLED
    meeting, span = letter.meeting, (letter.starts_at, letter.ends_at)
    event = _event(meeting, title(meeting, letter.host), span, letter.sequence)
    event["status"] = "CANCELLED" if off else "CONFIRMED"
    event.add("url", link)
    event.add("organizer", _person(letter.host.email, str(letter.host)))
    event.add("attendee", _guest(letter), encode=False)
    return _file(event, "CANCEL" if off else "REQUEST")


def _file(event: Event, method: str) -> bytes:
    holder = Calendar()
    holder.add("prodid", "-//Hermes//Calls//EN")
    holder.add("version", "2.0")
    holder.add("method", method)
    holder.add_component(event)
    return bytes(holder.to_ical())


def _event(meeting: Meeting, title: str, span: tuple[datetime, datetime], sequence: int) -> Event:
    event = Event()
    event.add("uid", uid(meeting))
    event.add("sequence", sequence)
    event.add("dtstamp", timezone.now().astimezone(UTC))
    event.add("dtstart", span[0].astimezone(UTC))
    event.add("dtend", span[1].astimezone(UTC))
    event.add("summary", title)
    event.add("status", "CONFIRMED")
    if meeting.video_link:
        event.add("location", meeting.video_link)
    return event


def _person(email: str, name: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{email}")
    person.params["cn"] = vText(name)
    return person


def _guest(letter: Letter) -> vCalAddress:
    contact = letter.meeting.contact
    same = contact is not None and contact.email == letter.to
    guest = _person(letter.to, contact.name if contact and same else letter.to)
    guest.params["role"] = vText("REQ-PARTICIPANT")
    guest.params["partstat"] = vText("NEEDS-ACTION")
    guest.params["rsvp"] = vText("TRUE")
    return guest
