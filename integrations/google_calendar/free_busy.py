"""When hosts are busy, as Google says. Who cannot be read is busy, never free."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from typing import Any

from companies.models import TeamMember
from integrations.sync.errors import Unavailable
from meetings.calendars import Span

from .client import MOST_CALENDARS, Client
from .credentials import NoSuchPerson
from .inbound import moment


def busy(api: Client, hosts: Collection[TeamMember], span: Span) -> dict[int, list[Span]]:
    """Host id to when that host is taken; without those whose calendar cannot be read.

    Raises:
        SyncError: None can be read.
    """
    told: dict[str, Any] = {}
    waiting = iter(hosts)
    while chunk := list(islice(waiting, MOST_CALENDARS)):
        told |= _asked_for(api, chunk, span)
    spans = {host.pk: taken(told.get(host.email.lower())) for host in hosts}
    found = {pk: each for pk, each in spans.items() if each is not None}
    if hosts and not found:
        raise Unavailable("Google shows none of the calendars asked for")
    return found


def _asked_for(api: Client, hosts: Sequence[TeamMember], span: Span) -> dict[str, Any]:
    """Everybody sees when the others are busy, so the first whom we may speak for asks."""
    emails = [host.email for host in hosts]
    refusal: NoSuchPerson | None = None
    for asker in emails:
        try:
            calendars = api.free_busy(asker, emails, span.start, span.end)
        except NoSuchPerson as error:
            refusal = error
        else:
            return {key.lower(): value for key, value in calendars.items()}
    assert refusal is not None
    raise refusal


def taken(told: Any) -> list[Span] | None:
    """One calendar's busy times, as they are; None where it cannot be read."""
    if not isinstance(told, Mapping) or told.get("errors"):
        return None
    try:
        return sorted(Span(moment(one["start"]), moment(one["end"])) for one in told["busy"])
    except (LookupError, TypeError, ValueError):
        return None
