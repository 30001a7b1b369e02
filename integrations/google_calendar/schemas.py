"""What travels between Hermes and Google Calendar."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from integrations.sync.field_rules import FieldRule, Policy
from integrations.sync.spoke_kinds import Derived, SpokeKind, one_by_one
from meetings.models import Meeting, MeetingStatus

NAME, LABEL = "google_calendar", "Google Calendar"

#: What an event knows for us and for its host alone: that it is ours, of which call, and
#: whom we invited.
OURS_PROPERTY = ("hermes", "call")
MEETING_PROPERTY = "hermes_meeting"
GUEST_PROPERTY = "hermes_guest"

#: The longest value of such a property.
LONGEST_FACT = 1024


def second(text: Any) -> Any:
    """A time as an event holds it."""
    return text[:19] if isinstance(text, str) else text


def is_cancelled(status: Any) -> bool:
    """All that an event knows of a call's state. Who did not come was invited all the same."""
    return bool(status == MeetingStatus.CANCELLED)


def _is_wanted(meeting: Any) -> bool:
    """What is over is not put into a calendar any more; what was there then stays."""
    if meeting.status == MeetingStatus.CANCELLED:
        return False
    return bool(meeting.calendar_event_id or meeting.ends_at > timezone.now())


def _is_settled(meeting: Any) -> bool:
    """Until then booking writes it, and takes it out again, itself."""
    return not meeting.awaits_calendar


def _shown(meeting: Any) -> dict[str, str]:
    """Whose calendar it is in, and who is invited."""
    contact = meeting.contact
    return {"calendar": str(meeting.host_id), "guest": contact.email if contact else ""}


def _calls_with(contact_ids: Iterable[int]) -> Iterable[int]:
    """The calls to come of these contacts."""
    to_come = Meeting.objects.filter(
        contact_id__in=contact_ids, status=MeetingStatus.PLANNED, ends_at__gt=timezone.now()
    )
    return to_come.values_list("pk", flat=True)


SECOND_RULE = FieldRule(canonical=second)
THEIRS = FieldRule(policy=Policy.REMOTE, push=False)

SPOKE_KINDS = {
    "meeting": SpokeKind(
        fields={
            "starts_at": SECOND_RULE,
            "ends_at": SECOND_RULE,
            "status": FieldRule(canonical=is_cancelled),
            # Sent where it is not the event that Google is known to have: an attempt to make
            # another one was cut off, and what came of it has to be looked after.
            "calendar_event_id": FieldRule(policy=Policy.REMOTE),
            "calendar_link": THEIRS,
            "video_link": THEIRS,
        },
        create=False,
        wanted=_is_wanted,
        ready=_is_settled,
        derived=Derived(values=one_by_one(_shown), links=(), told_by={"contact": _calls_with}),
    ),
}
