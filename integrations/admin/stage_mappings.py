"""What another system's statuses stand for here: a table that staff keep."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import ForeignKey, Q, QuerySet
from django.http import HttpRequest

from deals.models import Stage
from hermes.admin_base import RecordAdmin, choices
from hermes.words import badge, counted
from integrations.models import ExternalLink, LinkState, StageMapping
from integrations.sync import walks
from integrations.sync.system import get

from .filters import SystemFilter
from .records import label_of


class MappedFilter(admin.SimpleListFilter):
    """Whether anybody has said what it stands for."""

    title = "what is missing"
    parameter_name = "missing"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("stage", "Nobody has said")]

    def queryset(self, request: Any, queryset: QuerySet) -> QuerySet:
        if self.value() != "stage":
            return queryset
        return queryset.filter(stage=None, status="open", action=StageMapping.Action.SYNC)


@admin.register(StageMapping)
class StageMappingAdmin(RecordAdmin):
    """One status: the stage, and what else happens to the deal."""

    words = ("status elsewhere", "statuses elsewhere")
    list_display = ["remote_stage", "system_label", "stage_name", "status_here", "happens", "loans"]
    list_filter = [MappedFilter, SystemFilter]
    list_select_related = ["stage__pipeline"]
    ordering = ["system", "remote_stage"]
    fields = ["remote_stage", "system_label", "stage", "status", "action", "loans"]
    readonly_fields = ["remote_stage", "system_label", "loans"]
    autocomplete_fields: list[str] = []
    when_empty = "The statuses that deals have in other systems are shown here once they are read."

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Stages of several pipelines have the same names. One that was archived stays chosen."""
        stages = Stage._base_manager.all()
        formfield = super().formfield_for_foreignkey(db_field, request, queryset=stages, **kwargs)
        formfield.choices = [("", formfield.empty_label), *choices(request, Stage, "pipeline")]
        return formfield

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: StageMapping, form: Any, change: bool) -> None:
        obj.edited_by = request.user.get_username()
        super().save_model(request, obj, form, change)
        if form.changed_data:
            system = get(obj.system)
            walks.want(system, walks.RECONCILE)
            messages.info(
                request,
                f"All deals are compared with {system.label} now, and follow. A stage that "
                "somebody moved stays until the status changes.",
            )

    @admin.display(description="System", ordering="system")
    def system_label(self, row: StageMapping) -> str:
        return label_of(row.system)

    @admin.display(description="Stage", ordering="stage")
    def stage_name(self, row: StageMapping) -> Any:
        if row.stage is not None:
            return f"{row.stage.pipeline}: {row.stage}"
        return "–" if row.is_mapped else badge("Nobody has said", "help", "warning")

    @admin.display(description="Status here", ordering="status")
    def status_here(self, row: StageMapping) -> str:
        return row.get_status_display() if row.is_mapped else "–"

    @admin.display(description="What happens", ordering="action")
    def happens(self, row: StageMapping) -> str:
        return row.get_action_display() if row.is_mapped else "The deal stays as it is"

    @admin.display(description="Deals in it")
    def loans(self, row: StageMapping) -> str:
        """A status may have two names: what programs know it by, and what people see."""
        name = row.remote_stage
        is_in_it = Q(remote_state__status__iexact=name) | Q(remote_state__status_too__iexact=name)
        links = ExternalLink.objects.filter(
            is_in_it, system=row.system, kind="deal", state=LinkState.LIVE
        )
        return counted(links.count(), "deal", "deals")
