"""What an activity says beside a call's fields: what kind it is, and what staff want to know."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.html import escape

from integrations.sync.call_facts import call_facts
from integrations.sync.system import Outgoing
from meetings.models import Meeting, MeetingKind

from .outbound import mark


def completed(built: dict[str, Any], outgoing: Outgoing) -> dict[str, Any]:
    """The body with what only the call itself can say."""
    if not (outgoing.creating or "deal_id" in built):
        return built
    people = Meeting.all_objects.select_related("contact", "company")
    meeting = people.get(pk=outgoing.record_id)
    if meeting.kind == MeetingKind.SUPPORT:
        # Support calls belong to no deal.
        built = {key: value for key, value in built.items() if key != "deal_id"}
    if not outgoing.creating:
        return built
    return {**built, "type": settings.PIPEDRIVE_ACTIVITY_TYPE, "note": _note(meeting)}


def _note(meeting: Meeting) -> str:
    """HTML. The mark stands first: whatever visitors typed cannot pass for it there."""
    facts = [f"{escape(name)}: {escape(value)}" for name, value in call_facts(meeting)]
    return "<br>".join([mark(meeting.pk), *facts])
