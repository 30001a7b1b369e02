"""What a remote record says of its fields, in the form that snapshots have."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from django.core.exceptions import ValidationError

from . import hub, links
from .records import RemoteRecord, jsonable
from .system import System


def remote_values(system: System, record: RemoteRecord, names: Container[str]) -> dict[str, Any]:
    """Hub field to JSON value, parents as hub ids; without values that the hub cannot keep."""
    kind = hub.KINDS[record.kind]
    values = {}
    for name, value in record.fields.items():
        if name not in names:
            continue
        try:
            values[name] = jsonable(kind.coerce(name, value))
        except (ValidationError, ValueError, TypeError, ArithmeticError):
            continue
    named = {
        name: pk for name, pk in record.parents.items() if name in names and name in kind.parents
    }
    known = links.record_ids_of(system.name, _by_kind(kind, named))
    parents = {name: known.get((kind.parents[name], pk or "")) for name, pk in named.items()}
    return values | parents | {name: pk for name, pk in record.ours.items() if name in names}


def _by_kind(kind: hub.HubKind, named: dict[str, str | None]) -> dict[str, list[str]]:
    ids: dict[str, list[str]] = {}
    for name, remote_id in named.items():
        ids.setdefault(kind.parents[name], []).append(remote_id or "")
    return ids
