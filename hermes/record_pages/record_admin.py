"""What the pages of companies, contacts, deals and the rest share."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html_join

from companies import history
from hermes.admin_base import OneLine, RecordAdmin, badge, when
from integrations.models import SyncLog

from . import search
from .kinds import MERGEABLE, kind_of
from .links import badges, rows_for


class ArchivedFilter(admin.SimpleListFilter):
    """Live records, unless asked for the others."""

    title = "archive"
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Archived"), ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "yes":
            return queryset.filter(archived_at__isnull=False)
        return queryset if self.value() == "all" else queryset.filter(archived_at__isnull=True)


class RecordPage(RecordAdmin):
    """A list with a badge for each system; a page with links, history and what happened."""

    #: The engine's word for this kind.
    kind = ""
    change_form_outer_before_template = "admin/record/links.html"
    change_form_outer_after_template = "admin/record/panel.html"
    readonly_fields = ["archived_at", "created_at", "updated_at"]
    list_filter = [ArchivedFilter]
    formfield_overrides = {
        models.TextField: {"widget": OneLine},
    }
    actions = ["archive_selected", "restore_selected"]

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = self.model._base_manager.all()
        return rows.select_related(*self.list_select_related or [])

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        if not search_term.strip() or self.kind not in search.PARTS:
            return super().get_search_results(request, queryset, search_term)
        return search.narrow(queryset, self.kind, search_term), False

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Fetch the badges of all the rows in one go."""
        cl = super().get_changelist_instance(request)
        request.hermes_badges = badges(self.kind, [row.pk for row in cl.result_list])
        for row in cl.result_list:
            row.system_badges = request.hermes_badges.get(row.pk, [])
        return cl

    @admin.display(description="Systems")
    def systems(self, record: Any) -> Any:
        found = getattr(record, "system_badges", [])
        if not found:
            return badge("Not linked")
        return format_html_join(
            " ", "{} {}", ((label, badge(state.word)) for label, state in found)
        )

    @admin.display(description="Changed", ordering="updated_at")
    def changed(self, record: Any) -> Any:
        return when(record.updated_at)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        record = self.get_object(request, object_id)
        extra = self._panel(request, record) if record is not None else {}
        return super().change_view(request, object_id, form_url, {**extra, **(extra_context or {})})

    def _panel(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        kind = kind_of(record)
        return {
            "kind": kind,
            "record": record,
            "links": rows_for(kind, record.pk),
            "changes": history.changes(record),
            "logs": SyncLog.objects.filter(kind=kind, record_id=record.pk).order_by("-pk")[:30],
            "children": self.children(record),
            "may_change": self.has_change_permission(request, record),
        }

    def children(self, record: Any) -> list[tuple[str, Any]]:
        """Titles and querysets of the records that belong to this one."""
        return []

    def get_actions(self, request: HttpRequest) -> dict:
        actions = super().get_actions(request)
        may_merge = self.kind in MERGEABLE or self.kind == "deal"
        if may_merge and request.user.has_perm("companies.merge_records"):
            name = "merge_selected"
            actions[name] = (RecordPage.merge_selected, name, "Merge the selected records …")
        return actions

    def merge_selected(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """On to the page that asks which one stays."""
        ids = list(queryset.values_list("pk", flat=True)[:6])
        if not 2 <= len(ids) <= 5:
            messages.error(request, "Select two to five records to merge.")
            return None
        listed = ",".join(map(str, ids))
        return redirect(f"{reverse('merge', args=[self.kind])}?ids={listed}")

    @admin.action(description="Archive the selected records", permissions=["change"])
    def archive_selected(self, request: HttpRequest, queryset: Any) -> None:
        messages.success(request, f"{queryset.archive()} were archived.")

    @admin.action(description="Restore the selected records", permissions=["change"])
    def restore_selected(self, request: HttpRequest, queryset: Any) -> None:
        messages.success(request, f"{queryset.restore()} were restored.")
