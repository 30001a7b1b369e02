"""The page "Reassign everything": to whom, what moves, then yes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from companies.models import TeamMember
from hermes.words import counted

from . import reassigning
from .kinds import page_of, record_for
from .pages import in_admin, page


@in_admin
def reassign(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask to whom, show what would move, and move what was left ticked."""
    source = record_for(request, "team_member", pk, action="change")
    target = _target(request, source)
    if target is None:
        return _page(request, source)
    try:
        if request.method == "POST" and request.POST.getlist("group"):
            return _move(request, source, target)
        if request.method == "POST":
            messages.error(request, "Nothing is ticked, so nothing was moved.")
        shares = reassigning.preview(source, target)
    except reassigning.CannotReassign as error:
        messages.error(request, str(error))
        return _page(request, source)
    return _page(
        request,
        source,
        target=target,
        rows=[
            {"share": share, "allowed": request.user.has_perm(share.group.permission)}
            for share in shares
        ],
        total=sum(share.count for share in shares),
        unknown_in=reassigning.unknown_in(target),
    )


def _target(request: HttpRequest, source: TeamMember) -> TeamMember | None:
    given = request.POST.get("to") or request.GET.get("to") or ""
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        return None
    return TeamMember.all_objects.filter(pk=int(given)).first()


def _page(request: HttpRequest, source: TeamMember, **context: Any) -> HttpResponse:
    others = TeamMember.objects.filter(is_active=True).exclude(pk=source.pk)
    return page(
        request,
        "admin/record/reassign.html",
        f"Reassign everything from {source}",
        source=source,
        others=others.order_by("first_name", "last_name"),
        back=page_of("team_member", source.pk),
        **context,
    )


def _move(request: HttpRequest, source: TeamMember, target: TeamMember) -> HttpResponse:
    chosen = set(request.POST.getlist("group"))
    for group in reassigning.groups():
        if group.name in chosen and not request.user.has_perm(group.permission):
            raise PermissionDenied
    moved = reassigning.reassign(source, target, chosen)
    what = counted(moved, "record belongs", "records belong")
    messages.success(request, f"{what} to {target} now.")
    return redirect(page_of("team_member", source.pk))
