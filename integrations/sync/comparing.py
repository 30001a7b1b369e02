"""Each field of a record as it is here and there, and what the next exchange does with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from integrations.models import ExternalLink

from . import directions, held_as, hub
from .merge import Match, merge_fields
from .records import EARLIEST, RemoteRecord
from .remote_values import remote_values
from .system import System


@dataclass(frozen=True)
class ComparedField:
    """One field, here and there. ``outcome`` says what the next exchange does with it."""

    name: str
    here: Any
    there: Any
    same: bool
    outcome: str


def compared(system: System, link: ExternalLink, theirs: RemoteRecord) -> list[ComparedField]:
    """What a linked record there holds beside ours. Writes nothing."""
    record = hub.KINDS[link.kind].model._base_manager.get(pk=link.record_id)
    return _compared(system, link, record, values_there(system, theirs), theirs)


def values_there(system: System, theirs: RemoteRecord) -> dict[str, Any]:
    """The travelling fields as snapshots have them; as text where the hub cannot keep one."""
    rules = system.kinds[theirs.kind].fields
    values = remote_values(system, theirs, rules)
    return {
        name: values[name] if name in values else str(theirs.fields[name])
        for name in [*theirs.fields, *theirs.parents, *theirs.ours]
        if name in values or (name in rules and name in theirs.fields)
    }


def _compared(
    system: System, link: ExternalLink, record: Any, there: dict[str, Any], theirs: RemoteRecord
) -> list[ComparedField]:
    kind, rules = hub.KINDS[link.kind], system.kinds[link.kind].fields
    here = {name: kind.json_value(record, name) for name in there}
    there = {name: rules[name].onto(here[name], value) for name, value in there.items()}
    said = held_as.without(theirs, link)
    named = {*said.fields, *said.parents, *said.ours}
    news = {name: value for name, value in there.items() if name in named}
    merged = merge_fields(
        news,
        hub=here,
        base=link.snapshot,
        rules=rules,
        match=Match.LINK,
        remote_is_newer=(theirs.modified_at or EARLIEST) > record.updated_at,
    )
    asks = {conflict.field for conflict in merged.conflicts if not conflict.winner}
    sends = directions.is_sent(system, link.kind, record.pk)
    rows = []
    for name, value in there.items():
        same = rules[name].same(here[name], value)
        outcome = f"{system.label} has it in its own way"
        if same or name in news:
            told = sends and rules[name].push
            outcome = _outcome(system, told, same, name in merged.take, name in asks)
        rows.append(ComparedField(name, here[name], value, same, outcome))
    return rows


def _outcome(system: System, sends: bool, same: bool, taken: bool, asks: bool) -> str:
    if same:
        return "The same on both sides"
    if asks:
        return "You are asked which one is right"
    if taken:
        return f"Hermes takes the value from {system.label}"
    if not sends:
        return "Each side keeps its own value"
    return f"Hermes keeps its own value and sends it to {system.label}"
