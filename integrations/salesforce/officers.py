"""Whose loans are ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .described import Schema
from .ids import whole_id
from .values import folded
from .whose import officer_ids, officer_names


def test(schema: Schema) -> Callable[[Mapping[str, Any]], bool]:
    """Whether a row is one of the officer's; the same as the query's filter, on what came."""
    names, ids = {folded(name) for name in officer_names()}, set(officer_ids())
    mode, field = schema.officer_mode, schema.named("officer")
    if mode == "text":
        return lambda row: folded(row.get(field)) in names
    lookup = "OwnerId" if mode == "owner" else field
    if ids:
        return lambda row: whole_id(row.get(lookup)) in ids
    relationship = "Owner" if mode == "owner" else schema.relationship("officer")
    return lambda row: folded(_name(row.get(relationship))) in names


def _name(related: Any) -> Any:
    return related.get("Name") if isinstance(related, Mapping) else None


def sentence(schema: Schema) -> str:
    """Whose, in words."""
    ids = officer_ids() if schema.officer_mode != "text" else []
    return ", ".join(ids or officer_names()) or "nobody: SALESFORCE_LOAN_OFFICER is not set"
