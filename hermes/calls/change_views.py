"""What staff do with a call: held or not, at another time, or not at all.

Each is a service of the domain's, so that calendars, the guest and other systems hear of it
as of every change.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_text_list
from django.views.decorators.http import require_POST

from companies.records import sensible_year
from companies.zones import zone_named
from hermes.record_pages.kinds import page_of, record_for
from hermes.record_pages.pages import in_admin, page
from hermes.refusals import refusals
from integrations.sync.system import switched_on
from meetings import letters, services
from meetings.calendars import CalendarUnavailable, Span
from meetings.free_times import bookable, free_slots, offered
from meetings.models import Meeting, MeetingStatus
from meetings.requests import Refusal

from .viewer import zone_of, zone_words
from .week import monday_of

#: The reasons of a refusal, as staff read them: the domain's are for visitors.
REFUSED = {
    "meeting_exists": "The guest has another call around that time.",
    "admin_busy": "The host is not free at that time.",
    "calendar_error": "The host's calendar cannot be read now, so nobody can say whether that "
    "time is free. Try again in a few minutes.",
    "not_planned": "That cannot be done with this call any more.",
    "not_started": "This call has not started yet.",
}


class MoveForm(forms.Form):
    """The time that was chosen."""

    starts_at = forms.DateTimeField(
        label="New time",
        validators=[sensible_year],
        error_messages={"required": "Choose one of the times.", **refusals("New time")},
    )


def buttons(call: Meeting) -> list[dict[str, str]]:
    """What can be said of a call that has begun, for button.html."""
    if call.archived_at is not None or call.starts_at > timezone.now():
        return []
    said = [
        ("Mark done", "check_circle", "call-done", MeetingStatus.COMPLETED),
        ("No-show", "person_off", "call-no-show", MeetingStatus.NO_SHOW),
    ]
    return [
        {"label": label, "icon": icon, "url": reverse(name, args=[call.pk])}
        for label, icon, name, status in said
        if call.status not in (status, MeetingStatus.CANCELLED)
    ]


def links(call: Meeting) -> list[tuple[str, str, str]]:
    """Where a planned call is moved and cancelled: address, label, icon."""
    if call.archived_at is not None or call.status != MeetingStatus.PLANNED:
        return []
    return [
        (reverse("call-move", args=[call.pk]), "Move …", "event_repeat"),
        (reverse("call-cancel", args=[call.pk]), "Cancel the call …", "event_busy"),
    ]


@in_admin
@require_POST
def mark_done(request: HttpRequest, pk: int) -> HttpResponse:
    """It was held."""
    return _done(request, _call(request, pk), services.mark_done, "The call is done.")


@in_admin
@require_POST
def mark_no_show(request: HttpRequest, pk: int) -> HttpResponse:
    """The guest did not come."""
    said = "The call is marked: the guest did not come."
    return _done(request, _call(request, pk), services.mark_no_show, said)


@in_admin
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once, then call it off."""
    call = _call(request, pk)
    if request.method == "POST":
        return _done(request, call, services.cancel, "The call is cancelled.")
    start = call.starts_at.astimezone(zone := zone_of(request))
    guest = call.contact or call.company or "nobody"
    return page(
        request,
        "admin/record/confirm.html",
        "Cancel this call?",
        sentences=[
            f"{call.get_kind_display()} of {call.host} with {guest}, "
            f"{start:%A %-d %B %Y %H:%M}, {zone_words(zone, start)}.",
            *_who_hears(call),
        ],
        button="Cancel the call",
        back=page_of("meeting", pk),
    )


def _who_hears(call: Meeting) -> list[str]:
    """Sentences; nobody is promised a letter that does not go."""
    systems = [each.label for each in switched_on() if "meeting" in each.kinds]
    is_told = letters.is_cancelling_told(call)
    told = ["The guest", *systems] if is_told else systems
    said = f"{get_text_list(told, 'and')} {'hears' if len(told) == 1 else 'hear'} of it."
    not_told = "Hermes does not tell the guest: please do."
    return [*([said] if told else []), *([] if is_told or not call.contact else [not_told])]


@in_admin
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer the host's free times as the public page does, and have the call at one of them."""
    call = _call(request, pk)
    form = MoveForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.move(call, form.cleaned_data["starts_at"], within=bookable())
        except Refusal as refusal:
            form.add_error("starts_at", REFUSED[refusal.code])
        else:
            messages.success(request, "The call is moved.")
            return redirect(page_of("meeting", pk))
    response = page(
        request,
        "admin/calls/move.html",
        "Move this call",
        form=form,
        call=call,
        back=page_of("meeting", pk),
        **_times(request, call),
    )
    response.status_code = 400 if form.errors else 200
    return response


def _call(request: HttpRequest, pk: int) -> Any:
    return record_for(request, "meeting", pk, action="change")


def _done(
    request: HttpRequest, call: Meeting, work: Callable[[Meeting], Meeting], said: str
) -> HttpResponse:
    try:
        work(call)
    except Refusal as refusal:
        messages.error(request, REFUSED[refusal.code])
    else:
        messages.success(request, said)
    return redirect(page_of("meeting", call.pk))


def _times(request: HttpRequest, call: Meeting) -> dict[str, Any]:
    """The free times of one week, by day, and the weeks beside it that have any."""
    zone = zone_of(request)
    try:
        free = free_slots([call.host], offered(), moving=call).get(call.host_id)
    except CalendarUnavailable:
        free = None
    local = [Span(*(moment.astimezone(zone) for moment in slot)) for slot in free or []]
    weeks = sorted({monday_of(slot.start.date()) for slot in local})
    asked = request.GET.get("week", "")
    chosen = next((week for week in weeks if str(week) == asked), weeks[0] if weeks else None)
    slots = [slot for slot in local if monday_of(slot.start.date()) == chosen]
    days = groupby(slots, key=lambda slot: slot.start.date())
    return {
        "is_readable": free is not None,
        "days": [(day, [_choice(call, slot) for slot in each]) for day, each in days],
        "weeks": [(f"?week={week}", week, week == chosen) for week in weeks],
        "zone": zone_words(zone, local[0].start if local else call.starts_at),
        "now": call.starts_at.astimezone(zone),
    }


def _choice(call: Meeting, slot: Span) -> dict[str, Any]:
    """A time to choose, in the guest's zone as well."""
    guest = zone_named(call.guest_timezone)
    theirs = slot.start.astimezone(guest) if guest is not None else None
    same = theirs is None or theirs.replace(tzinfo=None) == slot.start.replace(tzinfo=None)
    return {"slot": slot, "theirs": None if same else theirs}
