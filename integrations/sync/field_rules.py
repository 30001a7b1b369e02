"""How a field travels, and who wins it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Policy(StrEnum):
    """Who wins a field that both sides changed."""

    REMOTE = "remote"
    HUB = "hub"
    NEWEST = "newest"
    REMOTE_UNLESS_EMPTY = "remote unless empty"
    ONLY_WHEN_NEW = "only when new"
    ONLY_WHILE_EMPTY = "only while empty"
    ASK = "ask"


def unchanged(value: Any) -> Any:
    """The canonical form of a value that the remote keeps as it is."""
    return value


@dataclass(frozen=True)
class FieldRule:
    """How one field travels.

    Attributes:
        canonical: Our value as the remote will hold it (cut to its limit, say). Two
            values are the same if their canonical forms are. Must be idempotent.
        push: Whether our changes are sent.
        by_name: Whether it is a document of names and values, None for none. What a message
            does not name stays as it is.
        empties: Whether ours is emptied when theirs is; if not, staff are told that it stays.
    """

    policy: Policy = Policy.NEWEST
    canonical: Callable[[Any], Any] = unchanged
    push: bool = True
    by_name: bool = False
    empties: bool = True

    def onto(self, ours: Any, theirs: Any) -> Any:
        """What stands here once theirs is taken."""
        if not self.by_name or not isinstance(theirs, dict):
            return theirs
        held = ours if isinstance(ours, dict) else {}
        # What nobody ever filled in is not emptied either.
        return held | {name: v for name, v in theirs.items() if v is not None or name in held}

    def same(self, ours: Any, theirs: Any) -> bool:
        """Whether two JSON values are one to this remote; empty text and none are."""
        if ours == theirs or (ours in ("", None) and theirs in ("", None)):
            return True
        left, right = self.canonical(ours), self.canonical(theirs)
        return bool(left == right or (left in ("", None) and right in ("", None)))
