"""Calls as calendars read them (RFC 5545 and 5546)."""

from __future__ import annotations

from datetime import UTC
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Case, Q, TextField, Value, When
from django.db.models.functions import Concat
from django.template.loader import render_to_string
from django.utils import timezone, translation
from icalendar import Calendar, Event, vCalAddress, vText

from companies.models import TeamMember

from .models import Letter, LetterKind, Meeting, MeetingStatus

#: Longer titles are cut; a name may be very long.
LONGEST_TITLE = 255


def title(meeting: Meeting, host: TeamMember | None = None) -> str:
    """One line, plain text, for the guest. In one language, whoever's request it is."""
    with translation.override(settings.LANGUAGE_CODE):
        return title_here(meeting, host)


def title_here(meeting: Meeting, host: TeamMember | None = None) -> str:
    """The same, in the language of the page."""
    context = {"host": host or meeting.host}
    words = render_to_string(f"meetings/{meeting.kind}_title.txt", context)
    return " ".join(words.split())[:LONGEST_TITLE]


def uid(meeting: Meeting) -> str:
    """The same as long as the call lives, in whatever tells of it.

    Where a calendar invites guests by itself, its own, so that they have the call once.
    """
    if meeting.calendar_event_id and settings.CALENDAR_UID_DOMAIN:
        return f"{meeting.calendar_event_id}@{settings.CALENDAR_UID_DOMAIN}"
    return f"call-{meeting.pk}@{_site()}"


def uid_of_row() -> Case:
    """The same, as the database finds it."""
    own = Concat(Value("call-"), "pk", Value(f"@{_site()}"), output_field=TextField())
    if not settings.CALENDAR_UID_DOMAIN:
        return Case(default=own)
    domain = Value(f"@{settings.CALENDAR_UID_DOMAIN}")
    is_there = ~Q(calendar_event_id="")
    return Case(
        When(is_there, then=Concat("calendar_event_id", domain, output_field=TextField())),
        default=own,
    )


def _site() -> str:
    return urlsplit(settings.SITE_URL).hostname or ""


def copy(meeting: Meeting) -> bytes:
    """An ``.ics`` file of the call as it is now, for somebody's own calendar."""
    off = meeting.status == MeetingStatus.CANCELLED or meeting.archived_at is not None
    now = Letter(
        meeting=meeting,
        kind=LetterKind.CANCELLED if off else LetterKind.CONFIRMATION,
        sequence=meeting.sequence,
        uid=uid(meeting),
        host=meeting.host,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
    )
    return _file(_event(now), "CANCEL" if off else "PUBLISH")


def invitation(letter: Letter, link: str) -> bytes:
    """What a letter says, for the guest's calendar: to come, or that it is off.

    Args:
        link: Where the guest can move or cancel the call.
    """
    event = _event(letter)
    event.add("url", link)
    event.add("attendee", _guest(letter), encode=False)
    return _file(event, "CANCEL" if letter.kind == LetterKind.CANCELLED else "REQUEST")


def _file(event: Event, method: str) -> bytes:
    holder = Calendar()
    holder.add("prodid", "-//Hermes//Calls//EN")
    holder.add("version", "2.0")
    holder.add("method", method)
    holder.add_component(event)
    return bytes(holder.to_ical())


def _event(letter: Letter) -> Event:
    event = Event()
    event.add("uid", letter.uid)
    event.add("sequence", letter.sequence)
    event.add("dtstamp", timezone.now().astimezone(UTC))
    event.add("dtstart", letter.starts_at.astimezone(UTC))
    event.add("dtend", letter.ends_at.astimezone(UTC))
    event.add("summary", title(letter.meeting, letter.host))
    event.add("status", "CANCELLED" if letter.kind == LetterKind.CANCELLED else "CONFIRMED")
    event.add("organizer", _person(letter.host.email, str(letter.host)))
    if letter.meeting.video_link:
        event.add("location", letter.meeting.video_link)
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
