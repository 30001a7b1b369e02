"""The buttons of the linked-records table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from integrations.admin.records import label_of
from integrations.models import ExternalLink
from integrations.sync import by_hand, directions, switching
from integrations.sync import system as systems
from integrations.sync.errors import SyncError
from integrations.sync.system import System

from .kinds import (
    MERGEABLE,
    NOUNS,
    field_label,
    may_merge,
    names_of,
    page_of,
    record_for,
    shown,
)
from .pages import in_admin, page, sentence_for, told_plainly

#: What reading a record again did, as a sentence.
READ = {
    "created": "It was read and made here.",
    "changed": "It was read; what was newer there is here now.",
    "unchanged": "It was read; nothing was new.",
    "stale": "It was read; ours is newer, so nothing was changed.",
    "removed": "It was deleted there, so it is archived here.",
    "ignored": "It was read, and nothing was taken of it.",
    "waiting": "It was read, and waits for a record that it belongs to.",
}


#: What the form sends that says whether a record's changes go to a system.
ANSWERS = {"": None, "yes": True, "no": False}


def _system(name: str) -> System:
    system = systems.find(name)
    if system is None or not system.is_on():
        raise Http404(f"{name} is not connected")
    return system


def _link(kind: str, pk: int, link_id: int) -> ExternalLink:
    link = ExternalLink.objects.filter(pk=link_id, kind=kind, record_id=pk).first()
    if link is None:
        raise Http404("That link is no longer there")
    return link


def _owe(
    request: HttpRequest, kind: str, pk: int, system: str, owe: Callable[..., Any], said: str
) -> HttpResponse:
    record_for(request, kind, pk, action="change")
    with told_plainly(request):
        to = _system(system)
        owe(to, kind, pk)
        messages.success(request, said.format(to.label))
    return redirect(page_of(kind, pk))


@in_admin
@require_POST
def send(request: HttpRequest, kind: str, pk: int, system: str) -> HttpResponse:
    """Send the record's changes now."""
    return _owe(request, kind, pk, system, by_hand.push, "Its changes are on their way to {}.")


@in_admin
@require_POST
def create_again(request: HttpRequest, kind: str, pk: int, system: str) -> HttpResponse:
    """Make a record once more that was deleted there."""
    return _owe(request, kind, pk, system, by_hand.create_again, "It will be made again in {}.")


@in_admin
@require_POST
def direction(request: HttpRequest, kind: str, pk: int, system: str) -> HttpResponse:
    """Say whether the record's changes go there."""
    record_for(request, kind, pk, action="change")
    answer = request.POST.get("sends", "?")
    if answer not in ANSWERS:
        messages.error(request, "Say yes, no, or as for all of its kind.")
        return redirect(page_of(kind, pk))
    with told_plainly(request):
        to, by = _system(system), request.user.get_username()
        switching.say_of_record(to, kind, pk, ANSWERS[answer], by=by)
        goes = directions.is_sent(to, kind, pk)
        word = "go" if goes else "do not go"
        messages.success(request, f"Changes here {word} to {to.label} from now on.")
    return redirect(page_of(kind, pk))


@in_admin
@require_POST
def read(request: HttpRequest, kind: str, pk: int, link_id: int) -> HttpResponse:
    """Read the partner and take over what is newer there."""
    record_for(request, kind, pk, action="change")
    link = _link(kind, pk, link_id)
    with told_plainly(request):
        outcome = by_hand.pull(_system(link.system), link)
        messages.success(request, READ.get(outcome, "It was read."))
    return redirect(page_of(kind, pk))


@in_admin
def compare(request: HttpRequest, kind: str, pk: int, link_id: int) -> HttpResponse:
    """Each field here, there, and what the next exchange does with it."""
    record = record_for(request, kind, pk)
    link = _link(kind, pk, link_id)
    system = _system(link.system)
    rows, error = [], ""
    try:
        rows = by_hand.compare(system, link)
    except SyncError as problem:
        error = sentence_for(problem)
    lines = [
        {
            "label": field_label(kind, row.name),
            "here": shown(kind, row.name, row.here),
            "there": shown(kind, row.name, row.there),
            "same": row.same,
            "outcome": row.outcome,
        }
        for row in sorted(rows, key=lambda row: row.same)
    ]
    title = f"{record} here and in {system.label}"
    return page(
        request,
        "admin/record/compare.html",
        title,
        lines=lines,
        error=error,
        system=system,
        back=page_of(kind, pk),
    )


@in_admin
def unlink(request: HttpRequest, kind: str, pk: int, link_id: int) -> HttpResponse:
    """Forget the partner, after a question."""
    record = record_for(request, kind, pk, action="change")
    link = _link(kind, pk, link_id)
    if request.method == "POST":
        with told_plainly(request):
            by_hand.unlink(link, by=request.user.get_username())
            messages.success(request, "The link was removed. Neither record was changed.")
        return redirect(page_of(kind, pk))
    label = label_of(link.system)
    return page(
        request,
        "admin/record/confirm.html",
        f"Remove the link of {record} to {label}?",
        sentences=[
            f"This record and {link.remote_id} in {label} are two from now on, even if they "
            "have the same name. Neither is changed now.",
            *_what_follows(link, label),
        ],
        button="Remove the link",
        back=page_of(kind, pk),
    )


def _what_follows(link: ExternalLink, label: str) -> list[str]:
    if not by_hand.makes_records(link):
        return [
            f"{link.remote_id} in {label} is nobody here then. Say on the page “Who is who” who "
            "it is: what comes with that number waits for it."
        ]
    told = [
        f"What comes from {label} makes a record of its own here. The next change made "
        f"here makes a new record in {label}, unless you link it to an existing one first."
    ]
    if link.kind == "company":
        told.append(
            f"People and deals that belong to it in {label} move to that other record, each "
            f"when {label} next tells of it."
        )
    return told


@in_admin
@require_POST
def link_to(request: HttpRequest, kind: str, pk: int, system: str) -> HttpResponse:
    """Join the record to one that is there already."""
    record = record_for(request, kind, pk, action="change")
    remote_id = request.POST.get("remote_id", "").strip()
    if not remote_id:
        messages.error(request, "Type the number that the record has there.")
        return redirect(page_of(kind, pk))
    with told_plainly(request):
        to = _system(system)
        try:
            by_hand.link_to(record, to, remote_id, by=request.user.get_username())
        except by_hand.Taken as error:
            messages.error(request, _taken(request, kind, pk, f"{to.label} {remote_id}", error))
        else:
            messages.success(request, f"It is linked to {to.label} {remote_id} now.")
    return redirect(page_of(kind, pk))


def _taken(
    request: HttpRequest, kind: str, pk: int, partner: str, error: by_hand.Taken
) -> SafeString:
    """Which record has that partner, and what can be done."""
    other = error.record_id
    name = names_of(kind, {other}).get(other, f"{NOUNS[kind]} {other}")
    said = format_html(
        '{} belongs to <a class="hermes-link" href="{}">{}</a> already, so nothing was linked.',
        partner, page_of(kind, other), name,
    )  # fmt: skip
    if kind not in MERGEABLE:
        return said
    if not may_merge(request, kind):
        return format_html("{} If the two are one, ask a sales lead to merge them.", said)
    address = f"{reverse('merge', args=[kind])}?{urlencode({'ids': f'{pk},{other}'})}"
    return format_html(
        '{} If the two are one, <a class="hermes-link" href="{}">merge them</a>.', said, address
    )
