"""Links with which a guest sees, moves and cancels their call: signed, and good for a while."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from .models import Meeting

SALT = "meetings.guest_links"

#: A link outlives its call by so much.
KEPT_FOR = timedelta(days=30)


class WrongLink(Exception):
    """Somebody else made it, or changed it, or what it leads to is gone."""


class OldLink(Exception):
    """It was good once."""


def token_of(meeting: Meeting) -> str:
    until = int((meeting.ends_at + KEPT_FOR).timestamp())
    return signing.dumps({"call": meeting.pk, "until": until}, salt=SALT)


def meeting_of(token: str) -> Meeting:
    """The call that a link leads to.

    Raises:
        WrongLink: It is none of ours.
        OldLink: Its time is over.
    """
    try:
        said = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError) as error:
        raise WrongLink from error
    if said["until"] < timezone.now().timestamp():
        raise OldLink
    people = Meeting.all_objects.select_related("host", "contact", "company")
    meeting = people.filter(pk=said["call"]).first()
    if meeting is None:
        raise WrongLink
    return meeting


def path(meeting: Meeting, page: str = "call") -> str:
    """Where on this site the guest finds the call; ``page`` is one of meetings/public/urls.py."""
    return reverse(f"book:{page}", args=[token_of(meeting)])


def address(meeting: Meeting, page: str = "call") -> str:
    """The same for a mail."""
    return settings.SITE_URL + path(meeting, page)
