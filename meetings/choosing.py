"""With whom a visitor talks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

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

#: Who was chosen, and not booked, has had a turn for so long.
TURN_HELD = timedelta(hours=1)

#: Choices that came to nothing are shown to staff for so long. Visits are shorter.
KEPT_FOR = timedelta(days=7)


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
    sellers = _sellers(plan)
    near = _near(sellers, country) or sellers
    return _after(newest.sales_person_id if newest else None, near)


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


def _sellers(plan: str) -> list[TeamMember]:
    sells = TeamMember.objects.filter(
        is_active=True, is_sales_person=True, plans__contains=[plan]
    ).order_by("pk")
    return list(sells)


def _near(sellers: Sequence[TeamMember], country: str) -> list[TeamMember]:
    """Those who sell in the country's territory."""
    return [host for host in sellers if territory_of(country) in host.territories]


def _supporters() -> list[TeamMember]:
    return list(TeamMember.objects.filter(is_active=True, is_support_person=True).order_by("pk"))


def candidates(
    kind: MeetingKind, *, plan: str = "", country: str = "", company: Company | None = None
) -> list[TeamMember]:
    """All of whom ``choose_host`` may choose one, so that their calendars can be asked before."""
    own = _own_host(kind, company)
    takers = _takers(kind, plan)
    return takers if own is None or own in takers else [own, *takers]


@transaction.atomic
def choose_host(
    kind: MeetingKind,
    *,
    free: Collection[int],
    plan: str = "",
    country: str = "",
    company: Company | None = None,
) -> HostChoice:
    """Choose who is offered to a visitor, and keep why.

    Whoever looks after the company already; else, of those who take such calls, the one
    whose turn was longest ago. Visitors at one moment wait for each other, so that each
    gets another one.

    Args:
        free: Ids of the candidates who have free times. Where none has any, all count.

    Raises:
        NobodyThere: Nobody takes such calls.
    """
    everyone = candidates(kind, plan=plan, country=country, company=company)
    with_time = [host for host in everyone if host.pk in free] or everyone
    own, besides = _own_host(kind, company), ""
    if own in with_time:
        role = "sales" if kind == MeetingKind.SALES else "support"
        return _keep(own, plan, country, f"Is the {role} person of {company}")
    if own is not None:
        besides = f"; {own}, who looks after {company}, has no free time"
    hosts, why = _nearest(kind, with_time, everyone, plan, country)
    if not hosts:
        raise NobodyThere
    host, turn = _longest_ago(hosts)
    return _keep(host, plan, country, f"{why}; {turn}{besides}")


def _own_host(kind: MeetingKind, company: Company | None) -> TeamMember | None:
    if company is None:
        return None
    own = company.sales_person if kind == MeetingKind.SALES else company.support_person
    return own if own is not None and own.is_active and own.archived_at is None else None


def _takers(kind: MeetingKind, plan: str) -> list[TeamMember]:
    return _supporters() if kind == MeetingKind.SUPPORT else _sellers(plan)


def _nearest(
    kind: MeetingKind,
    with_time: Sequence[TeamMember],
    everyone: Sequence[TeamMember],
    plan: str,
    country: str,
) -> tuple[Sequence[TeamMember], str]:
    """Those of the visitor's territory, else all; and why."""
    if kind == MeetingKind.SUPPORT:
        return with_time, "Takes support calls"
    sold, place = Plan(plan).label, territory_of(country).label
    if near := _near(with_time, country):
        return near, f"Sells “{sold}” in {place}"
    has = "has free times" if _near(everyone, country) else "does"
    return with_time, f"Sells “{sold}”, as nobody {has} in {place}"


def _longest_ago(hosts: Sequence[TeamMember]) -> tuple[TeamMember, str]:
    """Whose turn it is, and since when."""
    ids = [host.pk for host in hosts]
    held = TeamMember.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids)
    latest = _latest_turns([host.pk for host in held.order_by("pk")])
    host = min(hosts, key=lambda one: (latest.get(one.pk, NEVER), one.pk))
    return host, _turn(latest.get(host.pk))


def _latest_turns(host_ids: Sequence[int]) -> dict[int, datetime]:
    """When each was last booked, or chosen by who may still book; others are missing."""
    turns = TeamMember.objects.filter(pk__in=host_ids)
    lately = timezone.now() - TURN_HELD
    counts = Q(choices__meeting__isnull=False) | Q(choices__at__gt=lately)
    latest: dict[int, datetime] = {}
    for last in (Max("choices__at", filter=counts), Max("meetings__created_at")):
        for pk, at in turns.annotate(last=last).values_list("pk", "last"):
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


def forget_choices() -> int:
    """Remove old choices that no call came of."""
    before = timezone.now() - KEPT_FOR
    return HostChoice.objects.filter(meeting=None, at__lt=before).delete()[0]
