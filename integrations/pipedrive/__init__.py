"""Pipedrive: organizations, persons, deals and activities, both ways.

Users, pipelines and stages are read only. Deliveries come by webhook v2; what they miss
is polled. Our ids stand in a text field of every organization, person and deal.
"""

from django.conf import settings

from integrations.sync.set_up import Say, Setup, SetupPlan
from integrations.sync.system import Outgoing, Reading, Remote, System

from .schemas import ENTITIES, LABEL, NAME, SPOKE_KINDS


def _is_on() -> bool:
    return bool(settings.PIPEDRIVE_BASE_URL and settings.PIPEDRIVE_API_TOKEN)


def _connect() -> Remote:
    from .remote import PipedriveRemote

    return PipedriveRemote()


def _read(body: bytes) -> Reading:
    from . import events
    from .keys import account_id, keys

    return events.read(body, keys(), account_id())


def _payload(outgoing: Outgoing) -> dict:
    from .activity import completed
    from .keys import keys
    from .outbound import body

    built = body(outgoing, keys())
    return completed(built, outgoing) if outgoing.kind == "meeting" else built


def _travels(kind: str) -> frozenset[str]:
    from .keys import travelling

    return travelling(kind)


def _repair(*, asked: bool = False) -> str:
    from .setup import repair

    return repair(asked=asked)


def _plan() -> SetupPlan:
    from .setup import plan

    return plan()


def _set_up(say: Say, agreed: list[str] | None) -> SetupPlan:
    from .setup import set_up

    return set_up(say, agreed)


def _web_url(kind: str, remote_id: str) -> str:
    if kind not in {"company", "contact", "deal"} or not settings.PIPEDRIVE_APP_URL:
        return ""
    return f"{settings.PIPEDRIVE_APP_URL}/{ENTITIES[kind]}/{remote_id}"


SYSTEM = System(
    name=NAME,
    label=LABEL,
    kinds=SPOKE_KINDS,
    is_on=_is_on,
    connect=_connect,
    read=_read,
    payload=_payload,
    web_url=_web_url,
    repair=_repair,
    setup=Setup(_plan, _set_up),
    poll_minutes=lambda: settings.PIPEDRIVE_POLL_MINUTES,
    needs=(
        "PIPEDRIVE_BASE_URL",
        "PIPEDRIVE_API_TOKEN",
        "PIPEDRIVE_WEBHOOK_USER",
        "PIPEDRIVE_WEBHOOK_PASSWORD",
    ),
    travels=_travels,
)
