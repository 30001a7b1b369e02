"""The timeline by itself: one sort of item, and the older pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from integrations.models import ExternalLink

from . import timeline, timeline_words
from .kinds import page_of, record_for
from .pages import in_admin, page


@in_admin
def show(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """A page of the timeline; only its list for the script that puts it into the page."""
    record = record_for(request, kind, pk)
    chip = request.GET.get("show", "all")
    links = ExternalLink.objects.filter(kind=kind, record_id=pk)
    read = timeline.read(
        record,
        kind,
        links.values_list("system", "remote_id"),
        chip=chip if chip in timeline.CHIPS else "all",
        after=timeline.Place.read(request.GET.get("after", "")),
    )
    context = panel(request, record, kind, read, chip)
    if "part" in request.GET:
        return render(request, "admin/record/timeline.html", context)
    return page(
        request,
        "admin/record/timeline_page.html",
        f"What happened to {record}",
        back=page_of(kind, pk),
        **context,
    )


def panel(
    request: HttpRequest, record: Any, kind: str, read: timeline.TimelinePage, chip: str = "all"
) -> dict[str, Any]:
    """What the template of a timeline needs."""
    address = reverse("record-timeline", args=[kind, record.pk])
    more = urlencode({"show": chip, "after": str(read.more)}) if read.more else ""
    return {
        "kind": kind,
        "record": record,
        "lines": timeline_words.lines(request, read),
        "chips": [
            (f"{address}?show={name}", label, name == chip)
            for name, label in timeline.CHIPS.items()
        ],
        "more": f"{address}?{more}" if more else "",
        "may_change": request.user.has_perm(
            f"{record._meta.app_label}.change_{record._meta.model_name}"
        ),
        "here": page_of(kind, record.pk),
    }
