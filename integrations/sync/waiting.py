"""Deliveries that name somebody not known yet are tried again when that has changed."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from integrations.models import EventState, Reason, WebhookEvent

from . import hub, wake
from .system import System, everyone


def came(kind: str) -> None:
    """A record of this kind is new, linked or changed: try what waits for one, given up or not.

    Whoever brought it: one system's person may be whom another system's message names.
    """
    names = [system.name for system in everyone() if kind in _awaited(system)]
    if names:
        _try_again(names)


def somebody_came(**_: Any) -> None:
    """A team member was saved: what waits may find its own now, whatever the system."""
    came("team_member")


def _awaited(system: System) -> set[str]:
    return {
        hub.KINDS[name].parents[parent]
        for name, spoke_kind in system.kinds.items()
        for parent in spoke_kind.awaits
    }


def _try_again(systems: list[str]) -> None:
    events = WebhookEvent.objects.filter(
        state__in=[EventState.RETRYING, EventState.DEAD],
        reason=Reason.WAITING,
        system__in=systems,
    )
    if events.update(
        state=EventState.RETRYING, attempts=0, next_attempt_at=timezone.now(), done_at=None
    ):
        wake.inbox()
