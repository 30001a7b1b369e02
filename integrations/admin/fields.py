"""The page "Fields": what a system's fields are to us, with a record of theirs as a sample."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from hermes.words import plain_error
from integrations.models import ExternalLink, LinkState, StageMapping
from integrations.sync import directions
from integrations.sync.errors import SyncError
from integrations.sync.names import folded
from integrations.sync.overview import FieldGroup, Looks, Overview, StatusLine
from integrations.sync.system import System, find

from .samples import Pair


def fields_of(page: Any, request: HttpRequest, system: str) -> HttpResponse:
    """Show it. Nothing is written anywhere."""
    if not request.user.has_perm("integrations.change_connection"):
        raise PermissionDenied
    found = find(system)
    if found is None or found.looks is None:
        raise Http404
    asked = request.GET.get("sample", "").strip()[:500]
    context = {
        **page.admin_site.each_context(request),
        "title": f"Fields of {found.label}",
        "content_title": f"Fields of {found.label}",
        "system": found,
        "asked": asked,
        **(
            _shown(found, found.looks, asked) if found.is_on() else {"problem": "It is not set up."}
        ),
    }
    return TemplateResponse(request, "admin/integrations/fields.html", context)


def _shown(system: System, looks: Looks, asked: str) -> dict[str, Any]:
    try:
        overview = looks.overview()
    except SyncError as error:
        return {"problem": f"{system.label} could not be asked. {plain_error(str(error))}"}
    groups = [(group, _lines(system, group)) for group in overview.groups]
    context = {"groups": groups, "statuses": _statuses(system, looks.kind, overview)}
    return context | _sampled(system, looks, overview, asked)


def _lines(system: System, group: FieldGroup) -> list[dict[str, Any]]:
    """Each field with the way that its values go."""
    there, pushed = f"from {system.label}", system.pushed(group.kind)
    sends = bool(pushed) and directions.of_kind(system, group.kind)
    back = "both ways" if sends else f"{there}; changes here are not sent"
    return [
        {"line": line, "direction": back if line.hub in pushed else there} for line in group.lines
    ]


# -- the sample -----------------------------------------------------------------------------


def _sampled(system: System, looks: Looks, overview: Overview, asked: str) -> dict[str, Any]:
    remote_id = _named(system, asked) if asked else _newest(system, looks.kind)
    if not remote_id:
        said = (
            "There is no number of a record in what you typed." if asked else "There is none yet."
        )
        return {"sample_note": said}
    try:
        sample = looks.sample(remote_id)
        pairs = [Pair(system, group, sample) for group in overview.groups]
        # Here, not in the template: what would be sent may have to be asked for.
        shown = [(pair, pair.rows()) for pair in pairs if pair.theirs is not None]
    except SyncError as error:
        return {"sample_note": f"It could not be read. {plain_error(str(error))}"}
    if not sample.records:
        return {"sample_note": f"{system.label} shows no record with the number {remote_id}."}
    return {
        "sample_id": remote_id,
        "sample_url": system.web_url(looks.kind, remote_id),
        "samples": shown,
    }


def _named(system: System, text: str) -> str:
    """The number in an id or an address: the last part that is one."""
    parts = re.findall(r"[\w-]+", text)[::-1]
    return next(filter(None, map(system.read_id, parts)), "")


def _newest(system: System, kind: str) -> str:
    links = ExternalLink.objects.filter(
        system=system.name, kind=kind, state=LinkState.LIVE, record_id__isnull=False
    )
    return links.order_by("-pk").values_list("remote_id", flat=True).first() or ""


# -- statuses -------------------------------------------------------------------------------


def _statuses(system: System, kind: str, overview: Overview) -> list[dict[str, Any]]:
    """The system's own, and those beside them that records of ours are in."""
    rows = StageMapping.objects.filter(system=system.name).select_related("stage__pipeline")
    meant = {folded(row.remote_stage): row for row in rows}
    live = ExternalLink.objects.filter(
        system=system.name, kind=kind, state=LinkState.LIVE, record_id__isnull=False
    )
    counts: dict[str, int] = defaultdict(int)
    seen: dict[str, str] = {}
    for status, number in live.values_list("remote_state__status").annotate(Count("pk")).order_by():
        counts[folded(status)] += number
        seen[folded(status)] = str(status or "")
    listed = {folded(name) for one in overview.statuses for name in (one.value, one.label)}
    strangers = [StatusLine(seen[name], "") for name in sorted(counts.keys() - listed - {""})]
    return [_status(one, meant, counts) for one in [*overview.statuses, *strangers]]


def _status(
    one: StatusLine, meant: Mapping[str, StageMapping], counts: Mapping[str, int]
) -> dict[str, Any]:
    names = {folded(one.value), folded(one.label)} - {""}
    row = meant.get(folded(one.value)) or meant.get(folded(one.label))
    number = sum(counts.get(name, 0) for name in names)
    is_mapped = row is not None and row.is_mapped
    return {"status": one, "row": row, "is_mapped": is_mapped, "count": number}
