"""Parts of a host's day as HTML. A page has hundreds, too many for a template for each."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from hermes.record_pages.kinds import page_of
from hermes.words import badge
from meetings.models import Meeting, MeetingKind, MeetingStatus

from .week import Block, Host

WORDS = {"busy": "Busy", "free": "Free", "off": "Day off"}


def initials(host: Host) -> SafeString:
    """The host at a glance; their name stands beside it."""
    return format_html(
        '<span class="hermes-initials hermes-host-{}" aria-hidden="true">{}</span>',
        host.colour,
        host.initials,
    )


def as_html(block: Block, *, names_host: bool = False) -> SafeString:
    """An entry of a list: when and what, and whose where that does not stand above it."""
    said = _of_call(block, block.call) if block.call else _of_time(block)
    mark = f"{block.sort} hermes-host-{block.host.colour}" if block.call else block.sort
    if not names_host:
        return format_html('<li class="hermes-block hermes-block-{}">{}</li>', mark, said)
    return format_html(
        '<li class="hermes-block hermes-block-{}">{}{} <span>{}</span></li>',
        mark,
        initials(block.host),
        said,
        block.host.member,
    )


def _of_time(block: Block) -> SafeString:
    words = f"{WORDS[block.sort]}: {block.note}" if block.note else WORDS[block.sort]
    if block.sort == "off" and block.is_all_day:
        return format_html("<span>{}</span>", words)
    return format_html("<span>{} {}</span>", block.hours, words)


def _of_call(block: Block, call: Meeting) -> SafeString:
    company = call.company if call.contact else ""
    beside = [company, "Support" if call.kind == MeetingKind.SUPPORT else ""]
    return format_html(
        '<a class="hermes-link" href="{}">{} {}</a> <span>{}</span> {}',
        page_of("meeting", call.pk),
        block.hours,
        call.contact or call.company or "No guest",
        ", ".join(str(each) for each in beside if each),
        _state(call),
    )


def _state(call: Meeting) -> Any:
    """What is to be said of a call beside its time; nothing while it is simply planned."""
    if call.status != MeetingStatus.PLANNED:
        return badge(call.get_status_display())
    return badge("Not in the calendar yet", "schedule", "warn") if call.awaits_calendar else ""
