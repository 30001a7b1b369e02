"""With whom a visitor talks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Max

from companies.models import Company, Plan, TeamMember, Territory

from .models import HostChoice, MeetingKind

#: The countries of the territory "Europe".
_EUROPE = """
    AD AL AT AX BA BE BG BY CH CY CZ DE DK EE ES FI FO FR GG GI GR HR HU IE IM IS IT JE LI LT LU
    LV MC MD ME MK MT NL NO PL PT RO RS RU SE SI SJ SK SM UA VA XK
    """
EUROPE = frozenset(_EUROPE.split())

#: Countries that are a territory of their own.
OWN_TERRITORY = {"US", "GB", "AU", "CA"}

#: Where a visitor is who does not say.
USUAL_COUNTRY = "GB"

NEVER = datetime.min.replace(tzinfo=UTC)


class NobodyThere(Exception):
    """There is nobody who takes such calls."""


def territory_of(country: str) -> Territory:
    """The territory of a country's code; empty is the usual country's."""
    code = country.strip().upper() or USUAL_COUNTRY
    if code in OWN_TERRITORY:
        return Territory(code)
    return Territory.EU if code in EUROPE else Territory.ROW


def next_sales_person(plan: str, country: str) -> TeamMember:
    """Who is next after the newest company's of this plan. Changes nothing.

    Raises:
        NobodyThere: Nobody sells the plan.

    Source: contract, "Choosing an admin".
    """
    newest = Company.all_objects.filter(price_plan=plan).order_by("-created_at", "-pk").first()
    return _after(newest.sales_person_id if newest else None, _sellers(plan, country)[0])


def next_support_person() -> TeamMember:
    """Who is next after the newest company's that has one. Changes nothing.

    Raises:
        NobodyThere: Nobody takes support calls.
    """
    supported = Company.all_objects.exclude(support_person=None)
    newest = supported.order_by("-created_at", "-pk").first()
    return _after(newest.support_person_id if newest else None, _supporters())


def _after(last: int | None, hosts: Sequence[TeamMember]) -> TeamMember:
    if not hosts:
        raise NobodyThere
    ids = [host.pk for host in hosts]
    return hosts[(ids.index(last) + 1) % len(hosts)] if last in ids else hosts[0]


def _sellers(plan: str, country: str) -> tuple[list[TeamMember], bool]:
    """Who sells the plan, and whether in the country's territory; else everywhere."""
    sells = TeamMember.objects.filter(
        is_active=True, is_sales_person=True, plans__contains=[plan]
    ).order_by("pk")
    everyone, territory = list(sells), territory_of(country)
    there = [host for host in everyone if territory in host.territories]
    return there or everyone, bool(there)


def _supporters() -> list[TeamMember]:
    return list(TeamMember.objects.filter(is_active=True, is_support_person=True).order_by("pk"))


@transaction.atomic
def choose_host(
    kind: MeetingKind, *, plan: str = "", country: str = "", company: Company | None = None
) -> HostChoice:
    """Choose who is offered to a visitor, and keep why.

    Whoever looks after the company already; else, of those who take such calls, the one
    whose turn was longest ago. Visitors at one moment wait for each other, so that each
    gets another one.

    Raises:
        NobodyThere: Nobody takes such calls.
    """
    if company is not None and (own := _own_host(kind, company)):
        role = "sales" if kind == MeetingKind.SALES else "support"
        return _keep(own, plan, country, f"Is the {role} person of {company}")
    hosts, why = _hosts(kind, plan, country)
    if not hosts:
        raise NobodyThere
    ids = [host.pk for host in hosts]
    held = TeamMember.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids)
    latest = _latest_turns([host.pk for host in held.order_by("pk")])
    host = min(hosts, key=lambda one: (latest.get(one.pk, NEVER), one.pk))
    return _keep(host, plan, country, f"{why}; {_turn(latest.get(host.pk))}")


def _own_host(kind: MeetingKind, company: Company) -> TeamMember | None:
    own = company.sales_person if kind == MeetingKind.SALES else company.support_person
    return own if own is not None and own.is_active and own.archived_at is None else None


def _hosts(kind: MeetingKind, plan: str, country: str) -> tuple[list[TeamMember], str]:
    if kind == MeetingKind.SUPPORT:
        return _supporters(), "Takes support calls"
    hosts, there = _sellers(plan, country)
    sold, place = Plan(plan).label, territory_of(country).label
    return hosts, f"Sells “{sold}” in {place}" if there else (
        f"Sells “{sold}”, as nobody does in {place}"
    )


def _latest_turns(host_ids: Sequence[int]) -> dict[int, datetime]:
    """When each was last chosen or booked; whoever never was is missing."""
    turns = TeamMember.objects.filter(pk__in=host_ids)
    latest: dict[int, datetime] = {}
    for source in ("choices__at", "meetings__created_at"):
        for pk, at in turns.annotate(last=Max(source)).values_list("pk", "last"):
            if at is not None:
                latest[pk] = max(at, latest.get(pk, NEVER))
    return latest


def _turn(last: datetime | None) -> str:
    if last is None:
        return "was never booked"
    return f"was booked longest ago, {last.astimezone(UTC):%-d %B %Y %H:%M} UTC"


def _keep(host: TeamMember, plan: str, country: str, reason: str) -> HostChoice:
    code = country.strip().upper()[:2]
    return HostChoice.objects.create(host=host, plan=plan, country=code, reason=reason)
