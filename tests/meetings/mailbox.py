"""What guests find in their mailboxes."""

from __future__ import annotations

from typing import Any

from django.core import mail
from django.core.mail import EmailMultiAlternatives
from icalendar import Calendar

from meetings import tasks


def invitation(letter: EmailMultiAlternatives) -> tuple[str, str, int, Any]:
    """Its method, UID and sequence, and the event itself."""
    (file,) = [content for content, kind in letter.alternatives if kind.startswith("text/calendar")]
    found = Calendar.from_ical(file)
    (event,) = found.walk("VEVENT")
    return str(found["method"]), str(event["uid"]), int(event["sequence"]), event


def sent() -> list[EmailMultiAlternatives]:
    """What goes out now."""
    mail.outbox.clear()
    tasks.write_to_guests()
    return list(mail.outbox)
