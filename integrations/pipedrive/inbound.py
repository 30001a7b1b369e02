"""Pipedrive's entities to neutral records. Pure, given the account's keys.

Takes only the fields that a message has: an absent website leaves ours alone, an empty
one clears it. A value of a wrong type is left out and reported; the rest goes on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from integrations.sync.errors import Rejected
from integrations.sync.records import RemoteRecord

from .countries import alpha2
from .schemas import ENTITIES, KINDS, NAME, Keys, RemoteKey

Entity = Mapping[str, Any]


class Draft:
    """A record in the making: values that fit, and sentences about those that do not."""

    def __init__(self, entity: Entity) -> None:
        self.entity = entity
        self.fields: dict[str, Any] = {}
        self.parents: dict[str, str | None] = {}
        self.problems: list[str] = []

    def take(self, name: str, key: str, read: Callable[[Any], Any]) -> None:
        """Read one key into a hub field, if the message carries it."""
        if key not in self.entity:
            return
        try:
            self.fields[name] = read(self.entity[key])
        except (TypeError, ValueError, InvalidOperation, OverflowError):
            self.problems.append(f"{key} holds {_short(self.entity[key])}, which is no {name}")

    def parent(self, name: str, key: str) -> None:
        """Read a related id. A merge was once seen to make it a list: the first counts."""
        if key not in self.entity:
            return
        value = self.entity[key]
        if isinstance(value, list):
            value = value[0] if value else None
        if isinstance(value, Mapping):
            value = value.get("id", value.get("value"))
        if value is None:
            self.parents[name] = None
        elif isinstance(value, int | str) and not isinstance(value, bool) and str(value).isdigit():
            self.parents[name] = str(value)
        else:
            self.problems.append(f"{key} holds {_short(value)}, which is no id")


def _short(value: Any) -> str:
    return repr(value)[:60]


def remote_id(entity: Any) -> str:
    """The entity's id as text.

    Raises:
        Rejected: It has none, so it can be neither matched nor kept.
    """
    pk = entity.get("id") if isinstance(entity, Mapping) else None
    if isinstance(pk, bool) or not isinstance(pk, int | str) or not str(pk).isdigit():
        raise Rejected(f"id: {_short(pk)} is no id")
    return str(pk)


# -- values -------------------------------------------------------------------------------


def text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return str(value)


def when(value: Any) -> datetime | None:
    """RFC 3339, or v1's "YYYY-MM-DD HH:MM:SS"; always UTC."""
    if not value:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, UTC)
    at = datetime.fromisoformat(value)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def amount(value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        raise TypeError
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError
    return number.quantize(Decimal("0.01"))


def _day(value: Any) -> str | None:
    return when(value).date().isoformat() if value else None  # type: ignore[union-attr]


def _status(value: Any) -> str:
    if value not in ("open", "won", "lost"):
        raise ValueError
    return str(value)


def _share(value: Any) -> Decimal | None:
    share = amount(value)
    if share is not None and not 0 <= share <= 100:
        raise ValueError
    return share


def _currency(value: Any) -> str:
    code = text(value).strip().upper()
    if code and not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError
    return code


# -- custom fields ------------------------------------------------------------------------


def unwrap(value: Any) -> Any:
    """A custom field's value as the API gives it, from a webhook's typed wrapping."""
    if not isinstance(value, Mapping) or "type" not in value:
        return value
    if "id" in value:
        return value["id"]
    if "values" in value:
        return [item.get("id") for item in value["values"] or [] if isinstance(item, Mapping)]
    return value.get("value")


def _read_custom(draft: Draft, kind: str, keys: Keys) -> str:
    """Read the custom fields that we know. Returns our id as it stands there."""
    held = draft.entity.get("custom_fields")
    if not isinstance(held, Mapping):
        return ""
    hub_id = ""
    for name, remote in keys.get(kind, {}).items():
        if remote.key not in held:
            continue
        value = unwrap(held[remote.key])
        try:
            if name == "hub_id":
                hub_id = text(value).strip()
            elif remote.type == "user":
                draft.parents[name] = None if value is None else str(int(value))
            else:
                draft.fields[name] = _custom_value(remote, name, value)
        except (TypeError, ValueError, OverflowError):
            draft.problems.append(f"{name.replace('_', ' ')} holds {_short(value)}")
    return hub_id


def _custom_value(remote: RemoteKey, name: str, value: Any) -> Any:
    if name == "signup_questionnaire":
        return _document(value)
    if name == "paid_invoice_count":
        return int(value) if value not in (None, "") else 0
    match remote.type:
        case "enum":
            label = remote.label_of(value) if value is not None else ""
            if label is None:
                raise ValueError
            return label
        case "date":
            return when(value)
        case _:
            return text(value)


def _document(value: Any) -> dict:
    document = json.loads(value) if value else {}
    if not isinstance(document, dict):
        raise ValueError
    return document


def hub_ids(held: str) -> tuple[int, ...]:
    """Our ids in the text field; a merge joins two: "417, 522"."""
    parts = [part.strip() for part in held.split(",")]
    return tuple(
        int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 19
    )


# -- entities -----------------------------------------------------------------------------


def _user(draft: Draft) -> None:
    draft.take("name", "name", text)
    draft.take("email", "email", text)
    draft.take("is_active", "active_flag", bool)


def _pipeline(draft: Draft) -> None:
    draft.take("name", "name", text)


def _stage(draft: Draft) -> None:
    draft.take("name", "name", text)
    draft.take("position", "order_nr", int)
    draft.parent("pipeline", "pipeline_id")


def _organization(draft: Draft) -> None:
    draft.take("name", "name", text)
    draft.parent("sales_person", "owner_id")
    country = _country(draft.entity)
    if country:
        draft.fields["country"] = country


def _country(entity: Entity) -> str:
    """The address may be an object, a text, or flat keys; a country is all we want."""
    address = entity.get("address")
    named = address.get("country") if isinstance(address, Mapping) else None
    return alpha2(named or entity.get("address_country") or entity.get("country_code") or "")


def _person(draft: Draft) -> None:
    draft.take("name", "name", text)
    draft.take("email", "emails", _primary)
    draft.take("phone", "phones", _primary)
    draft.parent("company", "org_id")


def _primary(items: Any) -> str:
    """The primary value of a list, else its first."""
    listed = [item for item in items or [] if isinstance(item, Mapping) and item.get("value")]
    chosen = next((item for item in listed if item.get("primary")), listed[0] if listed else None)
    return text(chosen["value"]).strip() if chosen else ""


def _deal(draft: Draft) -> None:
    draft.take("name", "title", text)
    draft.take("status", "status", _status)
    draft.take("value", "value", amount)
    draft.take("currency", "currency", _currency)
    draft.take("probability", "probability", _share)
    draft.take("expected_close_on", "expected_close_date", _day)
    draft.take("lost_reason", "lost_reason", text)
    draft.take("closed_at", "close_time", when)
    for name, key in [
        ("owner", "owner_id"), ("company", "org_id"), ("contact", "person_id"),
        ("pipeline", "pipeline_id"), ("stage", "stage_id"),
    ]:  # fmt: skip
        draft.parent(name, key)


def _activity(draft: Draft) -> None:
    entity = draft.entity
    draft.take("status", "done", lambda done: "completed" if done else "planned")
    for name, key in [
        ("host", "owner_id"), ("company", "org_id"), ("contact", "person_id"), ("deal", "deal_id"),
    ]:  # fmt: skip
        draft.parent(name, key)
    try:
        starts_at = _starts_at(entity)
    except (TypeError, ValueError):
        draft.problems.append("due_date and due_time are no time")
        return
    if starts_at is not None:
        draft.fields["starts_at"] = starts_at
        draft.fields["ends_at"] = starts_at + (_duration(entity) or timedelta(minutes=30))


def _clock(value: Any) -> str:
    """ "14:30", "14:30:00", or a webhook's object around it."""
    value = value.get("value") if isinstance(value, Mapping) else value
    return value or ""


def _starts_at(entity: Entity) -> datetime | None:
    if not entity.get("due_date") or not _clock(entity.get("due_time")):
        return None
    return when(f"{entity['due_date']}T{_clock(entity['due_time'])}")


def _duration(entity: Entity) -> timedelta | None:
    parts = _clock(entity.get("duration")).split(":")
    if len(parts) < 2:
        return None
    return timedelta(hours=int(parts[0]), minutes=int(parts[1]))


READERS: dict[str, Callable[[Draft], None]] = {
    "user": _user,
    "pipeline": _pipeline,
    "stage": _stage,
    "organization": _organization,
    "person": _person,
    "deal": _deal,
    "activity": _activity,
}


def _modified_at(entity: Entity) -> datetime | None:
    for key in ["update_time", "modified", "add_time", "created"]:
        try:
            if at := when(entity.get(key)):
                return at.replace(microsecond=0)
        except (TypeError, ValueError, OverflowError):
            continue
    return None


def is_gone(entity: Entity) -> bool:
    """Deleted there, in either version's words. A user only becomes inactive."""
    return bool(entity.get("is_deleted")) or entity.get("active_flag") is False


def record(name: str, entity: Any, keys: Keys, **event: Any) -> RemoteRecord:
    """One entity as the API or a webhook carries it.

    Args:
        event: ``event_at``, ``merged_from`` and the like, from a webhook's meta.

    Raises:
        Rejected: It has no id.
    """
    kind, pk = KINDS[name], remote_id(entity)
    draft = Draft(entity)
    READERS[name](draft)
    held = _read_custom(draft, kind, keys)
    if name == "user" and entity.get("is_deleted"):
        draft.fields["is_active"] = False
    return RemoteRecord(
        system=NAME,
        kind=kind,
        remote_id=pk,
        fields=draft.fields,
        parents=draft.parents,
        modified_at=event.pop("modified_at", None) or _modified_at(entity),
        deleted=name != "user" and is_gone(entity),
        hub_ids=hub_ids(held),
        hub_id_text=held,
        remote_state=_lists(entity) if name == "person" else {},
        problems=tuple(draft.problems),
        **event,
    )


def removal(kind: str, entity: Any, keys: Keys) -> RemoteRecord:
    """A record that a list of deleted ones shows."""
    return replace(record(ENTITIES[kind], entity, keys), deleted=True)


def _lists(entity: Entity) -> dict[str, Any]:
    """The whole lists: a PATCH replaces them, so they are needed to change one value."""
    return {
        key: [item for item in entity[key] or [] if isinstance(item, Mapping)]
        for key in ("emails", "phones")
        if isinstance(entity.get(key), list)
    }
