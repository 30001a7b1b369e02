"""The connections to outside systems, and what links our names to theirs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join

from hermes.words import badge, plain_error, when
from integrations import tasks
from integrations.models import Connection, RemoteField, SyncLog
from integrations.sync import connections
from integrations.sync.errors import SyncError
from integrations.sync.runs import AlreadyRunning
from integrations.sync.system import System, everyone, get

from . import directions
from .buttons import Button, ButtonsAdmin
from .fields import fields_of
from .filters import SystemFilter
from .health import WRONG, budget_of, reason_of, state_of
from .pairing import who_is_who
from .records import label_of
from .send import send
from .set_up import set_up

MANAGE = "integrations.change_connection"

#: Less often than once a day is no check.
MOST_MINUTES = 1440


def system_of(connection: Connection) -> System | None:
    """The connection's system, if this version of Hermes has it."""
    try:
        return get(connection.system)
    except LookupError:
        return None


@admin.register(Connection)
class ConnectionAdmin(ButtonsAdmin):
    """One outside system: its state, and what operations can do about it."""

    when_empty = "Systems that Hermes is connected to are shown here."
    list_display = ["name", "state_badge", "last_message", "last_poll", "last_success", "problem"]
    list_display_links = ["name"]
    ordering = ["system"]
    fields = ["name", "state_badge", "reason", "last_message", "last_sign", "last_poll",
              "last_success", "last_failure", "problem", "interval", "refused_deliveries",
              "budget_text", "found_by_setup"]  # fmt: skip
    readonly_fields = fields
    optional_rows = ("reason", "last_sign", "last_poll", "problem", "budget_text", "found_by_setup")
    change_form_outer_after_template = "admin/integrations/directions.html"
    buttons = (
        Button("pause", "Pause", "pause", MANAGE, asks="Why?"),
        Button("resume", "Resume", "play_arrow", MANAGE),
        Button("test", "Test", "network_check", MANAGE),
        Button("poll", "Check for changes now", "sync", MANAGE),
        Button("interval", "Set how often", "timer", MANAGE, asks="Minutes between checks"),
        Button("preview", "First load: dry run", "preview", MANAGE),
        Button("backfill", "First load: start", "download", MANAGE),
        Button("reconcile", "Compare all", "compare_arrows", MANAGE),
        Button("repair", "Check and repair the set-up", "build", MANAGE),
    )

    def get_urls(self) -> list[URLPattern]:
        pages: dict[str, tuple[str, Callable[..., HttpResponse]]] = {
            "team": ("team/", who_is_who),
            "set_up": ("set-up/<str:system>/", set_up),
            "direction": ("direction/<str:system>/<str:kind>/", directions.switch),
            "fields": ("fields/<str:system>/", fields_of),
        }
        own = [
            path(
                address,
                self.admin_site.admin_view(partial(view, self)),
                name=f"integrations_connection_{name}",
            )
            for name, (address, view) in pages.items()
        ]
        return [*own, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        connection = context["original"]
        context |= {
            "directions": directions.rows_for(system_of(connection)),
            "directions_to": label_of(connection.system),
            "may_switch": request.user.has_perm(MANAGE),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def links(self, request: HttpRequest) -> list[tuple[str, str]]:
        if not request.user.has_perm(MANAGE):
            return []
        return [
            *((reverse("admin:integrations_connection_set_up", args=[each.name]),
               f"Set up {each.label} …")
              for each in everyone()
              if each.setup),
            *((reverse("admin:integrations_connection_fields", args=[each.name]),
               f"Fields of {each.label} …")
              for each in everyone()
              if each.looks),
            (reverse("admin:integrations_connection_team"), "Who is who …"),
        ]  # fmt: skip

    def links_for(self, request: HttpRequest, connection: Connection) -> list[tuple[str, str]]:
        system = system_of(connection)
        if system is None or system.looks is None or not request.user.has_perm(MANAGE):
            return []
        return [(reverse("admin:integrations_connection_fields", args=[system.name]), "Fields")]

    @admin.display(description="System", ordering="system")
    def name(self, connection: Connection) -> str:
        return label_of(connection.system)

    @admin.display(description="State")
    def state_badge(self, connection: Connection) -> Any:
        return badge(*state_of(connection, system_of(connection)))

    @admin.display(description="Why")
    def reason(self, connection: Connection) -> str:
        return reason_of(connection) or "–"

    @admin.display(description="Last message")
    def last_message(self, connection: Connection) -> Any:
        return when(connection.last_delivery_at, "never")

    @admin.display(description="Last sign of life of its relay")
    def last_sign(self, connection: Connection) -> Any:
        return when(connection.last_sign_at, "–")

    @admin.display(description="Last check for changes")
    def last_poll(self, connection: Connection) -> Any:
        system = system_of(connection)
        if system is not None and not system.polls:
            return "–"
        return when(connection.last_poll_at, "never")

    @admin.display(description="Checked for changes every")
    def interval(self, connection: Connection) -> str:
        system = system_of(connection)
        if system is not None and not system.polls:
            return "never: its messages tell of changes"
        return f"{connection.poll_minutes} min"

    @admin.display(description="Last success")
    def last_success(self, connection: Connection) -> Any:
        return when(connection.last_success_at, "never")

    @admin.display(description="Last failure")
    def last_failure(self, connection: Connection) -> Any:
        return when(connection.last_error_at, "never")

    @admin.display(description="Problem")
    def problem(self, connection: Connection) -> str:
        failing = connection.last_error_at and (
            connection.last_success_at is None
            or connection.last_error_at > connection.last_success_at
        )
        return plain_error(connection.last_error) if failing else "–"

    @admin.display(description="Calls left today")
    def budget_text(self, connection: Connection) -> str:
        budget = budget_of(connection)
        return budget["left"] if budget else "–"

    @admin.display(description="Found by set-up")
    def found_by_setup(self, connection: Connection) -> Any:
        facts = {name: fact for name, fact in connection.facts.items() if name not in WRONG}
        return _pairs(facts)

    # -- what operations can do --------------------------------------------------------

    def shows(self, button: Button, connection: Connection) -> bool:
        system = system_of(connection)
        held = connection.paused or connection.paused_until or connection.broken_until
        match button.name:
            case "pause":
                return not connection.paused
            case "resume":
                return bool(held)
            case "repair":
                return bool(system and system.is_on() and system.repair)
            case "test":
                return bool(system and system.is_on())
            case "poll" | "interval":
                return bool(system and system.is_on() and system.polls)
            case _:
                return bool(system and system.is_on())

    def do_pause(self, request: HttpRequest, connection: Connection) -> str:
        why = request.POST.get("text", "").strip()[:200] or "no reason given"
        reason = f"{request.user}: {why}"
        Connection.objects.filter(pk=connection.pk).update(paused=True, pause_reason=reason)
        _note(connection, f"{request.user} paused {label_of(connection.system)}: {why}")
        return "Paused. Changes wait here, and messages are kept."

    def do_resume(self, request: HttpRequest, connection: Connection) -> str:
        connections.resume(get(connection.system))
        _note(connection, f"{request.user} resumed {label_of(connection.system)}")
        send(tasks.drain_outbox)
        return "Resumed."

    def do_test(self, request: HttpRequest, connection: Connection) -> tuple[int, str]:
        try:
            said = get(connection.system).connect().check()
        except SyncError as error:
            return messages.ERROR, f"The test failed: {plain_error(str(error))}"
        return messages.SUCCESS, f"The connection works. {said}"

    def do_poll(self, request: HttpRequest, connection: Connection) -> Any:
        return send(tasks.poll_system, connection.system, said="Checking for changes now.")

    def do_interval(self, request: HttpRequest, connection: Connection) -> str | tuple[int, str]:
        text = request.POST.get("text", "").strip()
        if not (text.isdecimal() and len(text) < 6 and 1 <= int(text) <= MOST_MINUTES):
            return messages.ERROR, f"Type a number of minutes from 1 to {MOST_MINUTES}."
        Connection.objects.filter(pk=connection.pk).update(poll_minutes=int(text))
        label = label_of(connection.system)
        _note(connection, f"{request.user} has {label} checked every {text} minutes")
        return f"{label} is checked for changes every {text} minutes from now on."

    def do_preview(self, request: HttpRequest, connection: Connection) -> Any:
        said = "The dry run has started. Its numbers appear under Runs; nothing is written."
        return send(tasks.backfill_system, connection.system, dry_run=True, said=said)

    def do_backfill(self, request: HttpRequest, connection: Connection) -> Any:
        said = "The first load has started. Follow it under Runs."
        return send(tasks.backfill_system, connection.system, said=said)

    def do_reconcile(self, request: HttpRequest, connection: Connection) -> Any:
        said = "Everything is being compared. Follow it under Runs."
        return send(tasks.reconcile_system, connection.system, said=said)

    def do_repair(self, request: HttpRequest, connection: Connection) -> tuple[int, str]:
        repair = get(connection.system).repair
        try:
            said = repair(asked=True) if repair else "There is nothing to set up."
        except (SyncError, AlreadyRunning) as error:
            return messages.ERROR, f"The set-up failed: {plain_error(str(error))}"
        return messages.SUCCESS, said or "Set-up is complete."


def _note(connection: Connection, sentence: str) -> None:
    SyncLog.objects.create(system=connection.system, topic="connection", message=sentence)


def _pairs(values: dict[str, Any]) -> Any:
    if not values:
        return "–"
    items = format_html_join(
        "",
        "<li>{}: {}</li>",
        [(key.replace("_", " "), value) for key, value in values.items() if "token" not in key],
    )
    return format_html("<ul>{}</ul>", items)


@admin.register(RemoteField)
class RemoteFieldAdmin(ButtonsAdmin):
    """Which key a custom field has in a system. Set-up writes these."""

    when_empty = "Fields are shown here once a system was set up."
    words = ("field found there", "fields found there")
    list_display = ["field", "kind", "system", "remote_label", "remote_key", "remote_type"]
    list_filter = [SystemFilter]
    ordering = ["system", "kind", "field"]
    search_fields = ["field", "remote_label", "remote_key"]
