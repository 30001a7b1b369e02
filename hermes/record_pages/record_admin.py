"""What the pages of companies, contacts, deals and the rest share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.postgres.fields import ArrayField
from django.db import IntegrityError, connection, models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from companies.records import Record
from hermes.admin_base import OneLine, RecordAdmin, TickBoxes, choices
from hermes.words import badge, counted, when
from integrations.sync.broken_rules import refusal
from integrations.sync.errors import Rejected

from . import details, search, timeline, timeline_views
from .editing import OPENED, RecordForm
from .kinds import kind_of, may_merge
from .links import badges, rows_for
from .marks import marks
from .seen import Seen, seen


def _id(text: str) -> int:
    """A record's id from an address; 0, which none has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


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
    #: Field to what its choices belong to, where they are named with that.
    named_with: Mapping[str, str] = {}
    form = RecordForm
    # The timeline tells it, and what systems did too.
    shows_history = False
    change_form_before_template = "admin/record/meanwhile.html"
    change_form_outer_before_template = "admin/record/above.html"
    # Outside the page's form: it has forms of its own, and a browser drops one in another.
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

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Archived records stay where they were chosen: saving must not take them away."""
        related = db_field.related_model
        if not issubclass(related, Record):
            return super().formfield_for_foreignkey(db_field, request, **kwargs)
        kwargs.setdefault("queryset", related._base_manager.all())
        formfield = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if formfield is not None and db_field.name not in self.autocomplete_fields:
            blank = [] if formfield.empty_label is None else [("", formfield.empty_label)]
            formfield.choices = [
                *blank,
                *choices(request, related, self.named_with.get(db_field.name, "")),
            ]
        return formfield

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        if not search_term.strip() or self.kind not in search.PARTS:
            return super().get_search_results(request, queryset, search_term)
        return search.narrow(queryset, self.kind, search_term), False

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Fetch the badges of all the rows in one go."""
        cl = super().get_changelist_instance(request)
        request.hermes_badges = badges(self.kind, list(cl.result_list))
        for row in cl.result_list:
            row.system_badges = request.hermes_badges.get(row.pk, [])
        return cl

    @admin.display(description="Systems")
    def systems(self, record: Any) -> Any:
        found = getattr(record, "system_badges", [])
        if not found:
            return badge("Not linked")
        words = ((label, badge(state.word)) for label, state in found)
        # One box: on a phone the cell lays out what is in it side by side.
        joined = format_html_join(" ", '<span class="hermes-system">{} {}</span>', words)
        return format_html('<div class="hermes-systems">{}</div>', joined)

    @admin.display(description="Changed", ordering="updated_at")
    def changed(self, record: Any) -> Any:
        return when(record.updated_at)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        self._seen(request, _id(object_id))
        record = self.get_object(request, object_id)
        extra = self._panel(request, record) if record is not None else {}
        return super().change_view(request, object_id, form_url, {**extra, **(extra_context or {})})

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """What was changed stands in the timeline."""
        timeline_of = reverse("record-timeline", args=[self.kind, _id(object_id)])
        return redirect(f"{timeline_of}?show=changes")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new record has no dates of its own yet, and was merged into none."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None:
            return fieldsets
        fixed = set(self.get_readonly_fields(request, obj))
        typed = [
            (title, {**options, "fields": [n for n in options["fields"] if n not in fixed]})
            for title, options in fieldsets
        ]
        return [(title, options) for title, options in typed if options["fields"]]

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """The record, read once for a page; held while it is saved."""
        if request.method != "POST":
            known = request.__dict__.setdefault("hermes_records", {})
            if object_id not in known:
                known[object_id] = super().get_object(request, object_id, from_field)
            return known[object_id]
        if connection.in_atomic_block:
            # Nobody else writes between our look and our save.
            rows = self.model._base_manager.filter(pk=_id(object_id)).order_by()
            list(rows.select_for_update(no_key=True).values_list("pk"))
        return super().get_object(request, object_id, from_field)

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, **kwargs)
        if obj is not None:
            known = self._seen(request, obj.pk)
            form.marks = marks(obj, self.kind, known)
        return form

    def formfield_for_dbfield(self, column: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Several out of a few words are ticked, not typed."""
        choices = column.base_field.choices if isinstance(column, ArrayField) else None
        if not choices:
            return super().formfield_for_dbfield(column, request, **kwargs)
        label = column.verbose_name.capitalize()
        return forms.MultipleChoiceField(
            choices=choices, required=False, widget=TickBoxes, label=label
        )

    def _seen(self, request: HttpRequest, pk: int) -> Seen:
        """The record's links and newest changes, read once for a page."""
        known = request.__dict__.setdefault("hermes_seen", {})
        if pk not in known:
            known[pk] = seen(self.kind, self.model, pk)
        return known[pk]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write what the person changed; the rest may be newer than their page."""
        if not change:
            super().save_model(request, obj, form, change)
        elif form.changed_data:
            obj.save(update_fields=[*form.changed_data, "updated_at"])
        for meanwhile in form.kept[:5] if change else []:
            messages.info(request, f"{meanwhile.sentence} while you were editing. That stays.")

    def _panel(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        kind = kind_of(record)
        known = self._seen(request, record.pk)
        remotes = [(link.system, link.remote_id) for link in known.links]
        read = timeline.read(record, kind, remotes, saves=known.saves)
        return {
            **timeline_views.panel(request, record, kind, read),
            "opened": request.POST.get(OPENED, known.newest_event),
            "links": rows_for(kind, record, known),
            "details": details.of(kind, record),
            "children": self.children(record),
            "page_links": self.page_links(request, record),
        }

    def children(self, record: Any) -> list[tuple[str, Any]]:
        """Titles and querysets of the records that belong to this one."""
        return []

    def page_links(self, request: HttpRequest, record: Any) -> list[tuple[str, str, str]]:
        """Where else to go from here, for this person: address, label, icon."""
        return [("#timeline", "Timeline", "history")]

    def get_actions(self, request: HttpRequest) -> dict:
        actions = super().get_actions(request)
        if may_merge(request, self.kind):
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
        archived = counted(queryset.archive(), "record was", "records were")
        messages.success(request, f"{archived} archived.")

    @admin.action(description="Restore the selected records", permissions=["change"])
    def restore_selected(self, request: HttpRequest, queryset: Any) -> None:
        try:
            with transaction.atomic():
                restored = counted(queryset.restore(), "record was", "records were")
                messages.success(request, f"{restored} restored.")
        except IntegrityError as error:
            # A call whose host has another one at that time by now, say.
            if not isinstance(reason := refusal(error), Rejected):
                raise
            messages.error(request, f"Nothing was restored. {reason}.")
