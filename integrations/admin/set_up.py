"""The page "Set up": what would be made in the other system, then yes, then what was done."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from integrations.sync.errors import SyncError
from integrations.sync.runs import AlreadyRunning
from integrations.sync.set_up import PlanChanged, Setup
from integrations.sync.system import System, find

_signer = Signer(salt="hermes.set-up")


def set_up(page: Any, request: HttpRequest, system: str) -> HttpResponse:
    """Compare the account with what is needed; carry out what a person said yes to."""
    if not request.user.has_perm("integrations.change_connection"):
        raise PermissionDenied
    found = find(system)
    if found is None or found.setup is None:
        raise Http404
    context = {
        **page.admin_site.each_context(request),
        "title": f"Set up {found.label}",
        "content_title": f"Set up {found.label}",
        "system": found,
        "missing": [name for name in found.needs if not getattr(settings, name, "")],
        **(_shown(request, found, found.setup) if found.is_on() else {}),
    }
    return TemplateResponse(request, "admin/integrations/set_up.html", context)


def _shown(request: HttpRequest, system: System, setup: Setup) -> dict[str, Any]:
    """The plan; after a yes, what was done."""
    try:
        if request.method == "POST":
            return _done(request, setup)
        return _plan(setup)
    except PlanChanged as change:
        return {**_plan(setup), "problem": f"{change}, so nothing was done. Look once more."}
    except (SyncError, AlreadyRunning) as error:
        return {"problem": str(error)}


def _plan(setup: Setup) -> dict[str, Any]:
    plan = setup.plan()
    lines = plan.lines()
    return {"todo": lines, "kept": plan.kept(), "agreed": _signer.sign_object(lines)}


def _done(request: HttpRequest, setup: Setup) -> dict[str, Any]:
    try:
        agreed = _signer.unsign_object(request.POST.get("agreed", ""))
    except BadSignature:
        raise PlanChanged("This page is too old") from None
    said: list[str] = []
    plan = setup.carry_out(said.append, agreed)
    return {"done": said or plan.lines(), "kept": plan.kept(), "finished": True}
