"""The page "Calls calendar": all hosts' weeks, at a desk and on a phone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone

from companies.models import TeamMember
from companies.records import sensible_year
from hermes.record_pages.kinds import may
from hermes.record_pages.pages import in_admin, page
from hermes.refusals import refusals
from meetings.host_links import booking_link

from . import week
from .viewer import member_of, zone_of, zone_words

WEEK = timedelta(days=7)

VIEWS = [("", "Week"), ("agenda", "Agenda")]


class WeekForm(forms.Form):
    """What the address asks for."""

    week = forms.DateField(
        required=False,
        label="Week of",
        validators=[sensible_year],
        error_messages=refusals("Week of"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    host = forms.ModelMultipleChoiceField(
        TeamMember.all_objects.all(),
        required=False,
        label="Hosts",
        error_messages={
            "invalid_choice": "Nobody has the number %(value)s.",
            "invalid_pk_value": "“%(pk)s” is nobody's number.",
        },
    )
    view = forms.ChoiceField(required=False, choices=VIEWS)


@in_admin
def show(request: HttpRequest) -> HttpResponse:
    """The week that the address asks for; this one where that cannot be."""
    if not (may(request, "view", "meeting") or may(request, "change", "meeting")):
        raise PermissionDenied
    form, zone = WeekForm(request.GET), zone_of(request)
    status = 200 if form.is_valid() else 400
    day = form.cleaned_data.get("week") or timezone.now().astimezone(zone).date()
    monday = week.monday_of(day)
    chosen = form.cleaned_data.get("host")
    everyone = list(week.hosts_in(monday, zone))
    response = page(
        request,
        "admin/calls/week.html",
        "Calls calendar",
        form=form,
        week=week.read(monday, zone, chosen or everyone),
        hosts=[(week.Host(member), bool(chosen) and member in chosen) for member in everyone],
        is_filtered=bool(chosen),
        **_frame(request, form.cleaned_data.get("view", "")),
        **_dates(request, monday, zone),
    )
    response.status_code = status
    return response


def _frame(request: HttpRequest, view: str) -> dict[str, Any]:
    """What does not depend on the week."""
    me = member_of(request)
    return {
        "view": view,
        "views": [(_address(request, view=key), label, key == view) for key, label in VIEWS],
        "my_link": booking_link(me) if me is not None and me.is_active else "",
        "is_member": me is not None,
        "may_see_connections": request.user.has_perm("integrations.view_connection"),
    }


def _dates(request: HttpRequest, monday: date, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "today": timezone.now().astimezone(zone).date(),
        "zone": zone_words(zone, week.midnight(monday, zone)),
        "weeks": [
            (_address(request, week=f"{monday - WEEK}"), "Week before", "chevron_left"),
            (_address(request, week=""), "Today", "today"),
            (_address(request, week=f"{monday + WEEK}"), "Week after", "chevron_right"),
        ],
    }


def _address(request: HttpRequest, **changed: str) -> str:
    """This page with something else chosen."""
    query: QueryDict = request.GET.copy()
    for name, value in changed.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"{reverse('calls')}?{query.urlencode()}"
