"""Deliveries that name somebody not known yet are tried again when that has changed."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from integrations.models import EventState, Reason, WebhookEvent

from . import hub, wake
from .system import System


def parent_came(system: System, kind: str) -> None:
    """A record of this kind is linked: try what waits for one, given up on or not."""
    if kind in _awaited(system):
        _try_again(system=system.name)


def somebody_new(created: bool, **_: Any) -> None:
    """A team member was added: what waits may find its own now, whatever the system."""
    if created:
        _try_again()


def _awaited(system: System) -> set[str]:
    return {
        hub.KINDS[name].parents[parent]
        for name, spoke_kind in system.kinds.items()
        for parent in spoke_kind.awaits
    }


def _try_again(**which: str) -> None:
    events = WebhookEvent.objects.filter(
        state__in=[EventState.RETRYING, EventState.DEAD], reason=Reason.WAITING, **which
    )
    if events.update(
        state=EventState.RETRYING, attempts=0, next_attempt_at=timezone.now(), done_at=None
    ):
        wake.inbox()
