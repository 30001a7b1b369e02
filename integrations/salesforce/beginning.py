"""What is settled before loans are read for the first time, and kept from then on."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

from django.conf import settings

from integrations.models import SyncCursor
from integrations.sync import connections
from integrations.sync.errors import Misconfigured
from integrations.sync.system import get

from . import choices, described, stages, usage
from .client import Client
from .names import names
from .schemas import NAME

#: On the connection: since when loans are followed, where not all are.
FOLLOWED_SINCE = "followed_since"


def begin() -> None:
    """Before each run that writes: our table has what the environment says of statuses, staff
    hear of those that nobody mapped, and what counts as past stays that.
    """
    facts = connections.of(get(NAME)).facts
    choices.check()
    stages.take_from_environment()
    org = described.schema(Client(), names())
    stages.note_unmapped(stages.unmapped(org.choices("status")))
    if settings.SALESFORCE_INITIAL_SYNC == "none" and FOLLOWED_SINCE not in facts:
        since = _read_to() or _now()
        with connections.facts_of(get(NAME)) as held:
            held.setdefault(FOLLOWED_SINCE, since.isoformat())


def followed_since() -> datetime | None:
    """From when on changes count; None for all loans. Contract, section 8.3."""
    if settings.SALESFORCE_INITIAL_SYNC != "none":
        return choices.first_day()
    return _settled() or _now()


def follows_from() -> datetime | None:
    """The same, as far as it can be said without asking Salesforce."""
    if settings.SALESFORCE_INITIAL_SYNC == "none":
        return _settled()
    with suppress(Misconfigured):
        return choices.first_day()
    return None


def _settled() -> datetime | None:
    kept = connections.of(get(NAME)).facts.get(FOLLOWED_SINCE)
    return datetime.fromisoformat(kept) if kept else None


def no_earlier(since: datetime) -> datetime:
    """The later of a moment and the start of what is followed: polls may look back for days."""
    return max(since, followed_since() or since)


def _read_to() -> datetime | None:
    """What changed since the last poll is no past, though the setting was another then."""
    cursors = SyncCursor.objects.filter(system=NAME, kind="deal")
    return cursors.values_list("watermark", flat=True).first()


def _now() -> datetime:
    """By Salesforce's own clock."""
    Client().limits()
    return usage.clock() or datetime.now(UTC)
