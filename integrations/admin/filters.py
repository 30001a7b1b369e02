"""Filters that ask the database nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.utils import timezone

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


class CreatedFilter(SinceFilter):
    title = "created"


class FailedFilter(SinceFilter):
    """When it was last due: a failed entry keeps the time of its last try."""

    title = "last tried"
    parameter_name = "tried"
    column = "next_attempt_at"


class AtFilter(SinceFilter):
    title = "when"
    column = "at"
