"""The state of a connection and of the background work, in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from hermes.words import plain_error
from integrations.models import Connection
from integrations.sync import connections
from integrations.sync.system import System, find

#: A process that was silent for longer is shown in red.
ALIVE_FOR = timedelta(seconds=60)

#: Among a connection's facts: what is wrong until a walk succeeds. The first counts.
WRONG = {
    connections.MISCONFIGURED: ("Set up wrong", "build", "bad"),
    connections.FAILING: ("Checks fail", "sync_problem", "bad"),
}


def state_of(connection: Connection | None, system: System | None) -> tuple[str, str, str]:
    """Word, icon and tone of a connection's badge."""
    now = timezone.now()
    if system is None or not system.is_on():
        return "Not set up", "power_off", "calm"
    if connection is None:
        return "Waiting", "schedule", "calm"
    if connection.paused:
        return "Paused", "pause_circle", "warn"
    if connection.paused_until and connection.paused_until > now:
        return "Waiting for calls", "hourglass_top", "warn"
    if connection.broken_until and connection.broken_until > now:
        return "Cannot be reached", "cloud_off", "bad"
    if stays := next((WRONG[fact] for fact in WRONG if fact in connection.facts), None):
        return stays
    if connection.failures_in_row:
        return "Retrying", "replay", "busy"
    if connection.deliveries_missing_since:
        return "No messages arrive", "unsubscribe", "bad"
    if connection.no_sign_since:
        return "Relay is silent", "unsubscribe", "bad"
    return "Connected", "check_circle", "good"


def reason_of(connection: Connection | None) -> str:
    """Why the state is not "Connected", where the badge's words do not say all."""
    if connection is None:
        return ""
    if connection.paused:
        return connection.pause_reason
    if wrong := connection.facts.get(connections.MISCONFIGURED):
        return plain_error(wrong)
    if failing := connection.facts.get(connections.FAILING):
        return plain_error("; ".join(connections.failing_walk(*one) for one in failing.items()))
    if connection.deliveries_missing_since:
        system = find(connection.system)
        if system and not system.polls:
            return "Messages do not arrive; Hermes finds changes at night only."
        return "Messages do not arrive; Hermes asks every minute instead, while calls last."
    if connection.no_sign_since:
        minutes = connection.poll_minutes
        return f"Its relay gives no sign of life; Hermes finds changes every {minutes} min."
    return ""


def budget_of(connection: Connection | None) -> dict[str, Any] | None:
    """The calls of the day, used and left, when the remote told us its limit."""
    budget = connection.budget if connection else {}
    limit = budget.get("limit")
    if not isinstance(limit, int) or limit <= 0:
        return None
    used = int(budget.get("used") or 0)
    left = f"{max(limit - used, 0):,}"
    return {
        "used": used,
        "limit": limit,
        "left": f"{left} of {limit:,}",
        "words": f"{used:,} of {limit:,}, {left} left",
        "period": budget.get("period", ""),
    }
