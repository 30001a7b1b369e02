"""What a guest does with a call that is booked. To open a link does nothing, only a form acts:
mail programs open links too."""

from __future__ import annotations

from datetime import UTC
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from companies.zones import zone_named

from .. import guest_links, guest_zones, invitations, services
from ..free_times import bookable
from ..models import Meeting, MeetingStatus
from ..requests import Refusal
from ..throttling import Bookings
from . import times
from .pages import Problem, PublicPage, carried, count, page


class CallPage(PublicPage):
    """When the call is, and what can be done with it."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        meeting = _meeting(token)
        return page(request, "book/call.html", call_words(meeting))  # type: ignore[no-any-return]


class CallFile(PublicPage):
    """The call, for the guest's own calendar."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        text = invitations.copy(_meeting(token))
        response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="call.ics"'
        return response


class MovePage(PublicPage):
    """Another time with the same host."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self._shown(request, _open_meeting(token))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        meeting = _open_meeting(token)
        if request.POST.get("go") != "move":
            return self._shown(request, meeting)
        count(request, Bookings())
        at = times.read_time(request.POST.get("time", ""))
        if at is None:
            return self._shown(request, meeting, _("Choose a time."), status=422)
        try:
            services.move(meeting, at, within=bookable())
        except Refusal as refusal:
            return self._shown(request, meeting, _why_not(refusal), status=400)
        return HttpResponseRedirect(guest_links.path(meeting) + carried(request), status=303)

    def _shown(
        self, request: HttpRequest, meeting: Meeting, error: str = "", status: int = 200
    ) -> HttpResponse:
        zone = request.POST.get("timezone", "") or guest_zones.zone_of_guest(meeting)
        free = times.free_starts(meeting.host, moving=meeting)
        free = None if free is None else [start for start in free if start != meeting.starts_at]
        chosen = request.POST.get("time", "")
        words = call_words(meeting) | {"errors": {"time": error} if error else {}}
        words |= times.words(request, free, zone, chosen=chosen, lost=bool(error))
        if free is None:
            status = 503
        return page(request, "book/move.html", words, status)  # type: ignore[no-any-return]


class CancelPage(PublicPage):
    """No call after all."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        words = call_words(_open_meeting(token))
        return page(request, "book/cancel.html", words)  # type: ignore[no-any-return]

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        meeting = _meeting(token)
        # Sent twice it is cancelled once.
        if meeting.status != MeetingStatus.CANCELLED:
            count(request, Bookings())
            try:
                services.cancel(_open_meeting(token))
            except Refusal:
                # Somebody was faster: it is open no more, and this says why.
                _open_meeting(token)
        return HttpResponseRedirect(guest_links.path(meeting) + carried(request), status=303)


def _meeting(token: str) -> Meeting:
    try:
        return guest_links.meeting_of(token)
    except guest_links.WrongLink:
        said = _("Please open the link in your newest e-mail about the call, or book a new call.")
        raise Problem(404, _("This link is not right"), said) from None
    except guest_links.OldLink:
        said = _("The call was a while ago. You can book a new one.")
        raise Problem(403, _("This link is too old"), said) from None


def _open_meeting(token: str) -> Meeting:
    """A call that can still be moved or cancelled."""
    meeting = _meeting(token)
    if state_of(meeting) == "cancelled":
        raise Problem(409, _("This call is cancelled"), _("You can book a new one."))
    if state_of(meeting) == "over":
        said = _("It can no longer be moved or cancelled. You can book a new one.")
        raise Problem(409, _("This call has started already"), said)
    return meeting


def state_of(meeting: Meeting) -> str:
    if meeting.status == MeetingStatus.CANCELLED or meeting.archived_at is not None:
        return "cancelled"
    planned = meeting.status == MeetingStatus.PLANNED and meeting.starts_at > timezone.now()
    return "planned" if planned else "over"


def _why_not(refusal: Refusal) -> str:
    if refusal.code == "admin_busy":
        return _("This time has just been taken. Please choose another one.")
    if refusal.code == "meeting_exists":
        return _("You already have another call with us around this time.")
    return _("The calendar cannot be read just now. Please try again soon.")


def call_words(meeting: Meeting) -> dict[str, Any]:
    """What the templates of a call need: nothing that is for staff."""
    guest_zone, host_zone = guest_zones.zone_of_guest(meeting), meeting.host.timezone
    host_zone = host_zone if zone_named(host_zone) else guest_zone
    return {
        "meeting": meeting,
        "state": state_of(meeting),
        "title": invitations.title_here(meeting),
        "is_mailed": settings.GUEST_MAILS and bool(meeting.booking_key),
        "guest_zone": guest_zone,
        "guest_zone_label": guest_zones.zone_label(guest_zone, meeting.starts_at),
        "host_zone": host_zone if host_zone != guest_zone else "",
        "host_zone_label": guest_zones.zone_label(host_zone, meeting.starts_at),
        "token": guest_links.token_of(meeting),
        "google_url": _google_url(meeting),
        "outlook_url": _outlook_url(meeting),
    }


def _google_url(meeting: Meeting) -> str:
    stamps = [f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}" for at in _span(meeting)]
    query = {
        "action": "TEMPLATE",
        "text": invitations.title_here(meeting),
        "dates": "/".join(stamps),
        "location": meeting.video_link,
    }
    return f"https://calendar.google.com/calendar/render?{urlencode(query)}"


def _outlook_url(meeting: Meeting) -> str:
    start, end = (f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for at in _span(meeting))
    query = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": invitations.title_here(meeting),
        "startdt": start,
        "enddt": end,
        "location": meeting.video_link,
    }
    return f"https://outlook.live.com/calendar/0/deeplink/compose?{urlencode(query)}"


def _span(meeting: Meeting) -> tuple[Any, Any]:
    return meeting.starts_at, meeting.ends_at
