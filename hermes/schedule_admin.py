"""What Hermes does by itself, and how often."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django_celery_beat import admin as _theirs  # noqa: F401
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from hermes.admin_base import RecordAdmin
from hermes.words import badge, when

# Its own pages offer what Hermes has no use for, in words that staff do not know.
admin.site.unregister(
    [PeriodicTask, IntervalSchedule, CrontabSchedule, ClockedSchedule, SolarSchedule]
)


class ScheduleForm(forms.ModelForm):
    """Has an interval or a time of day, and says so at the field."""

    def validate_unique(self) -> None:
        """Not the package's own: its sentence names no field, and schedules that are not here."""
        chosen = [name for name in ("interval", "crontab") if self.cleaned_data.get(name)]
        if len(chosen) != 1:
            self.add_error("interval", "Choose either an interval or a time of day.")


@admin.register(PeriodicTask)
class SchedulePage(RecordAdmin):
    """One thing that happens by itself. Which there are, Hermes says; how often, operations."""

    words = ("schedule", "schedules")
    form = ScheduleForm
    list_display = ["name", "how_often", "state", "last_run"]
    list_select_related = ["interval", "crontab"]
    ordering = ["name"]
    fields = ["name", "enabled", "interval", "crontab", "last_run", "total_run_count"]
    readonly_fields = ["name", "last_run", "total_run_count"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description="How often")
    def how_often(self, task: PeriodicTask) -> str:
        return str(task.interval or (task.crontab and task.crontab.human_readable) or "by itself")

    @admin.display(description="State")
    def state(self, task: PeriodicTask) -> Any:
        return badge("On", "check_circle", "good") if task.enabled else badge("Switched off")

    @admin.display(description="Last time")
    def last_run(self, task: PeriodicTask) -> Any:
        return when(task.last_run_at, "not yet")


@admin.register(IntervalSchedule)
class IntervalPage(RecordAdmin):
    """Every so many seconds, minutes, hours or days."""

    words = ("interval", "intervals")


@admin.register(CrontabSchedule)
class TimeOfDayPage(RecordAdmin):
    """At a time of the day, on some days."""

    words = ("time of day", "times of day")
    list_display = ["human_readable"]
