"""Salesforce: an officer's loans are deals of ours, their borrowers contacts.

It is polled; change events, relayed or as Outbound Messages, only say what to read again.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings

from integrations.sync.details import Detail
from integrations.sync.overview import Looks, Overview, Sample
from integrations.sync.records import RemoteRecord
from integrations.sync.set_up import Say, Setup, SetupPlan
from integrations.sync.system import Outgoing, Reading, Remote, System

from . import flows
from .ids import whole_id
from .schemas import LABEL, NAME, SPOKE_KINDS

#: Between two polls. Salesforce advises against asking more often. Contract, section 8.1.
FEWEST_MINUTES, MOST_MINUTES = 5, 60


def _is_on() -> bool:
    return bool(settings.SALESFORCE_ENABLED)


def _connect() -> Remote:
    from .remote import SalesforceRemote

    return SalesforceRemote()


def _poll_minutes() -> int:
    return max(FEWEST_MINUTES, min(settings.SALESFORCE_POLL_INTERVAL_MINUTES, MOST_MINUTES))


def _begin() -> None:
    from .beginning import begin

    begin()


def _follows_from() -> datetime | None:
    from .beginning import follows_from

    return follows_from()


def _read(body: bytes) -> Reading:
    from . import events

    return events.read(body)


def _payload(outgoing: Outgoing) -> dict:
    from .remote import SalesforceRemote

    return SalesforceRemote().payload(outgoing)


def _withheld(outgoing: Outgoing) -> Mapping[str, str]:
    from .remote import SalesforceRemote

    return SalesforceRemote().withheld(outgoing)


def _details(kind: str) -> Mapping[str, Detail]:
    from .details import known

    return known(kind)


def _overview() -> Overview:
    from .overview import overview

    return overview()


def _sample(loan_id: str) -> Sample:
    from .overview import sample

    return sample(loan_id)


def _plan() -> SetupPlan:
    from .setup import plan

    return plan()


def _set_up(say: Say, agreed: list[str] | None) -> SetupPlan:
    from .setup import set_up

    return set_up(say, agreed)


def _web_url(kind: str, remote_id: str) -> str:
    if not settings.SALESFORCE_INSTANCE_URL:
        return ""
    # A co-borrower is seen on the borrower's page.
    return f"{settings.SALESFORCE_INSTANCE_URL}/{RemoteRecord(NAME, kind, remote_id).kept_in}"


SYSTEM = System(
    name=NAME,
    label=LABEL,
    kinds=SPOKE_KINDS,
    is_on=_is_on,
    connect=_connect,
    begin=_begin,
    read=_read,
    payload=_payload,
    web_url=_web_url,
    withheld=_withheld,
    setup=Setup(_plan, _set_up),
    poll_minutes=_poll_minutes,
    polls_from=timedelta(minutes=3),
    read_id=whole_id,
    look_back=lambda: timedelta(seconds=settings.SALESFORCE_LOOKBACK_SECONDS),
    follows_from=_follows_from,
    reads_at_once=200,
    details=_details,
    looks=Looks(_overview, _sample, kind="deal"),
    needs=("SALESFORCE_ENABLED", *flows.needs()),
)
