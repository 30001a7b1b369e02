"""Who may log in, with which role, and who tried."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from axes.models import AccessAttempt, AccessLog
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join

from hermes.admin_base import EngineAdmin, LogInChangeForm, LogInForm, PasswordForm, RecordAdmin
from hermes.record_pages.kinds import page_of
from hermes.roles import ROLES
from hermes.words import badge, when

#: What the makers call it, and what staff call it.
WORDS = {
    "access attempt": "failed log-in",
    "access log": "log-in made",
    "crontab": "time of day",
    "external link": "link to a system",
    "group": "role",
    "meeting": "call",
    "outbox entry": "change to send",
    "periodic task": "schedule",
    "remote field": "field found there",
    "stage mapping": "stage name",
    "sync log": "note",
    "sync run": "run",
    "user": "log-in",
    "webhook event": "message received",
}

# Their own pages know neither our words nor our look.
admin.site.unregister([User, Group])


@admin.register(User)
class LogInPage(UserAdmin, RecordAdmin):
    """A log-in. Nobody is deleted: who has left is switched off, and history keeps the name."""

    words = ("log-in", "log-ins")
    form, add_form, change_password_form = LogInChangeForm, LogInForm, PasswordForm
    list_display = ["username", "full_name", "roles", "state", "last_seen"]
    list_filter = ["is_active", "groups"]
    search_fields = ["username", "first_name", "last_name", "email"]
    ordering = ["username"]
    filter_horizontal: list[str] = []
    readonly_fields = ["last_login", "date_joined", "member"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("Person", {"fields": ["first_name", "last_name", "email", "member"]}),
        ("What they may do", {"fields": ["is_active", "groups"]}),
        ("Log-ins", {"fields": ["last_login", "date_joined"]}),
    ]
    for_superusers = [("Without limits", {"fields": ["is_superuser"]})]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request).select_related("team_member")
        return rows.prefetch_related("groups")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only those without limits may give that away."""
        fieldsets = super().get_fieldsets(request, obj)
        return (
            [*fieldsets, *self.for_superusers] if obj and request.user.is_superuser else fieldsets
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def formfield_for_manytomany(self, column: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Whoever has limits hands out the roles of Hermes, and no group with more."""
        field = super().formfield_for_manytomany(column, request, **kwargs)
        if column.name == "groups":
            field.label, field.help_text = "Roles", ""
            if not request.user.is_superuser:
                field.queryset = Group.objects.filter(name__in=ROLES)
        return field

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        # Every log-in is one to these pages.
        obj.is_staff = True
        super().save_model(request, obj, form, change)

    @admin.display(description="Name")
    def full_name(self, user: User) -> str:
        return user.get_full_name() or "–"

    @admin.display(description="Roles")
    def roles(self, user: User) -> str:
        names = [group.name for group in user.groups.all()]
        return ", ".join([*(["everything"] if user.is_superuser else []), *names]) or "none yet"

    @admin.display(description="State")
    def state(self, user: User) -> Any:
        return badge("Active", "check_circle", "good") if user.is_active else badge("Switched off")

    @admin.display(description="Last log-in", ordering="last_login")
    def last_seen(self, user: User) -> Any:
        return when(user.last_login, "never")

    @admin.display(description="Team member")
    def member(self, user: User) -> Any:
        found = getattr(user, "team_member", None)
        if found is None:
            return "None yet. Choose this log-in on the team member's page."
        url = page_of("team_member", found.pk)
        return format_html('<a class="hermes-link" href="{}">{}</a>', url, found)


@admin.register(Group)
class RolePage(GroupAdmin, RecordAdmin):
    """A role. Those of Hermes are kept as it says; further ones are for superusers to make."""

    words = ("role", "roles")
    list_display = ["name", "people", "kept"]
    readonly_fields = ["kept", "people", "may"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = obj is not None and not self.has_change_permission(request, obj)
        return ["name", "kept", "people", "may" if fixed else "permissions"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("user_set")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser) and (obj is None or obj.name not in ROLES)

    @admin.display(description="People")
    def people(self, group: Group) -> Any:
        names = ((user.get_full_name() or user.username,) for user in group.user_set.all())
        return format_html_join(", ", "{}", names) or "nobody yet"

    @admin.display(description="May")
    def may(self, group: Group) -> Any:
        """Its permissions, as "change company, deal"."""
        things: dict[str, list[str]] = defaultdict(list)
        for permission in group.permissions.all():
            verb, _, thing = permission.name.removeprefix("Can ").partition(" ")
            things[verb].append(WORDS.get(thing, thing))
        lines = ((f"{verb} {', '.join(sorted(words))}",) for verb, words in things.items())
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", lines))

    @admin.display(description="Kept by")
    def kept(self, group: Group) -> str:
        return "Hermes, at each update" if group.name in ROLES else "you"


@admin.register(AccessAttempt)
class FailedLogInPage(EngineAdmin):
    """Who typed a wrong password, and is kept out for a while."""

    words = ("failed log-in", "failed log-ins")
    list_display = ["at", "username", "ip_address", "failures_since_start"]
    list_display_links = ["at"]
    search_fields = ["username", "ip_address"]
    ordering = ["-attempt_time"]
    fields = ["at", "username", "ip_address", "user_agent", "failures_since_start"]
    readonly_fields = fields
    actions = ["let_in"]

    @admin.display(description="Last try", ordering="attempt_time")
    def at(self, attempt: AccessAttempt) -> Any:
        return when(attempt.attempt_time)

    def has_let_in_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("axes.delete_accessattempt")

    @admin.action(description="Let the chosen ones try again now", permissions=["let_in"])
    def let_in(self, request: HttpRequest, attempts: QuerySet) -> None:
        count, _ = attempts.delete()
        messages.success(request, f"{count} may try again now.")


@admin.register(AccessLog)
class LogInLogPage(EngineAdmin):
    """Who logged in and out, when."""

    words = ("log-in made", "log-ins made")
    list_display = ["at", "username", "ip_address", "until"]
    list_display_links = ["at"]
    search_fields = ["username", "ip_address"]
    ordering = ["-attempt_time"]
    fields = ["at", "until", "username", "ip_address", "user_agent"]
    readonly_fields = fields

    @admin.display(description="Logged in", ordering="attempt_time")
    def at(self, log: AccessLog) -> Any:
        return when(log.attempt_time)

    @admin.display(description="Logged out")
    def until(self, log: AccessLog) -> Any:
        return when(log.logout_time, "not yet")
