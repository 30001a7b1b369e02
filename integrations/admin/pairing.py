"""The page "Who is who": team members beside their accounts in the outside systems."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from companies.models import TeamMember
from integrations.models import ExternalLink
from integrations.sync import by_hand, pairing
from integrations.sync.errors import SyncError
from integrations.sync.system import find

from .records import label_of

PERMISSION = "integrations.change_connection"


def who_is_who(page: Any, request: HttpRequest) -> HttpResponse:
    """Show the pairs; on a POST pair by e-mail address, or pair or unpair one by hand."""
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
        "rows": [
            (row.member, [(link, link and by_hand.may_unlink(link)) for link in row.links])
            for row in pairing.rows()
        ],
        "strangers": pairing.strangers(),
        "team": TeamMember.objects.filter(is_active=True).order_by("first_name", "last_name"),
    }
    return TemplateResponse(request, "admin/integrations/who_is_who.html", context)


def _answer(request: HttpRequest) -> None:
    try:
        if "system" in request.POST:
            _pair_one(request)
        elif "unpair" in request.POST:
            _unpair(request)
        else:
            paired = pairing.pair_by_email()
            messages.success(request, f"Paired: {paired}" if paired else "Nobody new to pair.")
    except SyncError as error:
        messages.error(request, str(error))


def _pair_one(request: HttpRequest) -> None:
    member = TeamMember.objects.filter(pk=_number(request.POST.get("member", ""))).first()
    system, person = find(request.POST["system"]), request.POST.get("person", "")
    if member is None or system is None or not _is_stranger(system.name, person):
        messages.error(request, "Choose a team member for somebody who is on this page.")
        return
    by_hand.link_to(member, system, person, str(request.user))
    messages.success(request, f"{member} is number {person} in {system.label}.")


def _unpair(request: HttpRequest) -> None:
    link_id = _number(request.POST["unpair"])
    link = ExternalLink.objects.filter(pk=link_id, kind=pairing.KIND).first()
    if link is None:
        messages.error(request, "That pair is no longer there.")
        return
    by_hand.unlink(link, str(request.user))
    member = TeamMember.all_objects.get(pk=link.record_id)
    label = label_of(link.system)
    messages.success(request, f"{member} is no longer number {link.remote_id} in {label}.")


def _number(given: str) -> int | None:
    """A record's number as a form sends it."""
    is_number = given.isascii() and given.isdigit() and len(given) < 19
    return int(given) if is_number else None


def _is_stranger(system: str, person: str) -> bool:
    return any((one.system, one.remote_id) == (system, person) for one in pairing.strangers())
