"""The words of letters to guests. They are in templates/meetings/letters/: the first line is
the subject."""

from __future__ import annotations

from email.utils import formataddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from . import guest_links, invitations
from .greeting import greeting
from .guest_zones import zone_label, zone_of_guest
from .models import Letter, LetterKind

#: Both have the same words.
TEMPLATES = {LetterKind.DAY_BEFORE: "reminder", LetterKind.HOUR_BEFORE: "reminder"}


def message(letter: Letter) -> EmailMultiAlternatives:
    """The letter as an e-mail: a text for people and an invitation for calendars."""
    subject, _, body = _text(letter).partition("\n")
    host = letter.host
    mail = EmailMultiAlternatives(
        " ".join(subject.split()),
        body.strip() + "\n",
        formataddr((settings.CALLS_TEAM_NAME, settings.DEFAULT_FROM_EMAIL)),
        [letter.to],
        reply_to=[formataddr((str(host), host.email))] if host.email else [],
        # The same however often it is sent: mail programs show it once.
        headers={"Message-ID": _message_id(letter), "Auto-Submitted": "auto-generated"},
    )
    if letter.is_news:
        _attach(mail, letter)
    return mail


def _text(letter: Letter) -> str:
    meeting = letter.meeting
    zone = zone_of_guest(meeting)
    context = {
        "letter": letter,
        "title": invitations.title(meeting, letter.host),
        "greeting": greeting(meeting.contact),
        "team": settings.CALLS_TEAM_NAME,
        "video_link": meeting.video_link,
        "zone": zone,
        "zone_label": zone_label(zone, letter.starts_at),
        "call_url": guest_links.address(meeting),
        "move_url": guest_links.address(meeting, "move"),
        "cancel_url": guest_links.address(meeting, "cancel"),
        "book_url": f"{settings.SITE_URL}/book/",
    }
    kind = LetterKind(letter.kind)
    name = TEMPLATES.get(kind, kind.value)
    return render_to_string(f"meetings/letters/{name}.txt", context).strip()


def _attach(mail: EmailMultiAlternatives, letter: Letter) -> None:
    method = "CANCEL" if letter.kind == LetterKind.CANCELLED else "REQUEST"
    file = invitations.invitation(letter, guest_links.address(letter.meeting))
    mail.attach_alternative(file.decode(), f"text/calendar; method={method}")
    mail.attach("call.ics", file, "application/ics")


def _message_id(letter: Letter) -> str:
    site = urlsplit(settings.SITE_URL).hostname
    return f"<call-{letter.meeting_id}-{letter.sequence}-{letter.kind}@{site}>"
