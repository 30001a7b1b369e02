"""What stands around every admin page: the menu, and which Hermes this is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse


def environment(request: HttpRequest) -> list[str]:
    """The label at the top of each page: which Hermes this is."""
    return ["Test", "warning"] if settings.SANDBOX_ENABLED else ["Live", "success"]


@dataclass(frozen=True)
class Page:
    """An entry of the menu that is no list: its address's name, and who may open it."""

    name: str
    permission: str


MENU: list[tuple[str, list[tuple[str, str, str | Page]]]] = [
    (
        "Sales",
        [
            ("Companies", "apartment", "companies.company"),
            ("Contacts", "person", "contacts.contact"),
            ("Deals", "handshake", "deals.deal"),
            ("Calls", "call", "meetings.meeting"),
            ("Calls calendar", "calendar_month", Page("calls", "meetings.view_meeting")),
        ],
    ),
    (
        "Booking",
        [
            ("Days off", "beach_access", "meetings.dayoff"),
            ("Working hours", "schedule", "meetings.workinghours"),
            ("Booking rules", "event_available", "meetings.bookingrules"),
            ("Hosts chosen", "how_to_reg", "meetings.hostchoice"),
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
            ("Who is who", "badge",
             Page("admin:integrations_connection_team", "integrations.change_connection")),
            ("Pipelines", "view_kanban", "deals.pipeline"),
            ("Stages", "view_column", "deals.stage"),
            ("Statuses elsewhere", "rule", "integrations.stagemapping"),
            ("Log-ins", "key", "auth.user"),
            ("Roles", "shield_person", "auth.group"),
            ("Failed log-ins", "lock_clock", "axes.accessattempt"),
            ("Log-ins made", "login", "axes.accesslog"),
            ("Schedules", "schedule", "django_celery_beat.periodictask"),
        ],
    ),
]  # fmt: skip


def menu(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu at the side: only what this site has and this person may open."""
    home = {
        "title": "Dashboard",
        "icon": "dashboard",
        "link": reverse("admin:index"),
        "active": request.path == reverse("admin:index"),
    }
    groups: list[dict[str, Any]] = [{"items": [home]}]
    for title, entries in MENU:
        items = [_item(*entry) for entry in entries if _may_open(request, entry[2])]
        shown = [item for item in items if item]
        if shown:
            groups.append({"title": title, "separator": True, "items": shown})
    _mark_active(request, [item for group in groups[1:] for item in group["items"]])
    return groups


def _may_open(request: HttpRequest, place: str | Page) -> bool:
    if isinstance(place, Page):
        return request.user.has_perm(place.permission)
    app, model = place.split(".")
    return any(request.user.has_perm(f"{app}.{action}_{model}") for action in ("view", "change"))


def _item(title: str, icon: str, place: str | Page) -> dict[str, Any] | None:
    try:
        link = reverse(_name(place))
    except NoReverseMatch:
        return None
    return {"title": title, "icon": icon, "link": link, "active": False}


def _name(place: str | Page) -> str:
    if isinstance(place, Page):
        return place.name
    return f"admin:{place.replace('.', '_')}_changelist"


def _mark_active(request: HttpRequest, items: list[dict[str, Any]]) -> None:
    """One at most: an entry's page may stand below another entry's list."""
    above = [item for item in items if request.path.startswith(item["link"])]
    if above:
        max(above, key=lambda item: len(item["link"]))["active"] = True
