"""What a kept event says: not what changed, only what is to be read again. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from integrations.sync.errors import Rejected
from integrations.sync.records import RemoteRecord, clean_text
from integrations.sync.system import Reading

from .headers import OVERFLOW, REPLAY_LOST, header, is_wildcard
from .ids import whole_id
from .names import CONTACT
from .schemas import NAME

UNREADABLE = "The message cannot be read: it is damaged, or none of Salesforce's"

OWN_CHANGE = "Hermes made this change itself"

#: The event bus forgets what is older.
BUS_KEEPS = timedelta(hours=72)

#: Header only: what changed got lost on the way.
GAP = "GAP_"

CHANGED, DELETED = ("CREATE", "UPDATE", "UNDELETE"), "DELETE"

GAPS = (*(GAP + each for each in (*CHANGED, DELETED)), OVERFLOW)

#: Of an Outbound Message, which does not say what happened.
OUTBOUND = "UPDATE"


@dataclass(frozen=True)
class Change:
    """What happened to records of one of our kinds, as a header has it."""

    kind: str
    type: str
    ids: tuple[str, ...] = ()
    at: datetime | None = None
    is_everywhere: bool = False

    @property
    def is_gap(self) -> bool:
        return self.type in GAPS


def read(body: bytes) -> Reading:
    """What the event asks for, or why it tells us nothing.

    Raises:
        Rejected: It is no event that anyone could read; says what is wrong.
    """
    kept = _parsed(body)
    if REPLAY_LOST in kept:
        return _replay_lost(kept[REPLAY_LOST])
    if isinstance(kept.get("notification"), Mapping):
        return _notified(kept["notification"])
    try:
        head = header(kept.get("event"))
    except ValueError as error:
        raise Rejected(f"{UNREADABLE}: {error}") from error
    kind, action = _kind(head["entityName"]), clean_text(head["changeType"])[:40]
    if not kind:
        return _ignored(head, action, f"Hermes keeps no {head['entityName'][:60]}")
    if action not in (*CHANGED, DELETED, *GAPS):
        return _ignored(head, action, f"Hermes does nothing about {action}")
    if action not in GAPS and _is_own(head.get("changeOrigin")):
        return _ignored(head, action, OWN_CHANGE)
    return _asking(_change(head, kind, action))


def _parsed(body: bytes) -> Mapping[str, Any]:
    try:
        kept = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Rejected(UNREADABLE) from error
    if not isinstance(kept, Mapping):
        raise Rejected(UNREADABLE)
    return kept


def _replay_lost(reason: Any) -> Reading:
    hours = int(BUS_KEEPS.total_seconds() // 3600)
    why = f" ({clean_text(reason)})" if isinstance(reason, str) and reason else ""
    return Reading(
        subject="relay",
        action=REPLAY_LOST,
        walk="poll",
        look_back=BUS_KEEPS,
        alert=f"Salesforce's relay has lost its place{why}: changes may be missing from it. "
        f"What changed in the last {hours} hours is read again",
    )


def _notified(told: Mapping[str, Any]) -> Reading:
    kind, pk = _kind(told.get("object")), whole_id(told.get("record"))
    if not pk:
        raise Rejected(UNREADABLE)
    if not kind:
        name = clean_text(str(told.get("object") or "object without a name"))[:60]
        return Reading(subject=f"{name} {pk}", action=OUTBOUND, ignored=f"Hermes keeps no {name}")
    return _asking(Change(kind, OUTBOUND, (pk,)))


def _kind(name: Any) -> str:
    """Our kind for an object; empty for one that we do not follow."""
    kinds = {CONTACT.casefold(): "contact", settings.SALESFORCE_LOAN_OBJECT.casefold(): "deal"}
    return kinds.get(name.casefold(), "") if isinstance(name, str) else ""


def _is_own(origin: Any) -> bool:
    """Whether a call of ours made the change: each says who calls."""
    own = settings.SALESFORCE_CLIENT_NAME
    return bool(own) and isinstance(origin, str) and origin.rpartition("client=")[1:] == (
        "client=", own,
    )  # fmt: skip


def _ignored(head: Mapping[str, Any], action: str, why: str) -> Reading:
    ids = head.get("recordIds") or [""]
    subject = f"{_kind(head['entityName']) or head['entityName'][:60]} {ids[0]}"
    return Reading(subject=clean_text(subject).strip(), action=action, ignored=why)


def _change(head: Mapping[str, Any], kind: str, action: str) -> Change:
    given = head.get("recordIds") or []
    return Change(
        kind,
        action,
        tuple(dict.fromkeys(pk for each in given if (pk := whole_id(each)))),
        _moment(head.get("commitTimestamp")),
        action == OVERFLOW or any(is_wildcard(each) for each in given),
    )


def _moment(value: Any) -> datetime | None:
    """Milliseconds since 1970; None for what is no time."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    try:
        return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _asking(change: Change) -> Reading:
    """The table of the contract, section 9.5."""
    others = f" and {len(change.ids) - 1} more" if len(change.ids) > 1 else ""
    subject = f"{change.kind} {change.ids[0]}{others}" if change.ids else change.kind
    if change.is_everywhere:
        return Reading(subject=subject, action=change.type, walk="reconcile")
    keys = tuple((change.kind, pk) for pk in change.ids)
    ends = change.type in (DELETED, GAP + DELETED)
    return Reading(
        records=[_ended(key, change.at) for key in keys] if change.type == DELETED else [],
        subject=subject,
        action=change.type,
        reread=keys,
        expects=dict.fromkeys(keys, change.at),
        # Deletions and borrowers matter only where we have them; loans bring their borrowers.
        linked_only=ends or change.kind == "contact",
        carried_by="deal" if change.kind == "contact" else "",
        walk="poll" if change.is_gap else "",
    )


def _ended(key: tuple[str, str], at: datetime | None) -> RemoteRecord:
    kind, pk = key
    # What was read in that second has all of it, and is not newer than the end.
    end = at and at.replace(microsecond=999_999)
    return RemoteRecord(NAME, kind, pk, event_at=end, deleted=True)
