"""TutorCruncher: its clients with an agency are our companies, their recipients our contacts.

Deliveries come by webhook, and a client is read where one does not carry it. What the CRM
has of a company, and who looks after it, is written back to the client.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings

from integrations.sync.system import Applied, Outgoing, Reading, Remote, System

from .kinds import SPOKE_KINDS
from .schemas import LABEL, NAME

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
    from .outbound import body

    return body(outgoing)


def _web_url(kind: str, remote_id: str) -> str:
    if kind not in PAGES or not settings.TC2_APP_URL:
        return ""
    return f"{settings.TC2_APP_URL}/{PAGES[kind]}/{remote_id}/"


def _applied(news: Iterable[Applied]) -> None:
    from .rules import carry_out

    carry_out(news)


SYSTEM = System(
    name=NAME,
    label=LABEL,
    kinds=SPOKE_KINDS,
    is_on=_is_on,
    connect=_connect,
    read=_read,
    payload=_payload,
    web_url=_web_url,
    polls=False,
    # Contract, "Actions": one fetch for each client and minute is enough.
    reread_every=timedelta(minutes=1),
    gather=lambda: timedelta(seconds=settings.TC2_GATHER_SECONDS),
    needs=("TC2_BASE_URL", "TC2_API_KEY"),
    applied=_applied,
)
