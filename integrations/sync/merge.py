"""Field-level three-way merge. Pure: values in, decisions out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from .field_rules import FieldRule, Policy


class Match(Enum):
    """How the hub record of a remote one was found."""

    LINK = "link"
    HUB_ID = "hub id"
    NATURAL = "natural key"
    NEW = "new"


@dataclass(frozen=True)
class FieldConflict:
    """Both sides changed a field. ``winner`` is empty when a person must say."""

    field: str
    base: Any
    hub: Any
    remote: Any
    policy: Policy
    winner: str


@dataclass
class Merged:
    """What a merge decided.

    Attributes:
        take: Fields whose remote value the hub takes.
        snapshot: What the remote now holds, for the link.
        owes: Whether the hub kept something that the remote lacks because of this merge.
        stays: Fields that were emptied there and stay as they are here.
    """

    take: dict[str, Any] = field(default_factory=dict)
    snapshot: dict[str, Any] = field(default_factory=dict)
    conflicts: list[FieldConflict] = field(default_factory=list)
    owes: bool = False
    stays: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Sides:
    """The three values of one field, in JSON form."""

    name: str
    has_base: bool
    base: Any
    hub: Any
    remote: Any


def merge_fields(
    remote: Mapping[str, Any],
    *,
    hub: Mapping[str, Any],
    base: Mapping[str, Any],
    rules: Mapping[str, FieldRule],
    match: Match,
    remote_is_newer: bool,
    remote_wins: Mapping[str, bool] | None = None,
) -> Merged:
    """Merge what a remote says into what the hub has, field by field.

    Args:
        remote: The values of one message, JSON form, only those it carries.
        base: The link's snapshot.
        remote_is_newer: Decides fields with the policy ``newest``.
        remote_wins: Decides those of them that it names, however new they are.
    """
    merged = Merged(snapshot=dict(base))
    for name, theirs in remote.items():
        rule = rules[name]
        sides = Sides(name, name in base, base.get(name), hub.get(name), theirs)
        wins = (remote_wins or {}).get(name, remote_is_newer)
        if wins and name in (remote_wins or {}) and rule.policy is Policy.NEWEST:
            # A conflict is told with the rule that settled it.
            rule = replace(rule, policy=Policy.REMOTE)
        _merge_field(sides, rule, merged, match, wins)
    return merged


def _merge_field(
    sides: Sides, rule: FieldRule, merged: Merged, match: Match, remote_is_newer: bool
) -> None:
    if rule.same(sides.hub, sides.remote):
        # Ours, not theirs: it may be longer than the remote can hold.
        merged.snapshot[sides.name] = sides.hub
        return
    if sides.has_base and rule.same(sides.remote, sides.base):
        return
    if not rule.empties and sides.remote in ("", None) and sides.base not in ("", None):
        merged.stays.append(sides.name)
        return
    winner = _winner(sides, rule, match, remote_is_newer)
    if _is_conflict(sides, rule, match):
        merged.conflicts.append(
            FieldConflict(sides.name, sides.base, sides.hub, sides.remote, rule.policy, winner)
        )
    if winner == "":
        return
    merged.snapshot[sides.name] = sides.remote
    if winner == "remote":
        merged.take[sides.name] = sides.remote
    elif rule.push:
        merged.owes = True


def _is_conflict(sides: Sides, rule: FieldRule, match: Match) -> bool:
    if not sides.has_base:
        # Two sides that never met have no common past. What is filled in is no conflict.
        return match is Match.NATURAL and sides.hub not in ("", None, {})
    return not rule.same(sides.hub, sides.base)


def _winner(sides: Sides, rule: FieldRule, match: Match, remote_is_newer: bool) -> str:
    """remote, hub, or "" for a person to settle."""
    only_remote_changed = sides.has_base and rule.same(sides.hub, sides.base)
    match rule.policy:
        case Policy.HUB | Policy.ONLY_WHEN_NEW:
            return "hub"
        case Policy.ONLY_WHILE_EMPTY:
            # No count yet is as good as none.
            return "remote" if sides.hub in ("", None, 0) else "hub"
        case Policy.REMOTE_UNLESS_EMPTY if sides.remote in ("", None):
            return "hub"
        case Policy.REMOTE | Policy.REMOTE_UNLESS_EMPTY:
            return "remote"
        case _ if only_remote_changed:
            return "remote"
        case _ if not sides.has_base:
            return _first_meeting(sides, match, remote_is_newer)
        case Policy.ASK:
            return ""
        case _:
            return "remote" if remote_is_newer else "hub"


def _first_meeting(sides: Sides, match: Match, remote_is_newer: bool) -> str:
    """The winner where the two sides never agreed before.

    Found by our own id, the remote's record was made from ours, so the newer one is
    right. Found by name or e-mail, an empty side learns from the other and the remote's
    data updates ours.
    """
    if sides.remote in ("", None):
        return "hub"
    if sides.hub in ("", None) or match is Match.NATURAL:
        return "remote"
    return "remote" if remote_is_newer else "hub"
