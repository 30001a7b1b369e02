"""Each field of a record as it is here and there, and what the next exchange does with it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from integrations.models import ExternalLink

from . import directions, held_as, hub
from .merge import Match, Merged, merge_fields
from .outgoing import build, sent_fields
from .records import EARLIEST, RemoteRecord
from .remote_values import remote_values
from .system import System

APART = "Each side keeps its own value"


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
    news = _news(link, theirs, there)
    merged = merge_fields(
        news,
        hub=here,
        base=link.snapshot,
        rules=rules,
        match=Match.LINK,
        remote_is_newer=(theirs.modified_at or EARLIEST) > record.updated_at,
    )
    asks = {conflict.field for conflict in merged.conflicts if not conflict.winner}
    stays = _staying(system, *_met(record, link, theirs, merged))
    frozen = system.kinds[link.kind].frozen(record, link)
    rows = []
    for name, value in there.items():
        same = rules[name].same(here[name], value)
        outcome = f"Left as it is: {system.label} has its own value for it"
        if frozen and not same:
            outcome = stays(name) or frozen
        elif same or name in news:
            outcome = _outcome(system, stays(name), same, name in merged.take, name in asks)
        rows.append(ComparedField(name, here[name], value, same, outcome))
    return rows


def _news(link: ExternalLink, theirs: RemoteRecord, there: dict[str, Any]) -> dict[str, Any]:
    """What it does not hold instead of ours."""
    said = held_as.without(theirs, link)
    named = {*said.fields, *said.parents, *said.ours}
    return {name: value for name, value in there.items() if name in named}


def _met(
    record: Any, link: ExternalLink, theirs: RemoteRecord, merged: Merged
) -> tuple[Any, ExternalLink]:
    """Record and link as they are once ours has what it takes of theirs; nothing is saved."""
    record, link = copy(record), copy(link)
    kind = hub.KINDS[link.kind]
    for name, value in merged.take.items():
        with suppress(ValidationError):
            kind.assign(record, name, kind.coerce(name, value))
    link.snapshot, link.remote_state = merged.snapshot, {**link.remote_state, **theirs.remote_state}
    return record, link


def _staying(system: System, record: Any, link: ExternalLink) -> Callable[[str], str]:
    """What is said of a field of ours that does not go there, by its name; empty if it goes."""
    if not directions.is_sent(system, link.kind, record.pk):
        return lambda name: APART
    if why := system.kinds[link.kind].left_alone(record, link):
        return lambda name: f"{APART}. {why}"
    outgoing = build(system, link.kind, record, link)
    withheld, sent = system.withheld(outgoing), sent_fields(system, outgoing)

    def said(name: str) -> str:
        if name in withheld:
            return f"{APART}: {withheld[name]}"
        return "" if name in sent else APART

    return said


def _outcome(system: System, stays: str, same: bool, taken: bool, asks: bool) -> str:
    if same:
        return "The same on both sides"
    if asks:
        return "You are asked which one is right"
    if taken:
        return f"Hermes takes the value from {system.label}"
    if stays:
        return stays
    return f"Hermes keeps its own value and sends it to {system.label}"
