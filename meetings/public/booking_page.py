"""/book/: plan and country, a free time, who you are, done. Each step is a form of its own."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from companies.models import Company, Plan

from .. import booking, choosing, guest_links, matching
from ..free_times import bookable
from ..models import BookingRules, HostChoice, Meeting
from ..requests import CallRequest, Refusal
from ..throttling import Bookings
from ..visitors import bdr_person, cased
from . import form, guards, places, times
from .pages import PublicPage, carried, count, page
from .visit import Visit, visit_of


class BookingPage(PublicPage):
    """One address for all steps: what was typed travels in the form and never in an address."""

    def get(self, request: HttpRequest, host_id: int | None = None) -> HttpResponse:
        return _shown(request, visit_of(request, host_id))

    def post(self, request: HttpRequest, host_id: int | None = None) -> HttpResponse:
        visit, wanted = visit_of(request, host_id), request.POST.get("go", "")
        if wanted == "start" and not visit.is_own_link:
            visit.host = visit.choice = None
            return _shown(request, visit)
        if not visit.is_own_link:
            _choose(visit)
        if wanted == "book" and visit.host is not None:
            return _book(request, visit)
        return _shown(request, visit)


def _choose(visit: Visit) -> None:
    """Find out with whom the call is to be, unless that is known."""
    needs = form.Needs(data=visit.values)
    if not needs.is_valid():
        visit.errors, visit.host = form.errors_of(needs), None
        return
    given = dict(needs.validated_data)
    plan, country = given["plan"], given["country"]
    chosen = visit.choice
    if chosen is not None and (chosen.plan, chosen.country) == (plan, country):
        return
    try:
        visit.choice = _chosen(visit, matching.company_by_email(given["email"]), plan, country)
        visit.host = visit.choice.host
    except choosing.NobodyThere:
        visit.choice = visit.host = None
        visit.trouble = _("Nobody takes calls for this plan just now. Please choose another one.")


def _chosen(visit: Visit, company: Company | None, plan: str, country: str) -> HostChoice:
    """Somebody who has time, if anybody has: all calendars are asked by one question."""
    about: dict[str, Any] = {"plan": plan, "country": country, "company": company}
    visit.free = times.free_by_host(choosing.candidates(visit.kind, **about))
    with_time = {pk for pk, starts in visit.free.items() if starts}
    return choosing.choose_host(visit.kind, free=with_time, **about)


def _book(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Book it, and lead to its page; else show what is in the way and keep what was typed."""
    count(request, Bookings())
    try:
        guards.check(
            request.POST.get("stamp", ""),
            honeypot=request.POST.get("fax", ""),
            proof=request.POST.get("altcha", ""),
            booking=f"{visit.values['time']} {visit.values['email'].strip().lower()}",
        )
    except guards.NoPerson as error:
        visit.trouble = str(error)
        return _shown(request, visit, status=400)
    details = _details(visit)
    if not details.is_valid():
        visit.errors = form.errors_of(details)
        return _shown(request, visit)
    try:
        call = _call(request, visit, dict(details.validated_data))
        meeting = booking.book(call, within=bookable())
    except Refusal as refusal:
        return _refused(request, visit, refusal)
    _keep_choice(visit, meeting)
    return HttpResponseRedirect(guest_links.path(meeting) + carried(request), status=303)


def _details(visit: Visit) -> form.Details:
    if visit.is_sales:
        return form.SalesDetails(data=visit.values)
    # Whose name an address brings along is known; only what is typed is looked over.
    return (form.Details if visit.company else form.SupportDetails)(data=visit.values)


def _call(request: HttpRequest, visit: Visit, given: dict[str, Any]) -> CallRequest:
    assert visit.host is not None
    number, at = guards.form_number(visit.stamp), given["time"]
    return CallRequest(
        kind=visit.kind,
        host_id=visit.host.pk,
        starts_at=at,
        name=cased(given["name"]),
        email=given["email"],
        phone=given["phone"],
        company_id=visit.company.pk if visit.company else None,
        company_name=visit.company.name if visit.company else given["company_name"],
        country=given.get("country", ""),
        estimated_income=given.get("estimated_income", ""),
        website=given.get("website", ""),
        plan=given.get("plan", ""),
        bdr_person_id=bdr_person(_hint(request, "bdr_person_id")),
        utm_source=_hint(request, "utm_source"),
        utm_campaign=_hint(request, "utm_campaign"),
        guest_timezone=given["timezone"] or visit.zone,
        # Sent twice it is one call; at another time it is another one.
        key=f"{number} {visit.host.pk} {at.isoformat()} {given['email']}",
    )


def _hint(request: HttpRequest, name: str) -> str:
    """What the address says of where the visitor came from; unfit text is none."""
    line = form.OptionalLine()
    try:
        return str(line.run_validation(request.GET.get(name, "")))
    except form.serializers.ValidationError:
        return ""


def _refused(request: HttpRequest, visit: Visit, refusal: Refusal) -> HttpResponse:
    if refusal.code == "admin_busy":
        visit.errors = {"time": _("This time has just been taken. Please choose another one.")}
        return _shown(request, visit, status=400, lost=True)
    if refusal.code == "meeting_exists":
        # Whose call it is, only the mail can tell: anybody may type an address here.
        visit.trouble = _(
            "You already have a call with us around this time. "
            "With the links in its confirmation e-mail you can move or cancel it."
        )
    elif refusal.code == "admin_not_found":
        visit.trouble = _("This person takes no calls any more. Please start again.")
    else:
        visit.trouble = _("The call could not be put into our calendar. Please try again soon.")
    return _shown(request, visit, status=400)


def _keep_choice(visit: Visit, meeting: Meeting) -> None:
    if visit.choice is not None:
        HostChoice.objects.filter(pk=visit.choice.pk, meeting=None).update(meeting=meeting)


def _shown(
    request: HttpRequest, visit: Visit, *, status: int = 0, lost: bool = False
) -> HttpResponse:
    """The page as it stands; of a request for the times, these alone."""
    words: dict[str, Any] = {"visit": visit, "errors": visit.errors, "values": visit.values}
    if visit.host is not None:
        known = visit.free if visit.free is not None and not lost else None
        free = times.free_starts(visit.host) if known is None else known.get(visit.host.pk)
        chosen = visit.values["time"]
        words |= times.words(request, free, visit.zone, chosen=chosen, lost=lost)
    if not status:
        status = 422 if visit.errors or visit.trouble else 200
    if not words.get("is_readable", True):
        status = 503
    words |= {
        "plans": Plan.choices,
        "minutes": int(BookingRules.load().duration.total_seconds() // 60),
        "countries": places.countries(),
        "challenge": guards.challenge() if visit.host else None,
    }
    return page(request, "book/page.html", words, status)  # type: ignore[no-any-return]
