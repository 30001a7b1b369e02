"""Changes to send."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode

from hermes.words import badge, counted, plain_error, when
from integrations.models import ExternalLink, OutboxEntry, OutboxState, SyncLog
from integrations.sync import hub, wake

from .buttons import Button, ButtonsAdmin
from .filters import EndedFilter, ReasonFilter, SystemFilter
from .records import NamedRecords, kind_label, label_of

CHANGE = "integrations.change_outboxentry"


def try_again(entries: QuerySet) -> tuple[int, str]:
    """Send entries now, and say how many; or why none."""
    count = entries.retry()
    if not count:
        return messages.WARNING, (
            "Nothing is sent again: a newer change of the same record is in this list, and "
            "carries its values, or it has been sent meanwhile."
        )
    wake.outbox()
    return messages.SUCCESS, f"{counted(count, 'change', 'changes')} will be sent again now."


class KindFilter(admin.SimpleListFilter):
    """Which kind of record."""

    title = "record"
    parameter_name = "kind"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, kind_label(kind)) for kind in hub.TRACKED]

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class DueFilter(admin.SimpleListFilter):
    """Everything that waits, under one name."""

    title = "queue"
    parameter_name = "queue"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Still to send")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        if self.value() != "open":
            return queryset
        return queryset.filter(state__in=["waiting", "sending", "retrying"])


@admin.register(OutboxEntry)
class OutboxEntryAdmin(NamedRecords, ButtonsAdmin):
    """What has to go out, and what became of it."""

    when_empty = "A change that you make in Hermes is shown here on its way to the other systems."
    words = ("change to send", "changes to send")
    list_display = ["created", "record", "system_label", "does", "fields_count", "state_badge",
                    "attempts", "next_try", "problem"]  # fmt: skip
    list_display_links = ["created"]
    list_filter = ["state", DueFilter, SystemFilter, KindFilter, ReasonFilter, EndedFilter]
    search_fields = ["record_id"]
    search_help_text = "A record's number in Hermes, or its number there"
    ordering = ["-id"]
    actions = ["retry_selected"]
    fields = ["created", "record", "system_label", "does", "fields_sent", "state_badge",
              "attempts", "next_try", "done", "problem", "last_error"]  # fmt: skip
    readonly_fields = fields
    optional_rows = ("fields_sent", "next_try", "done", "problem", "last_error")
    buttons = (
        Button("retry", "Try again", "replay", CHANGE),
        Button("retry_alike", "Try again all with this error", "replay", CHANGE),
        Button("discard", "Do not send", "block", CHANGE, asks="Why not?"),
    )
    list_buttons = (Button("retry_all", "Try all of these again", "replay", CHANGE),)
    list_after_template = "admin/integrations/errors_alike.html"

    def get_ordering(self, request: HttpRequest) -> list[str]:
        """By the time that is filtered by, so that one index serves both."""
        return ["-done_at"] if request.GET.get("ended") else ["-id"]

    def search_querysets(self, term: str) -> list[QuerySet]:
        entries = OutboxEntry.objects.values_list("id")
        pairs = list(
            ExternalLink.objects.filter(remote_id=term).values_list("kind", "record_id")[:20]
        )
        found = [entries.filter(kind=kind, record_id=pk) for kind, pk in pairs if pk]
        if term.isdecimal() and len(term) < 19:
            found.append(entries.filter(kind__in=hub.TRACKED, record_id=int(term)))
        return found or [entries.none()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {**(extra_context or {}), "alike": errors_alike()}
        context["may_retry"] = request.user.has_perm(CHANGE)
        return super().changelist_view(request, context)

    # -- columns -----------------------------------------------------------------------

    @admin.display(description="Created", ordering="id")
    def created(self, entry: OutboxEntry) -> Any:
        return when(entry.created_at)

    @admin.display(description="Record")
    def record(self, entry: OutboxEntry) -> Any:
        return self.named(entry, entry.kind, entry.record_id)

    @admin.display(description="To")
    def system_label(self, entry: OutboxEntry) -> str:
        return label_of(entry.system)

    @admin.display(description="Action")
    def does(self, entry: OutboxEntry) -> str:
        return entry.action or "bring up to date"

    @admin.display(description="Fields")
    def fields_count(self, entry: OutboxEntry) -> str:
        return str(len(entry.fields_sent)) if entry.fields_sent else "–"

    @admin.display(description="State")
    def state_badge(self, entry: OutboxEntry) -> Any:
        return badge(entry.get_state_display())

    @admin.display(description="Next try")
    def next_try(self, entry: OutboxEntry) -> Any:
        if entry.state == OutboxState.SENDING:
            return format_html("{}, if nothing is heard till then", when(entry.next_attempt_at))
        if entry.state not in [OutboxState.WAITING, OutboxState.RETRYING]:
            return "–"
        return when(entry.next_attempt_at)

    @admin.display(description="Sent or ended")
    def done(self, entry: OutboxEntry) -> Any:
        return when(entry.done_at)

    @admin.display(description="Problem")
    def problem(self, entry: OutboxEntry) -> str:
        if not entry.last_error:
            return "–"
        reason = entry.get_reason_display() if entry.reason else ""
        return (
            f"{reason}: {plain_error(entry.last_error)}"
            if reason
            else plain_error(entry.last_error)
        )

    # -- what staff can do -------------------------------------------------------------

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(CHANGE)

    @admin.action(description="Try the chosen changes again", permissions=["retry"])
    def retry_selected(self, request: HttpRequest, entries: QuerySet) -> None:
        self._tell(request, try_again(entries.order_by()))

    def shows(self, button: Button, entry: OutboxEntry) -> bool:
        if button.name == "retry_alike":
            return entry.state == OutboxState.DEAD and bool(entry.last_error)
        if button.name == "discard":
            return entry.state in [OutboxState.WAITING, OutboxState.RETRYING, OutboxState.DEAD]
        return entry.state in [OutboxState.RETRYING, OutboxState.DEAD, OutboxState.DISCARDED]

    def do_retry(self, request: HttpRequest, entry: OutboxEntry) -> tuple[int, str]:
        return try_again(OutboxEntry.objects.filter(pk=entry.pk))

    def do_retry_alike(self, request: HttpRequest, entry: OutboxEntry) -> tuple[int, str]:
        alike = OutboxEntry.objects.filter(
            state=OutboxState.DEAD, system=entry.system, last_error=entry.last_error
        )
        return try_again(alike)

    def do_retry_all(self, request: HttpRequest, entries: QuerySet) -> tuple[int, str]:
        return try_again(OutboxEntry.objects.filter(pk__in=entries.values("pk")))

    def do_discard(self, request: HttpRequest, entry: OutboxEntry) -> str:
        why = request.POST.get("text", "").strip()[:200] or "no reason given"
        discarded = OutboxEntry.objects.filter(
            pk=entry.pk,
            state__in=[OutboxState.WAITING, OutboxState.RETRYING, OutboxState.DEAD],
        ).update(state=OutboxState.DISCARDED, done_at=timezone.now())
        if not discarded:
            return "It is being sent right now, so it cannot be held back."
        SyncLog.objects.create(
            system=entry.system,
            kind=entry.kind,
            record_id=entry.record_id,
            topic="discarded",
            message=f"{request.user} decided not to send a change to "
            f"{label_of(entry.system)}: {why}",
        )
        return "This change will not be sent."


def errors_alike() -> list[dict[str, Any]]:
    """The commonest errors among stuck changes, one row for each, with the newest entry."""
    stuck = OutboxEntry.objects.filter(state=OutboxState.DEAD).exclude(last_error="")
    newest = stuck.order_by("-id").values("pk")[:5_000]
    groups = (
        OutboxEntry.objects.filter(pk__in=newest)
        .values("system", "last_error")
        .annotate(count=Count("id"), newest=Max("id"))
        .order_by("-count")[:5]
    )
    return [
        {
            "system": label_of(group["system"]),
            "error": plain_error(group["last_error"]),
            "count": group["count"],
            "url": reverse(
                "admin:integrations_outboxentry_do", args=[group["newest"], "retry_alike"]
            ),
            "list_url": reverse("admin:integrations_outboxentry_changelist")
            + "?"
            + urlencode({"state__exact": "dead", "system": group["system"]}),
        }
        for group in groups
    ]
