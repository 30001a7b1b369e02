"""Where visitors book."""

from __future__ import annotations

from django.conf import settings

from companies.models import TeamMember


def booking_link(host: TeamMember) -> str:
    """The address at which anybody books a call with this host."""
    base_url = settings.CALLBOOKER_BASE_URL or f"{settings.SITE_URL}/book"
    return f"{base_url}/{host.pk}/"
