"""Beside each field: which system last changed it, and whether one has the last word."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from companies import history
from hermes.words import when
from integrations.models import ExternalLink, LinkState
from integrations.sync import hub
from integrations.sync.field_rules import FieldRule, Policy
from integrations.sync.system import System, switched_on

#: Policies by which the other side's value replaces ours.
THEIRS = (Policy.REMOTE, Policy.REMOTE_UNLESS_EMPTY)


def marks(
    record: Any, kind: str, saves: list[Any], links: Iterable[ExternalLink]
) -> dict[str, SafeString]:
    """Form field to its mark, from history rows and links that were read already."""
    found: dict[str, list[SafeString]] = {}
    for name, (at, system) in sources(record, saves).items():
        found.setdefault(name, []).append(_source(system, at))
    for name, system, rule, address in _overruled(kind, links):
        found.setdefault(name, []).append(_lock(system, rule, address))
    return {
        name: format_html_join(" ", "{}", ((part,) for part in parts))
        for name, parts in found.items()
    }


def sources(record: Any, saves: list[Any]) -> dict[str, tuple[datetime, str]]:
    """Fields whose newest change came from a system: when, and which one."""
    newest: dict[str, tuple[datetime, str]] = {}
    for change in history.raw_of_saves(record, saves, after=record):
        newest.setdefault(change.field, (change.at, change.system))
    return {name: found for name, found in newest.items() if found[1]}


def _overruled(
    kind: str, links: Iterable[ExternalLink]
) -> list[tuple[str, System, FieldRule, str]]:
    """Fields in which a system that has this record wins, or never hears of our changes."""
    live = {link.system: link for link in links if link.state == LinkState.LIVE}
    return [
        (
            column,
            system,
            system.kinds[kind].fields[name],
            system.web_url(kind, live[system.name].remote_id),
        )
        for system in switched_on()
        if system.name in live and kind in system.kinds
        for name in sorted(system.travelling(kind))
        if _is_theirs(system.kinds[kind].fields[name])
        for column in _columns(kind, name)
    ]


def _columns(kind: str, name: str) -> Iterable[str]:
    return sorted(hub.KINDS[kind].columns({name}))


def _is_theirs(rule: FieldRule) -> bool:
    if rule.policy is Policy.ONLY_WHILE_EMPTY:
        return False
    return rule.policy in THEIRS or not rule.push


def _source(system: str, at: datetime) -> SafeString:
    return format_html(
        '<span class="hermes-mark"><span class="material-symbols-outlined" aria-hidden="true">'
        "download</span>from {}, {}</span>",
        system,
        when(at),
    )


def _lock(system: System, rule: FieldRule, address: str) -> SafeString:
    warning = "A change made here may be overwritten."
    if not rule.push:
        warning = "A change made here is not sent there, and may be overwritten."
    link = format_html(
        '<a class="hermes-link" href="{}">Change it in {}</a>', address, system.label
    )
    return format_html(
        '<span class="hermes-mark"><span class="material-symbols-outlined" aria-hidden="true">'
        "lock</span>{} decides this. {} {}</span>",
        system.label,
        warning,
        link if address else "",
    )
