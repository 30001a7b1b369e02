"""What a kept delivery says: webhook version 2 to neutral records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from integrations.sync.errors import NotOurs, Rejected
from integrations.sync.plain_values import shown
from integrations.sync.records import RemoteRecord
from integrations.sync.system import Reading

from . import inbound, wire
from .schemas import KINDS, NAME, Keys

#: Their word for what happened -> ours. Those of version 1 mean the same.
ACTIONS = {
    "create": "create",
    "change": "change",
    "delete": "delete",
    "added": "create",
    "updated": "change",
    "deleted": "delete",
}


UNREADABLE = "The message cannot be read: it is damaged, or none of Pipedrive's"


def read(body: bytes, keys: Keys, account: str = "") -> Reading:
    """The record that a delivery tells of, or why it tells us nothing.

    Args:
        account: The id of the account that is ours, where that is known.

    Raises:
        Rejected: It is no event that anyone could read; says which part is wrong.
        NotOurs: It tells of another account, whose ids mean other records here.
    """
    event = _parsed(body)
    meta = event["meta"]
    _check_account(meta, account)
    entity, action = _word(meta, "entity"), ACTIONS.get(_word(meta, "action"), "")
    subject = f"{entity} {_word(meta, 'entity_id')}"
    if not entity:
        raise Rejected("The message does not say which sort of record it is about")
    at = _sent_at(meta)
    if entity not in KINDS:
        return Reading(subject=subject, action=action, ignored=f"Hermes keeps no {entity}", at=at)
    if not action:
        why = f"{_word(meta, 'action') or 'No action'} is nothing that Hermes follows"
        return Reading(subject=subject, ignored=why, at=at)
    record = _deleted(entity, event) if action == "delete" else _living(entity, event, keys)
    return Reading([record], f"{record.kind} {record.remote_id}", action, at=at)


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        event = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Rejected(UNREADABLE) from error
    if not isinstance(event, dict) or not isinstance(event.get("meta"), dict):
        raise Rejected(UNREADABLE)
    return event


def _check_account(meta: Mapping[str, Any], account: str) -> None:
    sender = _word(meta, "company_id")
    if account and sender and sender != account:
        raise NotOurs(
            f"meta.company_id: this comes from Pipedrive account {sender}, and Hermes is set up "
            f"for account {account}. Remove the webhook there; if Hermes has moved to that "
            "account, run set-up again and replay this."
        )


def _word(meta: Mapping[str, Any], key: str) -> str:
    value = meta.get(key)
    return str(value)[:40] if isinstance(value, str | int) else ""


def _sent_at(meta: Mapping[str, Any]) -> datetime | None:
    """Text with milliseconds; users' events have whole seconds of the epoch."""
    try:
        return wire.moment(meta.get("timestamp"))
    except ValueError:
        return None


def _id(meta: Mapping[str, Any], key: str) -> str | None:
    try:
        return wire.identity(meta.get(key))
    except ValueError:
        return None


def _check_id(meta: Mapping[str, Any], held: Mapping[str, Any]) -> None:
    """One message must not name two records: either could be the wrong one."""
    named, carried = meta.get("entity_id"), _id(held, "id")
    if named not in (None, "") and carried and _id(meta, "entity_id") != carried:
        raise Rejected(
            f"meta.entity_id: names {shown(named)}, and the record that came is {carried}"
        )


def _living(entity: str, event: dict[str, Any], keys: Keys) -> RemoteRecord:
    meta, held = event["meta"], event.get("data")
    if not isinstance(held, dict):
        raise Rejected("The message says nothing of the record itself")
    _check_id(meta, held)
    merged_from = _id(meta, "merged_from_id")
    return inbound.record(
        entity,
        {"id": meta.get("entity_id"), **held},
        keys,
        event_at=_sent_at(meta),
        merged_from=(merged_from,) if merged_from else (),
    )


def _deleted(entity: str, event: dict[str, Any]) -> RemoteRecord:
    meta, sent_at = event["meta"], _sent_at(event["meta"])
    previous = event.get("previous")
    last = previous if isinstance(previous, dict) else {}
    _check_id(meta, last)
    # Records of people stay when they leave: a user only becomes inactive.
    stays = entity == "user"
    return RemoteRecord(
        system=NAME,
        kind=KINDS[entity],
        remote_id=inbound.remote_id({"id": meta.get("entity_id") or last.get("id")}),
        fields={"is_active": False} if stays else {},
        modified_at=sent_at and sent_at.replace(microsecond=0),
        event_at=sent_at,
        deleted=not stays,
        merged_into=_id(meta, "merged_to_id"),
    )
