"""When calls can be booked: the rules, each host's hours and days off, and who was chosen."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from companies.models import TeamMember
from hermes.admin_base import EngineAdmin, RecordAdmin
from hermes.calls.viewer import KEEPS_ALL, may_keep_time_of, member_of
from hermes.words import when
from meetings.host_links import booking_link
from meetings.models import BookingRules, DayOff, HostChoice, WorkingHours

#: What is said beside each of the rules. Durations are typed as hours:minutes:seconds.
RULES = {
    "duration": "How long a call takes, 5 minutes to 4 hours, as hours:minutes:seconds.",
    "buffer": "Between two calls, 4 hours at most, as hours:minutes:seconds.",
    "earliest_start": "In each host's own time zone. Who has working hours of their own has those.",
    "latest_end": "No call ends later, in each host's own time zone.",
    "minimum_notice": "The public page offers nothing sooner, as hours:minutes:seconds.",
    "horizon": "The public page offers nothing later; 28 00:00:00 is 28 days, and 60 are the most.",
}


@admin.register(BookingRules)
class BookingRulesPage(RecordAdmin):
    """One row: its list is its page."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def formfield_for_dbfield(self, db_field: Any, *args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("help_text", RULES.get(db_field.name, ""))
        return super().formfield_for_dbfield(db_field, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        rules = BookingRules.load()
        return redirect("admin:meetings_bookingrules_change", rules.pk)


#: Why a person whose role includes the page finds nothing to enter there.
NO_MEMBER = (
    "Your log-in belongs to no team member, so it has no calls, working hours or days off of its "
    "own. Operations can choose your log-in on your team member's page."
)


class OwnTime(admin.ModelAdmin):
    """For hours and days off: everybody's are seen, one's own are kept, and a lead keeps all."""

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("host")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if self._has_no_time(request):
            messages.warning(request, NO_MEMBER)
        return super().changelist_view(request, extra_context)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        if self._has_no_time(request):
            # The list says why.
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return super().add_view(request, form_url, extra_context)

    def _has_no_time(self, request: HttpRequest) -> bool:
        """Whether their role lets them keep their own, and they are nobody who has any."""
        return super().has_add_permission(request) and not self.has_add_permission(request)

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """What the frame of every page asks: who somebody is matters on these pages alone."""
        return {"view": self.has_view_permission(request)}

    def has_add_permission(self, request: HttpRequest) -> bool:
        keeps_any = member_of(request) is not None or request.user.has_perm(KEEPS_ALL)
        return keeps_any and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        keeps = obj is None or may_keep_time_of(request, obj.host_id)
        return keeps and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """These are no records: what is over or wrong goes."""
        keeps = obj is None or may_keep_time_of(request, obj.host_id)
        return keeps and admin.ModelAdmin.has_delete_permission(self, request, obj)

    def formfield_for_foreignkey(self, column: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Whose time it can be."""
        hosts = TeamMember.objects.taking_calls()
        if not request.user.has_perm(KEEPS_ALL):
            hosts = TeamMember.objects.filter(pk=getattr(member_of(request), "pk", None))
        kwargs["queryset"] = hosts.order_by("first_name", "last_name", "pk")
        return super().formfield_for_foreignkey(column, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        own = member_of(request)
        return {"host": own.pk if own else None, **super().get_changeform_initial_data(request)}


@admin.register(WorkingHours)
class WorkingHoursPage(OwnTime, RecordAdmin):
    """A host's own hours. Who has none works by the booking rules."""

    list_display = ["host", "weekday", "starts", "ends"]
    list_filter = ["host"]
    when_empty = "Who works other hours than the booking rules say is shown here, day by day."


@admin.register(DayOff)
class DayOffPage(OwnTime, RecordAdmin):
    """Days on which a host takes no calls."""

    list_display = ["host", "first_day", "last_day", "note"]
    list_filter = ["host"]
    when_empty = "Days on which a host takes no calls are shown here once somebody enters them."


@admin.register(HostChoice)
class HostChoicePage(EngineAdmin):
    """Who was chosen for a visitor, and why. Hermes writes it; people read it."""

    words = ("choice of a host", "choices of hosts")
    list_display = ["chosen", "host", "plan", "country", "reason", "call"]
    list_display_links = ["chosen"]
    list_select_related = ["host", "meeting"]
    list_filter = ["host", "plan"]
    ordering = ["-at", "-id"]
    fields = ["chosen", "host", "plan", "country", "reason", "call"]
    readonly_fields = fields
    when_empty = "With whom each visitor of the booking page was to talk, and why, is shown here."

    @admin.display(description="Chosen", ordering="at")
    def chosen(self, choice: HostChoice) -> Any:
        return when(choice.at)

    @admin.display(description="Call", ordering="meeting")
    def call(self, choice: HostChoice) -> str:
        return str(choice.meeting or "none yet")


def time_of(request: HttpRequest, host: TeamMember) -> dict[str, Any]:
    """What a team member's page says of their calls: hours, days off and booking link."""
    lists = [
        ("Working hours", "workinghours", list(host.working_hours.all()), "By the booking rules."),
        ("Days off", "dayoff", list(host.days_off.all()[:10]), "None."),
    ]
    return {
        "booking_link": booking_link(host),
        "copy_words": "Copy my link" if member_of(request) == host else "Copy the link",
        "host_time": [
            (title, rows, empty, *_addresses(request, model, host))
            for title, model, rows, empty in lists
            if request.user.has_perm(f"meetings.view_{model}")
        ],
    }


def _addresses(request: HttpRequest, model: str, host: TeamMember) -> tuple[str, str]:
    """The list of the host's, and where one is added; empty for who may not."""
    every = f"{reverse(f'admin:meetings_{model}_changelist')}?host__id__exact={host.pk}"
    may_add = request.user.has_perm(f"meetings.add_{model}") and may_keep_time_of(request, host.pk)
    add = f"{reverse(f'admin:meetings_{model}_add')}?host={host.pk}"
    return every, add if may_add else ""
