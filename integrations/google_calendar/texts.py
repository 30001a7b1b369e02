"""What guests read in an invitation. The words are in templates/google_calendar/."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.template.loader import render_to_string

from integrations.models import ExternalLink, LinkState
from meetings.greeting import greeting
from meetings.models import Meeting

#: The system in which customers have their accounts.
ACCOUNTS = "tc2"


def description(meeting: Meeting) -> str:
    """In the little HTML that Google shows; what visitors typed is escaped."""
    context = {
        "greeting": greeting(meeting.contact),
        "team": settings.CALLS_TEAM_NAME,
        "demo_url": settings.CALLS_DEMO_URL,
        "guide_url": settings.CALLS_GUIDE_URL,
        "trial_url": _trial_url(meeting),
    }
    lines = render_to_string(f"google_calendar/{meeting.kind}.html", context).splitlines()
    return "".join(line.strip() for line in lines)


def _trial_url(meeting: Meeting) -> str:
    """Where a trial is started; says which client it is for, if there is one."""
    if not settings.CALLS_TRIAL_URL:
        return ""
    links = ExternalLink.objects.filter(
        system=ACCOUNTS, kind="company", record_id=meeting.company_id, state=LinkState.LIVE
    )
    client_id = links.values_list("remote_id", flat=True).first()
    query = urlencode({"cligency_id": client_id or "", "source": f"{meeting.kind}_call"})
    return f"{settings.CALLS_TRIAL_URL}?{query}"
