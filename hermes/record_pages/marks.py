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

from .seen import Seen

#: Policies by which the other side's value replaces ours.
THEIRS = (Policy.REMOTE, Policy.REMOTE_UNLESS_EMPTY)


def marks(record: Any, kind: str, known: Seen) -> dict[str, SafeString]:
    """Form field to its mark, from what was read already."""
    found: dict[str, list[SafeString]] = {}
    for name, (at, system) in sources(record, known.saves).items():
        found.setdefault(name, []).append(_source(system, at))
    for name, mark in _overruled(kind, known):
        found.setdefault(name, []).append(mark)
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


def _overruled(kind: str, known: Seen) -> list[tuple[str, SafeString]]:
    """Fields in which a system that has this record wins, or never hears of our changes."""
    live = {link.system: link for link in known.links if link.state == LinkState.LIVE}
    sent = {name for name, said in known.said.items() if said.sends}
    return [
        (column, mark)
        for system in switched_on()
        if system.name in live and kind in system.kinds
        for name in sorted(system.travelling(kind))
        for rule in [system.kinds[kind].fields[name]]
        for mark in _of_rule(system, rule, kind, live[system.name], system.name in sent)
        for column in _columns(kind, name)
    ]


def _of_rule(
    system: System, rule: FieldRule, kind: str, link: ExternalLink, sent: bool
) -> list[SafeString]:
    if rule.policy in THEIRS:
        return [_lock(system, system.web_url(kind, link.remote_id))]
    if rule.policy is Policy.ONLY_WHILE_EMPTY or (rule.push and sent):
        return []
    return [_not_sent(system, follows=rule.policy is Policy.NEWEST)]


def _columns(kind: str, name: str) -> Iterable[str]:
    return sorted(hub.KINDS[kind].columns({name}))


def _source(system: str, at: datetime) -> SafeString:
    return format_html(
        '<span class="hermes-mark"><span class="material-symbols-outlined" aria-hidden="true">'
        "download</span>from {}, {}</span>",
        system,
        when(at),
    )


def _lock(system: System, address: str) -> SafeString:
    link = format_html(
        '<a class="hermes-link" href="{}">Change it in {}</a>', address, system.label
    )
    return format_html(
        '<span class="hermes-mark"><span class="material-symbols-outlined" aria-hidden="true">'
        "lock</span>{} decides this. A change made here may be overwritten. {}</span>",
        system.label,
        link if address else "",
    )


def _not_sent(system: System, *, follows: bool) -> SafeString:
    """Short: where nothing goes to a system, it stands beside most fields.

    Args:
        follows: Whether a newer change there is taken.
    """
    until = f", until somebody changes it in {system.label}" if follows else ""
    return format_html(
        '<span class="hermes-mark" title="A change made here stays here{1}">'
        '<span class="material-symbols-outlined" aria-hidden="true">sync_disabled</span>'
        "not sent to {0}</span>",
        system.label,
        until,
    )
