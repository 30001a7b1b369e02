"""What stands around every admin page: the menu, and which Hermes this is."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse


def environment(request: HttpRequest) -> list[str]:
    """The label at the top of each page: which Hermes this is."""
    return ["Test", "warning"] if settings.SANDBOX_ENABLED else ["Live", "success"]


MENU = [
    (
        "Sales",
        [
            ("Companies", "apartment", "companies.company"),
            ("Contacts", "person", "contacts.contact"),
            ("Deals", "handshake", "deals.deal"),
            ("Calls", "call", "meetings.meeting"),
        ],
    ),
    (
        "Needs you",
        [
            ("Conflicts", "call_split", "integrations.conflict"),
            ("Possible duplicates", "content_copy", "integrations.possibleduplicate"),
            ("What happened", "info", "integrations.synclog"),
        ],
    ),
    (
        "Sync",
        [
            ("Connections", "cable", "integrations.connection"),
            ("Changes to send", "outbox", "integrations.outboxentry"),
            ("Messages received", "inbox", "integrations.webhookevent"),
            ("Runs", "sync", "integrations.syncrun"),
            ("Fields found there", "data_object", "integrations.remotefield"),
        ],
    ),
    (
        "Settings",
        [
            ("Team members", "groups", "companies.teammember"),
            ("Pipelines", "view_kanban", "deals.pipeline"),
            ("Stages", "view_column", "deals.stage"),
            ("Booking rules", "event_available", "meetings.bookingrules"),
            ("Log-ins", "key", "auth.user"),
            ("Roles", "shield_person", "auth.group"),
            ("Failed log-ins", "lock_clock", "axes.accessattempt"),
            ("Log-ins made", "login", "axes.accesslog"),
            ("Schedules", "schedule", "django_celery_beat.periodictask"),
        ],
    ),
]


def menu(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu at the side: only lists that this site has and this person may open."""
    home = {
        "title": "Dashboard",
        "icon": "dashboard",
        "link": reverse("admin:index"),
        "active": request.path == reverse("admin:index"),
    }
    groups: list[dict[str, Any]] = [{"items": [home]}]
    for title, entries in MENU:
        items = [_item(request, *entry) for entry in entries if _may_open(request, entry[2])]
        shown = [item for item in items if item]
        if shown:
            groups.append({"title": title, "separator": True, "items": shown})
    return groups


def _may_open(request: HttpRequest, label: str) -> bool:
    app, model = label.split(".")
    return any(request.user.has_perm(f"{app}.{action}_{model}") for action in ("view", "change"))


def _item(request: HttpRequest, title: str, icon: str, label: str) -> dict[str, Any] | None:
    try:
        link = reverse(f"admin:{label.replace('.', '_')}_changelist")
    except NoReverseMatch:
        return None
    return {
        "title": title,
        "icon": icon,
        "link": link,
        "active": request.path.startswith(link),
    }
