"""Messages received."""

from __future__ import annotations

import json
import re
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from hermes.words import badge, counted, plain_error, when
from integrations.models import EventState, WebhookEvent
from integrations.sync import wake

from .buttons import Button, ButtonsAdmin
from .filters import ReceivedFilter, SystemFilter
from .records import label_of, system_choices
from .replay_since import replay_since

SEE_RAW = "integrations.see_raw_webhookevent"
REPLAY = "integrations.change_webhookevent"

_SECRET = re.compile(
    r"token|secret|password|authorization|api_?key|credential|cookie", re.IGNORECASE
)


def masked(value: Any) -> Any:
    """The value without what opens doors, at any depth."""
    if isinstance(value, dict):
        return {
            key: "••••" if _SECRET.search(str(key)) else masked(item) for key, item in value.items()
        }
    if isinstance(value, list):
        return [masked(item) for item in value]
    return value


def pretty(body: bytes) -> str:
    """A message's body to read; one that is no JSON as text."""
    try:
        return json.dumps(masked(json.loads(body)), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return bytes(body).decode("utf-8", "replace")[:20_000]


def replay(events: QuerySet) -> str:
    """Apply messages again, and say how many."""
    count = events.replay()
    wake.inbox()
    return f"{counted(count, 'message', 'messages')} will be applied again."


@admin.register(WebhookEvent)
class WebhookEventAdmin(ButtonsAdmin):
    """What came in, and what became of it."""

    when_empty = "What other systems tell us is shown here as it comes in. Nothing has come in yet."
    words = ("message received", "messages received")
    list_display = ["received", "system_label", "about", "action", "state_badge", "result",
                    "attempts", "done_after"]  # fmt: skip
    list_display_links = ["received"]
    list_filter = ["state", SystemFilter, ReceivedFilter]
    search_fields = ["subject"]
    search_help_text = "Record (deal 3307), its number there, or the message's key"
    ordering = ["-id"]
    optional_rows = ("result", "done_after", "raw_error")
    actions = ["replay_selected"]
    buttons = (Button("replay", "Apply again", "replay", REPLAY),)
    list_buttons = (Button("replay_all", "Apply all of these again", "replay", REPLAY),)

    def get_ordering(self, request: HttpRequest) -> list[str]:
        """By the time that is filtered by, so that one index serves both."""
        return ["-received_at"] if request.GET.get("since") else ["-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        return rows if request.resolver_match.kwargs.get("object_id") else rows.defer("body")

    def search_querysets(self, term: str) -> list[QuerySet]:
        """By record, or by key; a bare number is a record of any kind."""
        events = WebhookEvent.objects.values_list("id")
        kinds = ["company", "contact", "deal", "meeting", "organization", "person", "activity",
                 "user", "stage", "pipeline", "team_member"]  # fmt: skip
        subjects = [term, *(f"{kind} {term}" for kind in kinds if " " not in term)]
        systems = [name for name, _ in system_choices()]
        return [
            events.filter(subject__in=subjects),
            events.filter(system__in=systems, dedupe_key=term),
        ]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(lambda request: replay_since(self, request))
        return [
            path("since/", view, name="integrations_webhookevent_since"),
            *super().get_urls(),
        ]

    def links(self, request: HttpRequest) -> list[tuple[str, str]]:
        if not self.has_replay_permission(request):
            return []
        return [(reverse("admin:integrations_webhookevent_since"), "Apply again since a time…")]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list:
        about = ["received", "system_label", "about", "action", "state_badge", "result",
                 "attempts", "done_after", "neighbours"]  # fmt: skip
        fieldsets = [(None, {"fields": about})]
        if request.user.has_perm(SEE_RAW):
            raw = {"fields": ["dedupe_key", "raw_error", "raw_headers", "raw_body"]}
            fieldsets.append(("Technical details", raw))
        return self.without_empty_rows(fieldsets, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list:
        return [name for _, options in self.get_fieldsets(request, obj)
                for name in options["fields"]]  # fmt: skip

    # -- columns -----------------------------------------------------------------------

    @admin.display(description="Received", ordering="received_at")
    def received(self, event: WebhookEvent) -> SafeString | str:
        return when(event.received_at)

    @admin.display(description="From")
    def system_label(self, event: WebhookEvent) -> str:
        return label_of(event.system)

    @admin.display(description="About")
    def about(self, event: WebhookEvent) -> str:
        return event.subject or "not read yet"

    @admin.display(description="State")
    def state_badge(self, event: WebhookEvent) -> SafeString:
        return badge(event.get_state_display())

    @admin.display(description="Result")
    def result(self, event: WebhookEvent) -> str:
        return event.note or plain_error(event.last_error) or "–"

    @admin.display(description="Done after it came")
    def done_after(self, event: WebhookEvent) -> str:
        if event.done_at is None:
            return "–"
        return f"{(event.done_at - event.received_at).total_seconds():.1f} s"

    @admin.display(description="Earlier and later messages of the same record")
    def neighbours(self, event: WebhookEvent) -> SafeString | str:
        if not event.subject:
            return "–"
        same = WebhookEvent.objects.defer("body").filter(system=event.system, subject=event.subject)
        earlier = list(same.filter(pk__lt=event.pk).order_by("-pk")[:5])
        later = list(same.filter(pk__gt=event.pk).order_by("pk")[:5])
        rows = [(each, "later") for each in reversed(later)]
        rows += [(each, "earlier") for each in earlier]
        if not rows:
            return "none"
        items = format_html_join(
            "",
            '<li><a class="hermes-link" href="{}">{}: {} {}</a> {}</li>',
            [
                (
                    reverse("admin:integrations_webhookevent_change", args=[each.pk]),
                    side,
                    each.subject,
                    each.action,
                    when(each.received_at),
                )
                for each, side in rows
            ],
        )
        return format_html("<ul>{}</ul>", items)

    @admin.display(description="Error as it came")
    def raw_error(self, event: WebhookEvent) -> str:
        return event.last_error or "–"

    @admin.display(description="Headers")
    def raw_headers(self, event: WebhookEvent) -> SafeString:
        text = json.dumps(masked(event.headers), indent=2)
        return format_html('<pre class="hermes-raw" tabindex="0">{}</pre>', text)

    @admin.display(description="Message as it came")
    def raw_body(self, event: WebhookEvent) -> SafeString:
        text = pretty(bytes(event.body))
        return format_html('<pre class="hermes-raw" tabindex="0">{}</pre>', text)

    # -- what staff can do -------------------------------------------------------------

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(REPLAY)

    @admin.action(description="Apply the chosen messages again", permissions=["replay"])
    def replay_selected(self, request: HttpRequest, events: QuerySet) -> None:
        self.message_user(request, replay(events))

    def shows(self, button: Button, event: WebhookEvent) -> bool:
        return event.state != EventState.PROCESSING

    def do_replay(self, request: HttpRequest, event: WebhookEvent) -> str:
        return replay(WebhookEvent.objects.filter(pk=event.pk))

    def do_replay_all(self, request: HttpRequest, events: QuerySet) -> str:
        return replay(WebhookEvent.objects.filter(pk__in=events.values("pk")))
