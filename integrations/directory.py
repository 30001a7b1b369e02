"""The links of our people to other systems, as ``meetings`` asks for them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from companies.models import TeamMember
from integrations.models import ExternalLink, LinkState


class Links:
    """A ``meetings.elsewhere.Directory``."""

    def numbers(self, member: TeamMember, systems: Collection[str]) -> Mapping[str, str]:
        own = _people().filter(system__in=systems, record_id=member.pk)
        return dict(own.values_list("system", "remote_id"))

    def member(self, system: str, number: str) -> TeamMember | None:
        link = _people().filter(system=system, remote_id=number).first()
        return TeamMember.objects.filter(pk=link.record_id).first() if link else None


def _people():  # type: ignore[no-untyped-def]
    return ExternalLink.objects.filter(kind="team_member", state=LinkState.LIVE)
