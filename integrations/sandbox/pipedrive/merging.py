"""Merging: the survivor keeps its id and values, and gets what the loser had."""

import uuid
from typing import TYPE_CHECKING

from integrations.sandbox.pipedrive.custom_fields import TEXT_TYPES
from integrations.sandbox.pipedrive.errors import invalid

if TYPE_CHECKING:
    from integrations.sandbox.pipedrive.account import Account

MERGEABLE = ("organization", "person", "deal")
#: Entity to where its id stands in others.
_POINTED_FROM = {
    "organization": (("person", "org_id"), ("deal", "org_id"), ("activity", "org_id")),
    "person": (("deal", "person_id"), ("activity", "person_id")),
    "deal": (("activity", "deal_id"),),
}
_NEVER_FILLED = ("id", "add_time", "update_time", "custom_fields", "is_deleted")
#: What an empty value looks like, besides null.
_EMPTY = (None, [], "")


def merge(
    account: "Account",
    entity: str,
    loser_id: int,
    survivor_id: int,
    *,
    source: str,
    user_id: int | None = None,
) -> dict:
    """Merge one record into another; the survivor as it then is.

    Raises:
        ApiError: One of them is not there, or both are the same.
    """
    with account.writing():
        loser = account.changeable(entity, loser_id)
        before = account.changeable(entity, survivor_id)
        if loser_id == survivor_id:
            raise invalid("merge_with_id", "must be another record")
        after = _merged(account, entity, before, loser)
        account.mark_deleted(entity, loser)
        about = {"source": source, "user_id": user_id}
        _relink(account, entity, loser_id, survivor_id, about)
        about["correlation_id"] = str(uuid.uuid4())
        _keep(account, entity, loser, before, after, about)
        return after


def _keep(
    account: "Account", entity: str, loser: dict, before: dict, after: dict, about: dict
) -> None:
    to_survivor = {"merged_to_id": str(after["id"])}
    from_loser = {"merged_from_id": str(loser["id"])}
    delete_first = account.switches.merge_events == "delete_first"
    if delete_first:
        account.announce("delete", entity, loser, None, merge=to_survivor, **about)
    account.keep_change(entity, before, after, merge=from_loser, **about)
    if not delete_first:
        account.announce("delete", entity, loser, None, merge=to_survivor, **about)


def _merged(account: "Account", entity: str, survivor: dict, loser: dict) -> dict:
    filled = {
        key: loser[key]
        for key, value in survivor.items()
        if value in _EMPTY and key not in _NEVER_FILLED and loser.get(key) not in _EMPTY
    }
    merged = survivor | filled
    for key in ("emails", "phones"):
        if key in survivor:
            merged[key] = _joined_points(survivor[key], loser[key])
    merged["custom_fields"] = _merged_fields(account, entity, survivor, loser)
    return merged


def _joined_points(kept: list[dict], added: list[dict]) -> list[dict]:
    known = {point["value"] for point in kept}
    new = [point for point in added if point["value"] not in known]
    return kept + [point | {"primary": point["primary"] and not kept} for point in new]


def _merged_fields(account: "Account", entity: str, survivor: dict, loser: dict) -> dict:
    values, theirs = dict(survivor["custom_fields"]), loser["custom_fields"]
    for code, field in account.fields.custom(entity).items():
        ours, other = values.get(code), theirs.get(code)
        if ours in _EMPTY:
            values[code] = other
        elif _joins(account, field) and other not in (*_EMPTY, ours):
            values[code] = f"{ours}, {other}"
    return values


def _joins(account: "Account", field: dict) -> bool:
    return account.switches.merge_text == "joined" and field["field_type"] in TEXT_TYPES


def _relink(account: "Account", entity: str, loser_id: int, survivor_id: int, about: dict) -> None:
    for other, name in _POINTED_FROM[entity]:
        for row in account.tables[other].linked(name, loser_id):
            before = row.record()
            after = before | {name: survivor_id}
            if other == "activity" and entity == "person":
                after["participants"] = _moved(before["participants"], loser_id, survivor_id)
            if account.switches.merge_emits_relinked and not row.deleted:
                account.keep_change(other, before, after, **about)
            else:
                # Moved without a trace: neither an event nor a new update time.
                account.store(other, after)
    _relink_quietly(account, entity, loser_id, survivor_id)


def _moved(participants: list[dict], loser_id: int, survivor_id: int) -> list[dict]:
    return [
        one | {"person_id": survivor_id if one["person_id"] == loser_id else one["person_id"]}
        for one in participants
    ]


def _relink_quietly(account: "Account", entity: str, loser_id: int, survivor_id: int) -> None:
    """Notes and participants, of which nobody is told."""
    name = {"organization": "org_id", "person": "person_id", "deal": "deal_id"}[entity]
    for other in ("note", "participant"):
        if name in account.tables[other].link_names:
            for row in account.tables[other].linked(name, loser_id):
                account.store(other, row.record() | {name: survivor_id})
