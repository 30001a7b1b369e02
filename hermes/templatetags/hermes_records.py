"""What templates of record pages show in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template

from hermes.record_pages.kinds import kind_of, page_of
from hermes.words import badge, when
from meetings.models import Meeting, MeetingStatus

register = template.Library()


@register.simple_tag
def state_badge(state: Any) -> Any:
    """The state's word with its icon."""
    return badge(state.word)


@register.simple_tag
def moment(at: datetime | None) -> Any:
    """A time as people say it, with the exact one behind it."""
    return when(at, "never")


@register.simple_tag
def record_url(record: Any) -> str:
    """A record's page."""
    return page_of(kind_of(record), record.pk)


@register.simple_tag
def call_badge(call: Meeting) -> Any:
    """What is to be said of a call beside its time; nothing while it is simply planned."""
    if call.status != MeetingStatus.PLANNED:
        return badge(call.get_status_display())
    return badge("Not in the calendar yet", "schedule", "warn") if call.awaits_calendar else ""
