"""Runs: checks for changes, first loads, comparisons."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode

from hermes.words import badge, plain_error, span, when
from integrations import tasks
from integrations.models import RunState, SyncLog, SyncRun
from integrations.sync import brake

from .buttons import Button, ButtonsAdmin
from .filters import AsksFilter, AtFilter, SystemFilter
from .records import NamedRecords, kind_label, label_of, list_of
from .send import send

MANAGE = "integrations.change_syncrun"
COUNTS = {
    "seen": "Read",
    "created": "Added",
    "changed": "Changed",
    "removed": "Deleted there",
    "skipped": "Left out",
    "failed": "Failed",
}


#: Count to the column that tells when it happened, and the archive that is looked in.
LISTS = {
    "created": ("created_at", "all"),
    "changed": ("updated_at", "all"),
    "removed": ("archived_at", "yes"),
}


def _span(run: SyncRun, column: str) -> dict[str, str]:
    until = run.ended_at or timezone.now()
    return {
        f"{column}__gte": run.started_at.isoformat(),
        f"{column}__lte": until.isoformat(),
    }


def _notes_of(run: SyncRun) -> str:
    query = urlencode({"system": run.system, **_span(run, "at")})
    return f"{reverse('admin:integrations_synclog_changelist')}?{query}"


def _count(run: SyncRun, kind: str, name: str, number: int) -> Any:
    """A number of the counts, with the list of what it counts where there is one."""
    if run.dry_run:
        return number
    if name == "failed":
        return _link(_notes_of(run), number, "notes of that time")
    address = list_of(kind) if name in LISTS else ""
    if not address:
        return number
    column, archive = LISTS[name]
    query = urlencode({"archived": archive, **_span(run, column)})
    return _link(f"{address}?{query}", number, f"{kind_label(kind)} records {name} at that time")


def _link(address: str, number: int, what: str) -> Any:
    if not number:
        return number
    return format_html(
        '<a class="hermes-link" href="{}" aria-label="{}: {}">{}</a>', address, number, what, number
    )


def _run_link(run: SyncRun, words: str) -> Any:
    address = reverse("admin:integrations_syncrun_change", args=[run.pk])
    return format_html('<a class="hermes-link" href="{}">{}</a>', address, words)


@admin.register(SyncRun)
class SyncRunAdmin(ButtonsAdmin):
    """One run: how far it is, what it did, and the brake."""

    when_empty = "Each check and each load of a system is shown here with its numbers."
    words = ("run", "runs")
    list_display = ["started", "system_label", "action_label", "state_badge", "took", "seen",
                    "created", "changed", "removed", "failed"]  # fmt: skip
    list_display_links = ["started"]
    list_filter = ["state", AsksFilter, SystemFilter, "action"]
    ordering = ["-id"]
    fields = ["system_label", "action_label", "state_badge", "answer", "started", "took",
              "counts_table", "report_lines", "problem"]  # fmt: skip
    readonly_fields = fields
    optional_rows = ("answer", "report_lines", "problem")
    buttons = (
        Button("cancel", "Cancel", "cancel", MANAGE),
        Button("release", "Go on, these changes are right", "lock_open", MANAGE),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[SyncRun]:
        asking = brake.asking().values("pk")
        return super().get_queryset(request).annotate(asks=Q(pk__in=asking))

    @admin.display(description="Answer")
    def answer(self, run: SyncRun) -> Any:
        """Polls go on while a run waits for one, and stop as well."""
        if run.state != RunState.STOPPED:
            return ""
        if run.asks:  # type: ignore[attr-defined]
            return "Somebody has to say yes"
        later = SyncRun.objects.filter(system=run.system, action=run.action, pk__gt=run.pk)
        if released := later.filter(brake_released=True).order_by("pk").first():
            return _run_link(released, "Yes: this run went on with it")
        if newest := brake.asking().filter(system=run.system, action=run.action).first():
            return _run_link(newest, "A later run asks the same")
        return "None is needed any more"

    @admin.display(description="Started", ordering="id")
    def started(self, run: SyncRun) -> Any:
        return when(run.started_at)

    @admin.display(description="System")
    def system_label(self, run: SyncRun) -> str:
        return label_of(run.system)

    @admin.display(description="Run")
    def action_label(self, run: SyncRun) -> str:
        return run.get_action_display() + (" (dry run)" if run.dry_run else "")

    @admin.display(description="State")
    def state_badge(self, run: SyncRun) -> Any:
        is_answered = run.state == RunState.STOPPED and not run.asks  # type: ignore[attr-defined]
        return badge("Stopped" if is_answered else run.get_state_display())

    @admin.display(description="Took")
    def took(self, run: SyncRun) -> str:
        return span(((run.ended_at or timezone.now()) - run.started_at).total_seconds())

    @admin.display(description="Problem")
    def problem(self, run: SyncRun) -> str:
        if run.state == RunState.STOPPED:
            # A question is read to its end.
            return run.last_error
        return plain_error(run.last_error) or "–"

    @admin.display(description="Report")
    def report_lines(self, run: SyncRun) -> str:
        return linebreaksbr(run.report)

    @staticmethod
    def _total(run: SyncRun, name: str) -> int:
        return sum(counts.get(name, 0) for counts in run.counts.values())

    @admin.display(description="Read")
    def seen(self, run: SyncRun) -> int:
        return self._total(run, "seen")

    @admin.display(description="Added")
    def created(self, run: SyncRun) -> int:
        return self._total(run, "created")

    @admin.display(description="Changed")
    def changed(self, run: SyncRun) -> int:
        return self._total(run, "changed")

    @admin.display(description="Deleted there")
    def removed(self, run: SyncRun) -> int:
        return self._total(run, "removed")

    @admin.display(description="Failed")
    def failed(self, run: SyncRun) -> Any:
        return _link(_notes_of(run), self._total(run, "failed"), "notes of that time")

    @admin.display(description="Counts")
    def counts_table(self, run: SyncRun) -> Any:
        head = format_html_join(
            "", '<th scope="col">{}</th>', [(name,) for name in COUNTS.values()]
        )
        rows = format_html_join(
            "",
            '<tr><th scope="row">{}</th>{}</tr>',
            [
                (
                    kind_label(kind),
                    format_html_join(
                        "",
                        '<td data-label="{}">{}</td>',
                        [
                            (name, _count(run, kind, c, counts.get(c, 0)))
                            for c, name in COUNTS.items()
                        ],
                    ),
                )
                for kind, counts in run.counts.items()
            ],
        )
        return format_html(
            '<table class="hermes-table hermes-stacked">'
            '<caption class="hermes-hidden">Counts by kind</caption>'
            '<thead><tr><th scope="col">Kind</th>{}</tr></thead><tbody>{}</tbody></table>',
            head,
            rows,
        )

    # -- what staff can do -------------------------------------------------------------

    def shows(self, button: Button, run: SyncRun) -> bool:
        if button.name == "cancel":
            return run.state == RunState.RUNNING
        return brake.asking().filter(pk=run.pk).exists()

    def do_cancel(self, request: HttpRequest, run: SyncRun) -> str:
        SyncRun.objects.filter(pk=run.pk, state=RunState.RUNNING).update(
            state=RunState.CANCELLED, ended_at=timezone.now(), last_error="Cancelled by staff"
        )
        return "Cancelled. It stops at its next page; what it has read so far stays."

    def do_release(self, request: HttpRequest, run: SyncRun) -> str | tuple[int, str]:
        started = send(WALKS[run.action], run.system, released=True)
        if isinstance(started, str):
            SyncLog.objects.create(
                system=run.system,
                topic="brake",
                message=f"{request.user} said yes to the changes of: {run}",
            )
        return started


#: What the worker does once a run may go on.
WALKS = {
    SyncRun.Action.POLL: tasks.poll_system,
    SyncRun.Action.RECONCILE: tasks.reconcile_system,
    SyncRun.Action.DELETIONS: tasks.look_for_deleted,
}


@admin.register(SyncLog)
class SyncLogAdmin(NamedRecords, ButtonsAdmin):
    """What staff need to know."""

    when_empty = "What you should know about records and systems is shown here."
    words = ("note", "notes")
    list_title = "What happened"
    list_display = ["happened", "level_badge", "system_label", "record", "message"]
    list_display_links = ["happened"]
    list_filter = ["level", SystemFilter, AtFilter]
    ordering = ["-id"]
    fields = ["happened", "level_badge", "system_label", "record", "topic", "message"]
    readonly_fields = fields

    @admin.display(description="When", ordering="id")
    def happened(self, log: SyncLog) -> Any:
        return when(log.at)

    @admin.display(description="Level")
    def level_badge(self, log: SyncLog) -> Any:
        return badge(log.get_level_display())

    @admin.display(description="System")
    def system_label(self, log: SyncLog) -> str:
        return label_of(log.system) if log.system else "Hermes"

    @admin.display(description="Record")
    def record(self, log: SyncLog) -> Any:
        return self.named(log, log.kind, log.record_id)
