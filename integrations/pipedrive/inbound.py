"""Pipedrive's entities to neutral records. Pure, given the account's keys.

Takes only the fields that a message has: an absent website leaves ours alone, an empty
one clears it. A value of a wrong type is left out and reported; the rest goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple

from integrations.sync.countries import alpha2
from integrations.sync.errors import Rejected
from integrations.sync.plain_values import misfit, shown
from integrations.sync.records import RemoteRecord, clean_text

from . import elsewhere, wire
from .custom_fields import is_shown
from .custom_values import hub_ids, read_custom
from .schemas import ARCHIVED, ENTITIES, KINDS, LABEL, NAME, Keys

#: Hub field -> the entity's own.
FIELDS: dict[str, dict[str, str]] = {
    "user": {"name": "name", "email": "email", "is_active": "active_flag"},
    "pipeline": {"name": "name"},
    "stage": {"name": "name", "position": "order_nr"},
    "organization": {"name": "name"},
    "person": {"name": "name"},
    "deal": {
        "name": "title",
        "status": "status",
        "value": "value",
        "currency": "currency",
        "probability": "probability",
        "expected_close_on": "expected_close_date",
        "lost_reason": "lost_reason",
        "closed_at": "close_time",
    },
    "activity": {},
}

#: Hub foreign key -> the key of the related id.
PARENTS: dict[str, dict[str, str]] = {
    "user": {},
    "pipeline": {},
    "stage": {"pipeline": "pipeline_id"},
    "organization": {"sales_person": "owner_id"},
    "person": {"company": "org_id"},
    "deal": {
        "owner": "owner_id",
        "company": "org_id",
        "contact": "person_id",
        "pipeline": "pipeline_id",
        "stage": "stage_id",
    },
    "activity": {
        "host": "owner_id",
        "company": "org_id",
        "contact": "person_id",
        "deal": "deal_id",
    },
}

#: What no record there can be without: null says nothing about it.
NEVER_EMPTY = {"name", "title", "status", "order_nr", "active_flag", "email"}

#: A call without a length there.
USUAL_LENGTH = timedelta(minutes=30)


class Times(NamedTuple):
    """Of one message about a record."""

    changed_at: datetime | None
    event_at: datetime | None
    heard_at: datetime | None


@dataclass
class Draft:
    """A record in the making: values that fit, and sentences about those that do not."""

    entity: Any
    problems: list[str]
    fields: dict[str, Any] = field(default_factory=dict)
    parents: dict[str, str | None] = field(default_factory=dict)
    emails: tuple[str, ...] = ()
    remote_state: dict[str, Any] = field(default_factory=dict)
    hub_id: str = ""


def record(
    name: str,
    entity: Any,
    keys: Keys,
    *,
    event_at: datetime | None = None,
    heard_at: datetime | None = None,
    merged_from: tuple[str, ...] = (),
) -> RemoteRecord:
    """One entity as the API or a webhook carries it.

    Args:
        event_at: When a webhook was sent; stands in for a time of change that is missing.

    Raises:
        Rejected: It has no id, so it can be neither matched nor kept.
    """
    pk, draft = remote_id(entity), _draft(name, entity, keys)
    modified_at = draft.entity.modified_at or event_at
    changed_at = modified_at and modified_at.replace(microsecond=0)
    times = Times(changed_at, event_at, heard_at)
    return _record(draft, KINDS[name], pk, times, merged_from)


def _record(
    draft: Draft, kind: str, pk: str, times: Times, merged_from: tuple[str, ...]
) -> RemoteRecord:
    modified_at, event_at, heard_at = times
    texts = {name: draft.fields.pop(name) for name in [*draft.fields] if is_shown(name)}
    return RemoteRecord(
        system=NAME,
        kind=kind,
        remote_id=pk,
        fields=draft.fields,
        parents=draft.parents,
        modified_at=modified_at,
        event_at=event_at,
        heard_at=heard_at,
        deleted=draft.entity.is_gone,
        hub_ids=hub_ids(draft.hub_id),
        hub_id_text=draft.hub_id,
        emails=draft.emails,
        merged_from=merged_from,
        known_as=elsewhere.known_as(kind, texts),
        shown=elsewhere.as_read(kind, texts),
        remote_state=draft.remote_state,
        problems=tuple(draft.problems),
    )


def _draft(name: str, entity: Any, keys: Keys) -> Draft:
    draft = Draft(*wire.parsed(name, entity))
    _read_own(draft, name)
    read_custom(draft, KINDS[name], keys)
    if name in READERS:
        READERS[name](draft)
    return draft


def remote_id(entity: Any) -> str:
    """The entity's id as text.

    Raises:
        Rejected: It has none.
    """
    held = entity.get("id") if isinstance(entity, Mapping) else None
    try:
        pk = wire.identity(held)
    except ValueError:
        pk = None
    if pk is None:
        raise Rejected(f"The record has no number: its id is {shown(held)}")
    return pk


def removal(kind: str, entity: Any, keys: Keys) -> RemoteRecord:
    """A record that a list of deleted ones shows."""
    return replace(record(ENTITIES[kind], entity, keys), deleted=True)


def _read_own(draft: Draft, name: str) -> None:
    entity, carried = draft.entity, draft.entity.model_fields_set
    for ours, theirs in FIELDS[name].items():
        if theirs in carried:
            value = getattr(entity, theirs)
            if theirs not in NEVER_EMPTY or value not in (None, ""):
                draft.fields[ours] = value
    for ours, theirs in PARENTS[name].items():
        if theirs in carried:
            draft.parents[ours] = getattr(entity, theirs)


# -- what needs more than a table -----------------------------------------------------------


def _user(draft: Draft) -> None:
    if draft.entity.is_deleted:
        draft.fields["is_active"] = False


def _organization(draft: Draft) -> None:
    entity = draft.entity
    address = entity.address
    named = address.get("country") if isinstance(address, Mapping) else None
    country = alpha2(named) or alpha2(entity.address_country) or alpha2(entity.country_code)
    if country:
        draft.fields["country"] = country


def _person(draft: Draft) -> None:
    for ours, theirs in [("email", "emails"), ("phone", "phones")]:
        if theirs in draft.entity.model_fields_set:
            listed = clean_text(getattr(draft.entity, theirs))
            draft.fields[ours] = _primary(listed)
            # A PATCH replaces the list, so all of it is needed to change one value.
            draft.remote_state[theirs] = listed
    draft.emails = tuple(each["value"].strip() for each in draft.entity.emails)


def _primary(listed: list[dict[str, Any]]) -> str:
    """The primary value, else the first."""
    chosen = next((each for each in listed if each["primary"]), listed[0] if listed else None)
    return chosen["value"].strip() if chosen else ""


def _deal(draft: Draft) -> None:
    if draft.fields.get("status") == "deleted":
        del draft.fields["status"]
    if draft.entity.is_archived is not None:
        draft.remote_state[ARCHIVED] = draft.entity.is_archived


def _activity(draft: Draft) -> None:
    entity = draft.entity
    if entity.done is not None:
        draft.fields["status"] = "completed" if entity.done else "planned"
    if entity.due_date is None or entity.due_time is None:
        return
    try:
        starts_at = datetime.combine(entity.due_date, time(), UTC) + entity.due_time
        ends_at = starts_at + (entity.duration or USUAL_LENGTH)
    except OverflowError:
        draft.problems.append(misfit(LABEL, "due_date", str(entity.due_date)))
        return
    draft.fields |= {"starts_at": starts_at, "ends_at": ends_at}


READERS: dict[str, Callable[[Draft], None]] = {
    "user": _user,
    "organization": _organization,
    "person": _person,
    "deal": _deal,
    "activity": _activity,
}
