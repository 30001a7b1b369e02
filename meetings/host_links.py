"""Where visitors book."""

from __future__ import annotations

from django.conf import settings

from companies.models import TeamMember


def booking_link(host: TeamMember) -> str:
    """The address at which anybody books a call with this host."""
    return f"{settings.CALLBOOKER_BASE_URL}/{host.pk}/"
