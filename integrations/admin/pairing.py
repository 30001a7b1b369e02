"""The page "Who is who": team members beside their accounts in the outside systems."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from companies.models import TeamMember
from integrations.sync import by_hand, pairing
from integrations.sync.errors import SyncError
from integrations.sync.system import find

PERMISSION = "integrations.change_connection"


def who_is_who(page: Any, request: HttpRequest) -> HttpResponse:
    """Show the pairs; on a POST pair by e-mail address, or one person by hand."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    if request.method == "POST":
        _answer(request)
        return redirect(request.path)
    context = {
        **page.admin_site.each_context(request),
        "title": "Who is who",
        "content_title": "Who is who",
        "systems": pairing.systems(),
        "rows": pairing.rows(),
        "strangers": pairing.strangers(),
        "team": TeamMember.objects.filter(is_active=True).order_by("first_name", "last_name"),
    }
    return TemplateResponse(request, "admin/integrations/who_is_who.html", context)


def _answer(request: HttpRequest) -> None:
    try:
        if "system" in request.POST:
            _pair_one(request)
        else:
            paired = pairing.pair_by_email()
            messages.success(request, f"Paired: {paired}" if paired else "Nobody new to pair.")
    except SyncError as error:
        messages.error(request, str(error))


def _pair_one(request: HttpRequest) -> None:
    member_id = request.POST.get("member", "")
    is_number = member_id.isascii() and member_id.isdigit() and len(member_id) < 19
    member = TeamMember.objects.filter(pk=int(member_id)).first() if is_number else None
    system, person = find(request.POST["system"]), request.POST.get("person", "")
    if member is None or system is None or not _is_stranger(system.name, person):
        messages.error(request, "Choose a team member for somebody who is on this page.")
        return
    by_hand.link_to(member, system, person, str(request.user))
    messages.success(request, f"{member} is number {person} in {system.label}.")


def _is_stranger(system: str, person: str) -> bool:
    return any((one.system, one.remote_id) == (system, person) for one in pairing.strangers())
