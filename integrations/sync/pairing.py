"""Who of the team is who in each outside system."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from companies.models import TeamMember
from integrations.models import ExternalLink, LinkState, RemotePerson

from . import connections
from .apply import apply
from .records import RemoteRecord
from .system import System, switched_on

KIND = "team_member"


@dataclass(frozen=True)
class Row:
    """A team member, and for each system in order the link to who they are there, if any."""

    member: TeamMember
    links: list[ExternalLink | None]


def systems() -> list[System]:
    """The systems that know people by a number of their own."""
    return [system for system in switched_on() if KIND in system.kinds]


def rows() -> list[Row]:
    """Everyone who is active, and who they are elsewhere."""
    links = ExternalLink.objects.filter(kind=KIND, state=LinkState.LIVE)
    known = {(link.system, link.record_id): link for link in links}
    names = [system.name for system in systems()]
    team = TeamMember.objects.filter(is_active=True).order_by("first_name", "last_name", "pk")
    return [Row(one, [known.get((name, one.pk)) for name in names]) for one in team]


def strangers() -> list[RemotePerson]:
    """People of systems that do not list them, whom no team member is linked to."""
    link = ExternalLink.objects.filter(
        system=OuterRef("system"), kind=KIND, remote_id=OuterRef("remote_id")
    )
    names = [system.name for system in systems()]
    rows = RemotePerson.objects.filter(~Exists(link), system__in=names)
    return list(rows.order_by("system", "name", "pk"))


def pair_by_email() -> int:
    """Read who is there, and link everyone whose e-mail address tells. Returns how many.

    Raises:
        SyncError: A system could not be asked.
    """
    before = _linked()
    for system in systems():
        if system.kinds[KIND].listed:
            with connections.asking(system):
                pages = list(system.connect().pages(KIND, None))
            apply([record for page in pages for record in page.records], system=system)
        else:
            apply(_kept(system), system=system)
    return _linked() - before


def _kept(system: System) -> list[RemoteRecord]:
    return [
        RemoteRecord(system.name, KIND, one.remote_id, {"email": one.email})
        for one in strangers()
        if one.system == system.name and one.email
    ]


def leave_to_a_person(link: ExternalLink) -> None:
    """Whom a removed link named is a stranger again, to be paired with somebody else."""
    if link.kind == KIND:
        about = {key: str(link.snapshot.get(key) or "") for key in ["name", "email"]}
        RemotePerson.objects.get_or_create(
            system=link.system, remote_id=link.remote_id, defaults=about
        )


def _linked() -> int:
    return ExternalLink.objects.filter(kind=KIND, state=LinkState.LIVE).count()
