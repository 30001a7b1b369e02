"""Who is at the booking page, and what is known of the call so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _

from companies.models import Company, TeamMember
from companies.zones import zone_named

from .. import matching, support_links
from ..models import HostChoice, MeetingKind
from ..visitors import country_of
from . import guards, places
from .pages import Problem, not_there

#: What a visitor types, and what an address may bring along.
FIELDS = ["plan", "country", "email", "timezone", "time", "name", "phone", "company_name",
          "website", "estimated_income"]  # fmt: skip

CHOICE_SALT = "meetings.host_choice"


@dataclass
class Visit:
    """One request for the booking page.

    Attributes:
        host: With whom the call is to be; None until somebody was chosen.
        is_own_link: The address names the host.
        company: Whose support link this is.
        values: Field to what was typed, whatever it is.
        stamp: What the form carries; see ``guards``.
    """

    kind: MeetingKind
    values: dict[str, str]
    stamp: str
    host: TeamMember | None = None
    is_own_link: bool = False
    company: Company | None = None
    choice: HostChoice | None = None
    #: Host id to free times, where they were asked for already.
    free: dict[int, list[datetime]] | None = None
    #: What is wrong, by field, and what is wrong with no field.
    errors: dict[str, str] = field(default_factory=dict)
    trouble: str = ""

    @property
    def is_sales(self) -> bool:
        return self.kind == MeetingKind.SALES

    @property
    def signed_choice(self) -> str:
        return signing.dumps(self.choice.pk, salt=CHOICE_SALT) if self.choice else ""

    @property
    def zone(self) -> str:
        """The visitor's, as far as it is known."""
        told = self.values["timezone"]
        guesses = [told, places.usual_zone(self.values["country"])]
        if self.host is not None:
            guesses.append(self.host.timezone)
        return next((zone for zone in guesses if zone_named(zone)), places.UTC)


def visit_of(request: HttpRequest, host_id: int | None) -> Visit:
    """What the address and the form tell.

    Raises:
        Problem: Nobody is there to be booked, or a support link is not good.
    """
    given = request.POST if request.method == "POST" else request.GET
    values = {name: given.get(name, "") for name in FIELDS}
    values["country"] = values["country"] or country_of(request)
    stamp = request.POST.get("stamp", "")
    visit = Visit(
        kind=MeetingKind.SALES,
        values=values,
        stamp=stamp if guards.form_number(stamp) else guards.new_form(),
    )
    if host_id is None:
        visit.choice = _choice(request.POST.get("choice", ""))
        visit.host = visit.choice.host if visit.choice else None
        return visit
    return _with_host(request, visit, host_id)


def _choice(signed: str) -> HostChoice | None:
    try:
        pk = signing.loads(signed, salt=CHOICE_SALT, max_age=guards.GOOD_FOR)
    except (signing.BadSignature, ValueError):
        return None
    there = HostChoice.objects.filter(host__is_active=True, host__archived_at=None)
    return there.select_related("host").filter(pk=pk).first()


def _with_host(request: HttpRequest, visit: Visit, host_id: int) -> Visit:
    """The address names somebody: a host's own link, or one for a customer's support call."""
    is_support_link = "s" in request.GET
    if is_support_link:
        visit.company = _company_of_link(request, host_id)
    visit.host = TeamMember.objects.taking_calls().filter(pk=host_id).first()
    if visit.host is None:
        raise not_there()
    visit.is_own_link = True
    if is_support_link or not visit.host.is_sales_person:
        visit.kind = MeetingKind.SUPPORT
    return visit


def _company_of_link(request: HttpRequest, host_id: int) -> Company:
    numbers = {name: _number(request.GET.get(name, "")) for name in ("company_id", "e")}
    company_id, expires = numbers["company_id"], numbers["e"]
    signature = request.GET.get("s", "")
    ask = _("Please ask whoever sent it to you for a new one.")
    try:
        support_links.check_signature(host_id, company_id, expires, signature)
        support_links.check_time(expires)
    except support_links.NoKey:
        raise Problem(503, _("Support links are not in use here"), ask) from None
    except support_links.WrongSignature:
        raise Problem(403, _("This link is not right"), ask) from None
    except support_links.Expired:
        raise Problem(403, _("This link is too old"), ask) from None
    company = matching.company_of(company_id)
    if company is None:
        raise Problem(404, _("This link leads to nobody any more"), ask)
    return company


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
