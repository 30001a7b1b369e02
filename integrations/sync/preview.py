"""What applying records would change, without writing anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError

from integrations.models import ExternalLink, LinkState

from . import hub, links
from .field_rules import FieldRule
from .records import RemoteRecord, jsonable
from .system import System


def changes_in(
    system: System, records: Sequence[RemoteRecord]
) -> tuple[list[RemoteRecord], list[RemoteRecord]]:
    """Split records into those that would change or archive a known one, and the rest."""
    known = known_links(system, records)
    changing: list[RemoteRecord] = []
    rest: list[RemoteRecord] = []
    for record in records:
        link = known.get((record.kind, record.remote_id))
        (changing if link and _differs(system, record, link) else rest).append(record)
    return changing, rest


def braked(
    system: System, changing: Sequence[RemoteRecord]
) -> tuple[list[RemoteRecord], list[RemoteRecord]]:
    """Split changes into those of which only so many pass without asking, and the usual ones."""
    asked: list[RemoteRecord] = []
    usual: list[RemoteRecord] = []
    for record in changing:
        edit = not record.deleted and system.kinds[record.kind].edits_in_bursts
        (usual if edit else asked).append(record)
    return asked, usual


def unknown(system: System, records: Sequence[RemoteRecord]) -> set[tuple[str, str]]:
    """(kind, remote id) of those that have no link yet."""
    return {record.key for record in records} - known_links(system, records).keys()


def known_links(
    system: System, records: Sequence[RemoteRecord]
) -> dict[tuple[str, str], ExternalLink]:
    ids: dict[str, list[str]] = {}
    for record in records:
        ids.setdefault(record.kind, []).append(record.remote_id)
    return {
        (kind, link.remote_id): link
        for kind, remote_ids in ids.items()
        for link in links.links_of(system.name, kind, remote_ids).values()
        if link.record_id is not None
    }


def _differs(system: System, record: RemoteRecord, link: ExternalLink) -> bool:
    if record.deleted:
        return link.state == LinkState.LIVE
    rules, hub_kind = system.kinds[record.kind].fields, hub.KINDS[record.kind]
    agreed = link.snapshot
    if any(agreed.get(name) != pk for name, pk in record.ours.items()):
        return True
    return any(
        name in rules
        and not rules[name].same(held := agreed.get(name), _taken(hub_kind, name, v, held, rules))
        for name, v in record.fields.items()
    )


def _taken(
    hub_kind: hub.HubKind, name: str, value: Any, held: Any, rules: Mapping[str, FieldRule]
) -> Any:
    """The value as a snapshot would hold it; one that does not fit leaves what is there."""
    try:
        return rules[name].onto(held, jsonable(hub_kind.coerce(name, value)))
    except (ValidationError, TypeError, ValueError, OverflowError):
        return held
