"""Whoever looks at a page: their time zone, and what they may do with the hosts' time."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from companies.models import TeamMember
from companies.zones import zone_named

#: Whoever may change team members keeps everybody's hours and days off.
KEEPS_ALL = "companies.change_teammember"


def member_of(request: HttpRequest) -> TeamMember | None:
    """The team member whose log-in this is."""
    return getattr(request.user, "team_member", None)


def zone_of(request: HttpRequest) -> ZoneInfo:
    """In which the person lives; UTC for one who is no team member."""
    member = member_of(request)
    return (zone_named(member.timezone) if member else None) or ZoneInfo("UTC")


def zone_words(zone: ZoneInfo, at: datetime) -> str:
    """``Europe/London (UTC+01:00)``, as it is then."""
    name = zone.key.replace("_", " ")
    return name if name == "UTC" else f"{name} (UTC{at.astimezone(zone).isoformat()[-6:]})"


def may_keep_time_of(request: HttpRequest, host_id: Any) -> bool:
    """Their own hours and days off anybody keeps who may keep any."""
    member = member_of(request)
    own = member is not None and member.pk == host_id
    return own or request.user.has_perm(KEEPS_ALL)
