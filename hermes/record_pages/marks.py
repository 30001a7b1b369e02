"""Beside each field: which system last changed it, and whether one has the last word."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from companies import history
from hermes.words import when
from integrations.models import LinkState
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
    for name, system, told, address in _overruled(kind, known):
        found.setdefault(name, []).append(_lock(system, told, address))
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


def _overruled(kind: str, known: Seen) -> list[tuple[str, System, bool, str]]:
    """Fields in which a system that has this record wins, or never hears of our changes.

    Each with the system, whether it is told of our changes, and where the record is there.
    """
    live = {link.system: link for link in known.links if link.state == LinkState.LIVE}
    sent = {name for name, said in known.said.items() if said.sends}
    return [
        (column, system, told, system.web_url(kind, live[system.name].remote_id))
        for system in switched_on()
        if system.name in live and kind in system.kinds
        for name in sorted(system.travelling(kind))
        for rule in [system.kinds[kind].fields[name]]
        for told in [rule.push and system.name in sent]
        if _is_theirs(rule, told)
        for column in _columns(kind, name)
    ]


def _columns(kind: str, name: str) -> Iterable[str]:
    return sorted(hub.KINDS[kind].columns({name}))


def _is_theirs(rule: FieldRule, told: bool) -> bool:
    if rule.policy is Policy.ONLY_WHILE_EMPTY:
        return False
    return rule.policy in THEIRS or not told


def _source(system: str, at: datetime) -> SafeString:
    return format_html(
        '<span class="hermes-mark"><span class="material-symbols-outlined" aria-hidden="true">'
        "download</span>from {}, {}</span>",
        system,
        when(at),
    )


def _lock(system: System, told: bool, address: str) -> SafeString:
    warning = "A change made here may be overwritten."
    if not told:
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
