"""How a remote holds what we sent where it holds it otherwise: cut, folded, or not at all.

That is no change of anybody's. Taken for one, the two would correct each other for ever.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from integrations.models import ExternalLink

from . import hub
from .field_rules import FieldRule, Policy
from .merge import Merged
from .names import folded
from .records import RemoteRecord, jsonable
from .remote_values import remote_values
from .system import Outgoing, System

#: The policies by which a value of ours is never given up.
OURS_STAYS = {Policy.HUB, Policy.ONLY_WHEN_NEW, Policy.ONLY_WHILE_EMPTY}

#: Where a link's snapshot keeps it: name to value, as the remote's records say it.
HELD_AS = "held_as"


def remember(
    system: System, link: ExternalLink, answer: RemoteRecord, sent: Collection[str]
) -> None:
    """Note what an answer says of what was just sent, where it is something else.

    Only of what stays as it is here; what we take from the remote, we take in its form.
    """
    said = {**answer.fields, **answer.parents, **answer.shown}
    theirs = {**remote_values(system, answer, sent), **answer.shown}
    rules = system.kinds[answer.kind].fields
    held = {name: value for name, value in known(link).items() if name not in sent}
    for name in sent & said.keys():
        rule, value = rules.get(name), theirs.get(name)
        if _stays(rule, value) and not (rule.same if rule else alike)(link.snapshot[name], value):
            held[name] = jsonable(said[name])
    link.snapshot.pop(HELD_AS, None)
    if held:
        link.snapshot[HELD_AS] = held


def remember_stand_ins(
    link: ExternalLink, outgoing: Outgoing, answer: RemoteRecord, sent: Collection[str]
) -> None:
    """Note whom a new record names there in place of one whom the remote does not know."""
    ours = {name for name in answer.parents if outgoing.values.get(name) and name not in sent}
    stand_ins = {name: pk for name, pk in answer.parents.items() if name in ours and pk}
    if outgoing.creating and stand_ins:
        link.snapshot[HELD_AS] = {**known(link), **stand_ins}


def remember_emptied(merged: Merged) -> None:
    """Note which fields are empty there though ours stay, and forget those that were filled."""
    held = merged.snapshot.pop(HELD_AS, None) or {}
    held = {name: value for name, value in held.items() if name not in merged.take}
    held |= dict.fromkeys(merged.stays)
    if held:
        merged.snapshot[HELD_AS] = held


def _stays(rule: FieldRule | None, theirs: Any) -> bool:
    """Whether ours stays whatever the remote says; so it is with what others say of a record."""
    if rule is None or rule.policy in OURS_STAYS:
        return True
    return rule.policy is Policy.REMOTE_UNLESS_EMPTY and theirs in ("", None)


def take_over(system: System, record: RemoteRecord, target: Any, link: ExternalLink) -> None:
    """Where the two meet: what stays as it is there is news from there, and no change of ours."""
    for name in system.kinds[record.kind].as_found(record):
        link.snapshot.setdefault(name, hub.KINDS[record.kind].json_value(target, name))


def known(link: ExternalLink) -> Mapping[str, Any]:
    """Name to what the remote holds instead of what it was sent."""
    return link.snapshot.get(HELD_AS) or {}


def without(record: RemoteRecord, link: ExternalLink | None) -> RemoteRecord:
    """The record without the values that it holds instead of ours."""
    if link is None or not (held := known(link)):
        return record
    return replace(
        record, fields=_others(record.fields, held), parents=_others(record.parents, held)
    )


def _others(values: Mapping[str, Any], held: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in values.items()
        if name not in held or jsonable(value) != held[name]
    }


def changed_there(record: RemoteRecord, link: ExternalLink) -> dict[str, Any]:
    """Derived values that are not what the remote was last known to show.

    What a message from before our last write shows is what we have written over.
    """
    if record.event_at and link.pushed_at and record.event_at < _whole_second(link.pushed_at):
        return {}
    held = known(link)
    return {
        name: theirs
        for name, theirs in record.shown.items()
        if not alike(link.snapshot.get(name), theirs)
        and not (name in held and alike(held[name], theirs))
    }


def is_known_beside_fields(record: RemoteRecord, link: ExternalLink) -> bool:
    """Whether the link has all that the record says beside its fields."""
    return (
        record.hub_id_text in ("", link.snapshot.get("hub_id"))
        and record.other_id in ("", link.other_id)
        and all(link.remote_state.get(k) == v for k, v in record.remote_state.items())
        and not changed_there(record, link)
    )


def _whole_second(at: datetime) -> datetime:
    """Some clocks tell no more; what came in the same second may have come later."""
    return at.replace(microsecond=0)


def alike(ours: Any, theirs: Any) -> bool:
    """Whether two texts differ in no more than case and blanks."""
    return ours == theirs or folded(ours) == folded(theirs)
