"""TutorCruncher: its clients with an agency are our companies, their recipients our contacts.

Read only so far: deliveries come by webhook, and a client is read where one does not carry it.
"""

from collections.abc import Iterable

from django.conf import settings

from integrations.sync.system import Applied, Outgoing, Reading, Remote, System

from .schemas import NAME, SPOKE_KINDS

#: Kind to the part of an address in TC2.
PAGES = {"company": "clients", "contact": "recipients"}


def _is_on() -> bool:
    return bool(settings.TC2_BASE_URL and settings.TC2_API_KEY)


def _connect() -> Remote:
    from .remote import TC2Remote

    return TC2Remote()


def _read(body: bytes) -> Reading:
    from . import events

    return events.read(body)


def _payload(outgoing: Outgoing) -> dict:
    """Nothing is written there."""
    return {}


def _web_url(kind: str, remote_id: str) -> str:
    if kind not in PAGES or not settings.TC2_APP_URL:
        return ""
    return f"{settings.TC2_APP_URL}/{PAGES[kind]}/{remote_id}/"


def _applied(news: Iterable[Applied]) -> None:
    from .rules import carry_out

    carry_out(news)


SYSTEM = System(
    name=NAME,
    label="TC2",
    kinds=SPOKE_KINDS,
    is_on=_is_on,
    connect=_connect,
    read=_read,
    payload=_payload,
    web_url=_web_url,
    has_lists=False,
    needs=("TC2_BASE_URL", "TC2_API_KEY"),
    applied=_applied,
)
