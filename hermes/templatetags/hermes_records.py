"""What templates of record pages show in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template

from hermes.calls import blocks
from hermes.calls.week import Block, Host
from hermes.record_pages.kinds import kind_of, page_of
from hermes.words import badge, when

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
def host_initials(host: Host) -> Any:
    """The host's initials in their colour."""
    return blocks.initials(host)


@register.simple_tag
def day_block(block: Block, names_host: bool = False) -> Any:
    """A part of a host's day."""
    return blocks.as_html(block, names_host=names_host)
