"""Merging: which one stays, field by field, with a look before and a way back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from companies import merging
from companies.models import Merge
from hermes.words import counted
from integrations.admin.records import label_of
from integrations.models import ExternalLink, LinkState
from integrations.sync.system import find

from .kinds import MERGEABLE, may_merge, model_of, page_of, record_for, shown
from .pages import in_admin, page

#: More at once nobody can oversee.
MOST = 5


def _require_merging(request: HttpRequest, kind: str) -> None:
    if kind not in MERGEABLE:
        raise Http404(f"Records of the kind {kind} are not merged")
    if not may_merge(request, kind):
        raise PermissionDenied


def _records(request: HttpRequest, kind: str) -> list[Any]:
    texts = (request.POST.get("ids") or request.GET.get("ids", "")).split(",")
    ids = [int(text) for text in map(str.strip, texts) if text.isdecimal() and len(text) < 19]
    rows = list(model_of(kind)._base_manager.filter(pk__in=ids[:MOST]).order_by("pk"))
    if len(rows) < 2:
        raise Http404("Choose at least two records")
    return rows


@in_admin
def merge(request: HttpRequest, kind: str) -> HttpResponse:
    """Pick the one to keep and the values that stay; then merge in one go."""
    _require_merging(request, kind)
    records = _records(request, kind)
    chosen = _chosen(request, records)
    winner = chosen or _richest(records)
    losers = [record for record in records if record is not winner]
    try:
        if request.method == "POST" and chosen:
            return _merge(request, kind, winner, losers)
        if request.method == "POST":
            messages.error(request, "Say which one stays. Nothing was merged.")
        looked = merging.preview(winner, losers)
    except merging.CannotMerge as error:
        messages.error(request, str(error))
        return redirect(page_of(kind, winner.pk))
    return page(
        request,
        "admin/merge/choose.html",
        f"Merge {len(records)} records into one",
        records=_named(kind, records),
        winner=winner,
        ids=",".join(str(record.pk) for record in records),
        rows=[_row(kind, records, difference) for difference in looked.differences],
        moves=[_counted(model, number) for model, number in looked.moves.items()],
        elsewhere=[_there(name, kind) for name in _both_linked(kind, records)],
    )


def _chosen(request: HttpRequest, records: list[Any]) -> Any:
    """The record that the person said stays; None where they named none of these."""
    wanted = (request.POST if request.method == "POST" else request.GET).get("winner", "")
    return next((record for record in records if str(record.pk) == wanted), None)


def _richest(records: list[Any]) -> Any:
    """The record with the most values; the oldest of equals."""
    return max(
        records,
        key=lambda record: sum(
            getattr(record, column.attname) not in (None, "", 0, {}, [])
            for column in record._meta.concrete_fields
        ),
    )


def _named(kind: str, records: list[Any]) -> list[tuple[Any, str]]:
    """The records, each with its numbers, here and elsewhere: two may have one name."""
    numbers = {record.pk: [f"number {record.pk}"] for record in records}
    links = ExternalLink.objects.filter(
        kind=kind, record_id__in=list(numbers), state=LinkState.LIVE
    ).order_by("system", "pk")
    for link in links:
        numbers[link.record_id].append(f"{link.remote_id} in {label_of(link.system)}")
    return [(record, ", ".join(numbers[record.pk])) for record in records]


def _counted(model: type[Model], number: int) -> str:
    words = model._meta
    return counted(number, str(words.verbose_name), str(words.verbose_name_plural))


def _row(kind: str, records: list[Any], difference: merging.FieldDifference) -> dict[str, Any]:
    choices = [
        (record.pk, shown(kind, difference.name, difference.values[record.pk]))
        for record in records
    ]
    return {
        "name": difference.name,
        "label": difference.label,
        "choices": choices,
        "keeps": difference.keeps,
    }


def _both_linked(kind: str, records: list[Any]) -> list[str]:
    """Systems that hold more than one of them."""
    links = ExternalLink.objects.filter(
        kind=kind, record_id__in=[record.pk for record in records], state=LinkState.LIVE
    )
    names = list(links.values_list("system", flat=True))
    return sorted({name for name in names if names.count(name) > 1})


def _there(name: str, kind: str) -> str:
    """What becomes of them in a system, in a sentence."""
    system, label = find(name), label_of(name)
    if system and kind in system.kinds and system.kinds[kind].merges:
        return f"The records in {label} are merged there too; that cannot be undone there."
    return f"{label} merges none: its records stay there as they are."


def _merge(request: HttpRequest, kind: str, winner: Any, losers: list[Any]) -> HttpResponse:
    choices = {
        name.removeprefix("field:"): int(value)
        for name, value in request.POST.items()
        if name.startswith("field:") and value.isascii() and value.isdigit()
    }
    by = request.user.get_full_name() or request.user.get_username()
    row = merging.merge(winner=winner, losers=losers, choices=choices, by=by)
    messages.success(request, f"They are one record now: {winner}.")
    return redirect("merged", pk=row.pk)


@in_admin
def merged(request: HttpRequest, pk: int) -> HttpResponse:
    """What a merge did, and the way back."""
    row = get_object_or_404(Merge, pk=pk)
    winner = record_for(request, row.kind, row.winner_id)
    return page(
        request,
        "admin/merge/done.html",
        f"Merged by {row.by or 'a system'}",
        row=row,
        may_undo=may_merge(request, row.kind),
        days=merging.UNDO_FOR.days,
        winner=winner,
        url=page_of(row.kind, row.winner_id),
    )


@in_admin
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Part the records again."""
    row = get_object_or_404(Merge, pk=pk)
    _require_merging(request, row.kind)
    try:
        left = merging.undo(row, model_of(row.kind))
    except merging.CannotMerge as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The records are apart again.")
        for sentence in left:
            messages.warning(request, sentence)
    return redirect(page_of(row.kind, row.winner_id))
