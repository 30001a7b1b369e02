"""On a connection's page: whether what changes here goes to the system, kind by kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse

from integrations.models import Connection
from integrations.sync import directions, hub, switching
from integrations.sync.errors import SyncError
from integrations.sync.system import System, find

PERMISSION = "integrations.change_connection"

#: What the form sends.
ANSWERS = {"yes": True, "no": False}


@dataclass(frozen=True)
class KindRow:
    """One kind. ``others``: of how many records something else is said. ``url``: the switch."""

    kinds: str
    sends: bool
    others: int
    url: str


def rows_for(system: System | None) -> list[KindRow]:
    """The kinds of which a connected system takes our changes."""
    if system is None or not system.is_on():
        return []
    return [
        KindRow(
            str(hub.KINDS[kind].model._meta.verbose_name_plural),
            sends,
            others,
            reverse("admin:integrations_connection_direction", args=[system.name, kind]),
        )
        for kind, (sends, others) in directions.of_kinds(system).items()
    ]


def switch(page: Any, request: HttpRequest, system: str, kind: str) -> HttpResponse:
    """Say it for all of a kind, and back to the page."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    found = find(system)
    connection = Connection.objects.filter(system=system).first()
    if found is None or not found.is_on() or connection is None:
        raise Http404
    level, sentence = _said(request, found, kind)
    page.message_user(request, sentence, level)
    return redirect("admin:integrations_connection_change", connection.pk)


def _said(request: HttpRequest, system: System, kind: str) -> tuple[int, str]:
    sends = ANSWERS.get(request.POST.get("sends", ""))
    if sends is None:
        return messages.ERROR, "Say yes or no."
    try:
        switching.say_of_kind(system, kind, sends, by=request.user.get_username())
    except SyncError as error:
        return messages.ERROR, str(error)
    label = system.label
    if sends:
        said = f"Changes go to {label} from now on. All are compared first; what differs follows."
    else:
        said = f"Changes no longer go to {label}, and what waited stays here."
    return messages.SUCCESS, said
