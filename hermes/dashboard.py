"""The first page: what needs somebody, how each connection is, what went through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from hermes.dashboard_chart import chart_of
from hermes.words import ago, badge, counted, span, when
from integrations.admin.health import ALIVE_FOR, budget_of, reason_of, state_of
from integrations.models import (
    Conflict,
    Connection,
    EventState,
    Heartbeat,
    OutboxEntry,
    OutboxState,
    PossibleDuplicate,
    QuestionState,
    WebhookEvent,
)
from integrations.models.queues import OPEN_ENTRIES, OPEN_EVENTS
from integrations.sync import brake, connections
from integrations.sync.system import everyone
from integrations.sync.upkeep import PROGRAMS

MANAGE = "integrations.change_connection"


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What templates/admin/dashboard.html shows. Called by the theme."""
    may_see = request.user.has_perm("integrations.view_connection")
    if not may_see:
        return {**context, "may_see": False}
    queues = _queues()
    rows = _connections()
    return {
        **context,
        "may_see": True,
        "title": "Dashboard",
        "tiles": _tiles(queues, rows),
        "cards": [_card(system, rows.get(system.name), queues, request.user.has_perm(MANAGE))
                  for system in everyone()],
        "chart": chart_of("week" if request.GET.get("chart") == "week" else "day"),
        "heartbeats": _heartbeats(),
        "to_apply": f"{queues.messages_due:,}",
        "to_send": f"{queues.waiting:,}",
    }  # fmt: skip


def _connections() -> dict[str, Connection]:
    """Every system's row; one that was switched on a moment ago has it made here."""
    rows = {row.system: row for row in Connection.objects.all()}
    for system in everyone():
        if system.name not in rows and system.is_on():
            rows[system.name] = connections.of(system)
    return rows


@dataclass(frozen=True)
class Queues:
    """The queues' numbers, read in a handful of queries."""

    waiting_by_system: dict[str, int]
    oldest: datetime | None
    stuck_changes: int
    stuck_messages: int
    failed_changes: int
    failed_messages: int
    messages_last_hour: int
    messages_due: int
    oldest_message: datetime | None
    conflicts: int
    duplicates: int
    stopped_runs: int

    @property
    def waiting(self) -> int:
        return sum(self.waiting_by_system.values())

    @property
    def stuck(self) -> int:
        return self.stuck_changes + self.stuck_messages

    @property
    def failed_today(self) -> int:
        return self.failed_changes + self.failed_messages

    @property
    def needs_you(self) -> int:
        return self.stuck + self.conflicts + self.duplicates + self.stopped_runs


def _queues() -> Queues:
    now = timezone.now()
    day = now - timedelta(days=1)
    open_entries = list(
        OutboxEntry.objects.filter(state__in=OPEN_ENTRIES)
        .values("system")
        .annotate(number=Count("pk"), oldest=Min("created_at"))
    )
    dead_entries = OutboxEntry.objects.filter(state=OutboxState.DEAD).aggregate(
        all=Count("pk"), today=Count("pk", filter=Q(done_at__gte=day))
    )
    dead_events = WebhookEvent.objects.filter(state=EventState.DEAD).aggregate(
        all=Count("pk"), today=Count("pk", filter=Q(done_at__gte=day))
    )
    due_events = WebhookEvent.objects.filter(
        state__in=OPEN_EVENTS, next_attempt_at__lte=now
    ).aggregate(all=Count("pk"), oldest=Min("received_at"))
    return Queues(
        waiting_by_system={row["system"]: row["number"] for row in open_entries},
        oldest=min((row["oldest"] for row in open_entries), default=None),
        stuck_changes=dead_entries["all"],
        stuck_messages=dead_events["all"],
        failed_changes=dead_entries["today"],
        failed_messages=dead_events["today"],
        messages_due=due_events["all"],
        oldest_message=due_events["oldest"],
        **_counts(
            messages_last_hour=WebhookEvent.objects.filter(
                received_at__gte=now - timedelta(hours=1)
            ),
            conflicts=Conflict.objects.filter(state=QuestionState.OPEN),
            duplicates=PossibleDuplicate.objects.filter(state=QuestionState.OPEN),
            stopped_runs=brake.asking(),
        ),
    )


def _counts(**rows: QuerySet[Any]) -> dict[str, int]:
    """By their names how many rows there are, in one query."""
    each = [
        some.order_by().values(what=Value(name)).annotate(number=Count("pk"))
        for name, some in rows.items()
    ]
    found = each[0].union(*each[1:], all=True)
    return dict.fromkeys(rows, 0) | {row["what"]: row["number"] for row in found}


def _list(model: str, **filters: str) -> str:
    """The address of a filtered list of the engine's."""
    return f"{reverse(f'admin:integrations_{model}_changelist')}?{urlencode(filters)}"


def _tiles(queues: Queues, rows: dict[str, Connection]) -> list[dict[str, Any]]:
    calls = sum(int(row.budget.get("used") or 0) for row in rows.values())
    return [
        _tile("Needs you", queues.needs_you, _where_it_hurts(queues), "error",
              note=f"{queues.stuck} stuck, {counted(queues.conflicts, 'conflict', 'conflicts')}, "
                   f"{counted(queues.duplicates, 'possible duplicate', 'possible duplicates')}, "
                   f"{counted(queues.stopped_runs, 'stopped run', 'stopped runs')}"),
        _tile("Conflicts", queues.conflicts, _list("conflict", state__exact="open"), "call_split"),
        _tile("Waiting to send", queues.waiting, _list("outboxentry", queue="open"), "schedule",
              note=_oldest(queues.oldest)),
        _tile("Failed in 24 h", queues.failed_today, _failed(queues), "warning",
              note=f"{counted(queues.failed_changes, 'change', 'changes')} that could not be sent, "
                   f"{counted(queues.failed_messages, 'message', 'messages')} that could not be "
                   "applied"),
        _tile("Messages in the last hour", queues.messages_last_hour,
              _list("webhookevent", since="hour"), "mail", zero="None",
              note=f"{queues.messages_due:,} to apply, {_oldest(queues.oldest_message)}"
              if queues.messages_due else ""),
        _tile("Requests used today", calls, reverse("admin:integrations_connection_changelist"),
              "swap_horiz", zero="None"),
    ]  # fmt: skip


def _oldest(at: datetime | None) -> str:
    return f"oldest {ago(at)}" if at else ""


def _tile(
    label: str, number: int, url: str, icon: str, *, note: str = "", zero: str = "All clear"
) -> dict[str, Any]:
    clear = number == 0
    return {
        "label": label,
        "value": zero if clear else f"{number:,}",
        "icon": "check_circle" if clear else icon,
        "note": "" if clear else note,
        "url": url,
        "clear": clear,
    }


def _where_it_hurts(queues: Queues) -> str:
    """The first list with something to do: of what a stopped run holds back nothing goes on."""
    if queues.stopped_runs:
        return _list("syncrun", asks="yes")
    if queues.stuck_changes or not queues.needs_you:
        return _list("outboxentry", state__exact="dead")
    if queues.stuck_messages:
        return _list("webhookevent", state__exact="dead")
    if queues.conflicts:
        return _list("conflict", state__exact="open")
    return _list("possibleduplicate", state__exact="open")


def _failed(queues: Queues) -> str:
    """The list that has the failures of the day."""
    if queues.failed_messages and not queues.failed_changes:
        return _list("webhookevent", state__exact="dead", since="day")
    return _list("outboxentry", state__exact="dead", ended="day")


def _card(system: Any, row: Connection | None, queues: Queues, may_manage: bool) -> dict[str, Any]:
    is_on = system.is_on()
    backlog = queues.waiting_by_system.get(system.name, 0)
    return {
        "name": system.label,
        "state": badge(*state_of(row, system)),
        "is_on": is_on,
        "reason": reason_of(row) if is_on else "",
        "times": _times(system, row),
        "refused": _refused(row),
        "backlog": f"{backlog:,}",
        "backlog_url": _list("outboxentry", queue="open", system=system.name),
        "budget": budget_of(row),
        "url": reverse("admin:integrations_connection_change", args=[row.pk]) if row else "",
        "set_up_url": reverse("admin:integrations_connection_set_up", args=[system.name])
        if system.setup and may_manage
        else "",
        "buttons": _buttons(system, row) if row and is_on and may_manage else [],
    }


def _times(system: Any, row: Connection | None) -> list[tuple[str, Any]]:
    """When it was last heard of; a check only where there are checks."""
    times = [("Last message", row and row.last_delivery_at)]
    if system.polls:
        times.append(("Last check", row and row.last_poll_at))
    times.append(("Last success", row and row.last_success_at))
    return [(label, when(moment, "never")) for label, moment in times]


def _refused(row: Connection | None) -> str:
    """How many messages came with a wrong password or signature, in a sentence; empty for none."""
    if row is None or not row.refused_deliveries:
        return ""
    were = counted(row.refused_deliveries, "message was", "messages were")
    return f"{were} refused: wrong password or signature."


def _buttons(system: Any, row: Connection) -> list[dict[str, str]]:
    first = ("resume", "Resume", "play_arrow") if row.paused else ("pause", "Pause", "pause")
    check = [("poll", "Check now", "sync")] if system.polls else []
    return [
        {
            "label": label,
            "icon": icon,
            "url": reverse("admin:integrations_connection_do", args=[row.pk, name]),
        }
        for name, label, icon in [first, ("test", "Test", "network_check"), *check]
    ]


def _heartbeats() -> list[dict[str, Any]]:
    beats = {row.name: row.beat_at for row in Heartbeat.objects.all()}
    now = timezone.now()
    rows = []
    for name in dict.fromkeys([*PROGRAMS, *sorted(beats)]):
        beat_at = beats.get(name)
        alive = beat_at is not None and now - beat_at <= ALIVE_FOR
        silent = f"Silent for {span((now - beat_at).total_seconds())}" if beat_at else "Never seen"
        word = ("Alive", "favorite", "good") if alive else (silent, "heart_broken", "bad")
        rows.append(
            {"name": PROGRAMS.get(name, name), "badge": badge(*word), "last": when(beat_at)}
        )
    return rows
