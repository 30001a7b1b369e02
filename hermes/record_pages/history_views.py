"""Putting one field back to what it was."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from companies import history
from integrations.models import ExternalLink, LinkState
from integrations.sync import directions, hub
from integrations.sync.system import System, switched_on

from .kinds import field_label, page_of, record_for
from .pages import in_admin, page


@in_admin
def put_back(request: HttpRequest, kind: str, pk: int, field: str, event_id: int) -> HttpResponse:
    """Show what will be written where, then do it."""
    record = record_for(request, kind, pk, action="change")
    back, label = page_of(kind, pk), field_label(kind, field)
    if request.method == "POST":
        try:
            history.put_back(record, field, event_id)
        except history.CannotPutBack as error:
            messages.error(request, str(error))
        except ValidationError as error:
            messages.error(request, _with_fields(kind, error))
        else:
            messages.success(request, f"{label} is what it was before.")
        return redirect(back)
    done = {change.field: change for change in history.of_event(record, event_id)}
    change = done.get(field)
    systems = [each.label for each in switched_on() if _is_told(each, kind, record, field)]
    sentences = [f"It was {change.old}." if change else "Its earlier value is set again."]
    if systems:
        sentences.append(f"The change is then sent to {', '.join(systems)}.")
    return page(
        request,
        "admin/record/confirm.html",
        f"Put {label} of {record} back?",
        sentences=sentences,
        button="Put it back",
        back=back,
    )


def _is_told(system: System, kind: str, record: Any, field: str) -> bool:
    """Whether it hears of a change to this field of this record."""
    if field not in hub.KINDS[kind].columns(system.pushed(kind)):
        return False
    if not directions.is_sent(system, kind, record.pk):
        return False
    there = system.kinds[kind]
    links = ExternalLink.objects.filter(system=system.name, kind=kind, record_id=record.pk)
    link = links.exclude(state=LinkState.ALIAS).first()
    if link is None:
        return there.create_there and there.wanted(record)
    return link.state == LinkState.LIVE and not there.left_alone(record, link)


def _with_fields(kind: str, error: ValidationError) -> str:
    """Which field it is that cannot be so, and why."""
    return "; ".join(
        f"{field_label(kind, name)}: {' '.join(said)}" for name, said in error.message_dict.items()
    )
