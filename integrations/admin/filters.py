"""Filters that ask the database nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.utils import timezone

from integrations.models import OutboxState, Reason

from .records import system_choices


class SystemFilter(admin.SimpleListFilter):
    """Which outside system."""

    title = "system"
    parameter_name = "system"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return system_choices()

    def has_output(self) -> bool:
        return True

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.filter(system=self.value()) if self.value() else queryset


SPANS = {
    "hour": ("Last hour", timedelta(hours=1)),
    "day": ("Last 24 hours", timedelta(days=1)),
    "week": ("Last 7 days", timedelta(days=7)),
}


class SinceFilter(admin.SimpleListFilter):
    """How long ago. ``column`` names the time."""

    title = "time"
    parameter_name = "since"
    column = "created_at"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, label) for name, (label, _) in SPANS.items()]

    def queryset(self, request: Any, queryset: Any) -> Any:
        if self.value() not in SPANS:
            return queryset
        since = timezone.now() - SPANS[self.value()][1]
        return queryset.filter(**{f"{self.column}__gte": since})


class ReceivedFilter(SinceFilter):
    title = "received"
    column = "received_at"


class EndedFilter(SinceFilter):
    """When it was sent, or given up: that column has an index."""

    title = "sent or ended"
    parameter_name = "ended"
    column = "done_at"


class ReasonFilter(admin.SimpleListFilter):
    """Why it is stuck. Only stuck rows have a reason, and those are found by their state."""

    title = "reason"
    parameter_name = "reason"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return list(Reason.choices)

    def queryset(self, request: Any, queryset: Any) -> Any:
        if not self.value():
            return queryset
        return queryset.filter(state=OutboxState.DEAD, reason=self.value())


class AsksFilter(admin.SimpleListFilter):
    """The runs that stopped and wait for a yes; of other stopped ones a later run asks, or none."""

    title = "asks you"
    parameter_name = "asks"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Waits for a yes")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.filter(asks=True) if self.value() else queryset


class AtFilter(SinceFilter):
    title = "when"
    column = "at"
