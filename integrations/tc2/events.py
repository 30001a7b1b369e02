"""What a kept event says: TC2's actions to neutral records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from integrations.sync.errors import Rejected
from integrations.sync.plain_values import moment
from integrations.sync.records import RemoteRecord, clean_text
from integrations.sync.system import Reading

from . import inbound
from .schemas import DELETED, NAME, WITHOUT_NEWS

UNREADABLE = "The message cannot be read: it is damaged, or none of TC2's"

NO_AGENCY = "No agency: an ordinary client, and no customer's account"


def read(body: bytes) -> Reading:
    """The records that an event tells of, or why it tells us nothing.

    Raises:
        Rejected: It is no event that anyone could read; says which part is wrong.
    """
    event, at = _parsed(body)
    subject = event.get("subject")
    if not isinstance(subject, Mapping):
        raise Rejected("The message does not say what it is about")
    model, action = _word(subject, "model") or "Client", _word(event, "action")
    if model == "Invoice":
        return _invoice(subject, action, at)
    if model != "Client":
        return Reading(subject=f"{model} {_word(subject, 'id')}", action=action,
                       ignored=f"Hermes keeps no {model}")  # fmt: skip
    return _client(subject, action, at)


def _parsed(body: bytes) -> tuple[Mapping[str, Any], datetime | None]:
    try:
        kept = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Rejected(UNREADABLE) from error
    event = kept.get("event") if isinstance(kept, dict) else None
    if not isinstance(event, dict):
        raise Rejected(UNREADABLE)
    return event, _moment(event.get("timestamp")) or _moment(kept.get("request_time"))


def _moment(value: Any) -> datetime | None:
    try:
        return moment(value)
    except ValueError:
        return None


def _word(held: Mapping[str, Any], key: str) -> str:
    value = held.get(key)
    return clean_text(str(value)[:40]) if isinstance(value, str | int) else ""


def _invoice(subject: Mapping[str, Any], action: str, at: datetime | None) -> Reading:
    """Its client's number of paid invoices may have changed."""
    about = f"Invoice {_word(subject, 'id')}"
    client_id = inbound.remote_id(subject.get("client"))
    return Reading(subject=about, action=action, reread=(("company", client_id),), at=at)


def _client(subject: Mapping[str, Any], action: str, at: datetime | None) -> Reading:
    subject = inbound.flat(subject)
    pk = inbound.remote_id(subject)
    about = f"company {pk}"
    if action in WITHOUT_NEWS:
        return Reading(subject=about, action=action, ignored=WITHOUT_NEWS[action])
    if action == DELETED:
        gone = RemoteRecord(
            system=NAME, kind="company", remote_id=pk, modified_at=at, event_at=at, deleted=True
        )
        return Reading([gone], about, action)
    if inbound.is_thin(subject):
        return Reading(subject=about, action=action, reread=(("company", pk),), at=at)
    records = inbound.client(subject, event_at=at)
    return Reading(records, about, action, ignored="" if records else NO_AGENCY)
