"""Google Calendar: a call is an event in its host's calendar, and the host's time is taken.

The first write of a call that a visitor books is made in the visitor's request, through
``calendar.GoogleCalendar``; later changes go out as with every other system. Changes made in
Google are polled. An event that is not of a call made here changes nothing.
"""

from django.conf import settings

from integrations.sync.errors import NotOurs
from integrations.sync.system import Outgoing, Reading, Remote, System

from .schemas import LABEL, NAME, SPOKE_KINDS


def _is_on() -> bool:
    return bool(settings.GOOGLE_BASE_URL and settings.GOOGLE_SERVICE_ACCOUNT)


def _connect() -> Remote:
    from .remote import GoogleRemote

    return GoogleRemote()


def _read(body: bytes) -> Reading:
    raise NotOurs("Google Calendar sends no messages: it is asked")


def _payload(outgoing: Outgoing) -> dict:
    from .outbound import body

    return body(outgoing)


def _web_url(kind: str, remote_id: str) -> str:
    # The call's own page has the event's address, as Google gave it.
    return ""


SYSTEM = System(
    name=NAME,
    label=LABEL,
    kinds=SPOKE_KINDS,
    is_on=_is_on,
    connect=_connect,
    read=_read,
    payload=_payload,
    web_url=_web_url,
    poll_minutes=lambda: settings.GOOGLE_POLL_MINUTES,
    needs=("GOOGLE_SERVICE_ACCOUNT",),
)
