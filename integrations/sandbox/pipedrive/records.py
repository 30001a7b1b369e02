"""How a record looks when it is new, and after a change."""

from datetime import datetime

from integrations.sandbox.clock import stamp
from integrations.sandbox.pipedrive import checks

#: Entity to the keys that lists filter by; see ``Table.link``.
LINKS: dict[str, tuple[str, ...]] = {
    "organization": ("owner_id",),
    "person": ("owner_id", "org_id"),
    "deal": (
        "owner_id",
        "person_id",
        "org_id",
        "pipeline_id",
        "stage_id",
        "status",
        "is_archived",
    ),
    "activity": ("owner_id", "deal_id", "lead_id", "person_id", "org_id", "done"),
    "pipeline": (),
    "stage": ("pipeline_id",),
    "user": (),
    "note": ("deal_id", "person_id", "org_id"),
    "participant": ("deal_id", "person_id"),
}
#: Where ids start, so that ids of different entities are told apart at a glance.
FIRST_IDS = {
    "organization": 5001,
    "person": 8001,
    "deal": 3001,
    "activity": 61001,
    "pipeline": 4,
    "stage": 30,
    "user": 24001,
    "note": 41001,
    "participant": 51001,
}
WITH_CUSTOM_FIELDS = ("organization", "person", "deal")

_ORGANIZATION = {
    "address": None,
    "is_deleted": False,
    "visible_to": 3,
    "label_ids": [],
    "website": None,
    "linkedin": None,
    "industry": None,
    "annual_revenue": None,
    "employee_count": None,
}
_PERSON = {
    "org_id": None,
    "emails": [],
    "phones": [],
    "is_deleted": False,
    "visible_to": 3,
    "label_ids": [],
    "picture_id": None,
}
_DEAL = {
    "org_id": None,
    "person_id": None,
    "value": 0,
    "currency": "GBP",
    "status": "open",
    "probability": None,
    "lost_reason": None,
    "visible_to": 3,
    "stage_change_time": None,
    "close_time": None,
    "won_time": None,
    "lost_time": None,
    "local_won_date": None,
    "local_lost_date": None,
    "local_close_date": None,
    "expected_close_date": None,
    "label_ids": [],
    "is_deleted": False,
    "is_archived": False,
    "archive_time": None,
    "origin_id": None,
    "channel": None,
    "channel_id": None,
    "source_lead_id": None,
    "acv": None,
    "arr": None,
    "mrr": None,
}
_ACTIVITY = {
    "type": "call",
    "is_deleted": False,
    "deal_id": None,
    "lead_id": None,
    "person_id": None,
    "org_id": None,
    "project_id": None,
    "due_date": None,
    "due_time": None,
    "duration": None,
    "busy": False,
    "done": False,
    "marked_as_done_time": None,
    "location": None,
    "participants": [],
    "conference_meeting_client": None,
    "conference_meeting_url": None,
    "conference_meeting_id": None,
    "public_description": None,
    "priority": None,
    "note": None,
}
_BLANK: dict[str, dict] = {
    "organization": _ORGANIZATION,
    "person": _PERSON,
    "deal": _DEAL,
    "activity": _ACTIVITY,
    "pipeline": {"order_nr": 1, "is_deleted": False, "is_deal_probability_enabled": False},
    "stage": {
        "order_nr": 1,
        "is_deleted": False,
        "deal_probability": 100,
        "is_deal_rot_enabled": False,
        "days_to_rotten": None,
    },
}


def new(entity: str, record_id: int, written: dict, now: datetime, user_id: int) -> dict:
    """A record as it is right after its creation."""
    title = "title" if entity == "deal" else "subject" if entity == "activity" else "name"
    record = {"id": record_id, title: written[title]} | _BLANK[entity]
    record |= {"add_time": stamp(now), "update_time": stamp(now)}
    if entity not in ("pipeline", "stage"):
        record["owner_id"] = user_id
    if entity in ("deal", "activity"):
        record["creator_user_id"] = user_id
    if entity == "activity":
        record["attendees"] = []
    return change(entity, record, written, now)


def change(entity: str, record: dict, written: dict, now: datetime) -> dict:
    """The record with ``written`` applied, and what follows from it."""
    changed = record | written
    if "custom_fields" in written:
        changed["custom_fields"] = record.get("custom_fields", {}) | written["custom_fields"]
    if follow := _FOLLOW.get(entity):
        follow(record, changed, written, now)
    return changed


def _organization(_before: dict, after: dict, written: dict, _now: datetime) -> None:
    if written.get("address"):
        after["address"] = whole_address(written["address"])


def whole_address(address: dict) -> dict:
    """With null for each part that was left out: an address is replaced whole."""
    return dict.fromkeys(checks.ADDRESS_PARTS) | address


def _person(_before: dict, after: dict, written: dict, _now: datetime) -> None:
    if "name" in written:
        first, _, last = written["name"].strip().partition(" ")
        after |= {"first_name": first, "last_name": last.strip() or None}
    for key in ("emails", "phones"):
        if key in written:
            after[key] = _contact_points(written[key])


def _contact_points(points: list[dict]) -> list[dict]:
    """With the default label, and the first one primary when none is marked."""
    marked = any(point.get("primary") for point in points)
    return [
        {
            "value": point["value"],
            "primary": bool(point.get("primary")) if marked else position == 0,
            "label": point.get("label") or "work",
        }
        for position, point in enumerate(points)
    ]


def _deal(before: dict, after: dict, written: dict, now: datetime) -> None:
    if before.get("stage_id") not in (None, after["stage_id"]):
        after["stage_change_time"] = stamp(now)
    if "status" in written and written["status"] != before.get("status"):
        _change_status(after, written, now)
    if "is_archived" in written and "archive_time" not in written:
        after["archive_time"] = stamp(now) if after["is_archived"] else None


def _change_status(after: dict, written: dict, now: datetime) -> None:
    status = after["status"]
    for name, wanted in (("won", ("won",)), ("lost", ("lost",)), ("close", ("won", "lost"))):
        moment = (written.get(f"{name}_time") or stamp(now)) if status in wanted else None
        after[f"{name}_time"] = moment
        after[f"local_{name}_date"] = moment and moment[:10]
    if status != "lost":
        after["lost_reason"] = None


def _activity(before: dict, after: dict, written: dict, now: datetime) -> None:
    for key in ("due_time", "duration"):
        if written.get(key):
            after[key] = _with_seconds(written[key])
    if "participants" in written:
        participants = _with_primary(written["participants"])
        after["participants"] = participants
        after["person_id"] = next((p["person_id"] for p in participants if p["primary"]), None)
    if written.get("location"):
        after["location"] = whole_address(written["location"])
    if after["done"] != before.get("done", False):
        after["marked_as_done_time"] = stamp(now) if after["done"] else None


def _with_seconds(text: str) -> str:
    return text if text.count(":") == 2 else f"{text}:00"


def _with_primary(participants: list[dict]) -> list[dict]:
    marked = any(one.get("primary") for one in participants)
    return [
        {
            "person_id": one["person_id"],
            "primary": bool(one.get("primary")) if marked else position == 0,
        }
        for position, one in enumerate(participants)
    ]


_FOLLOW = {
    "organization": _organization,
    "person": _person,
    "deal": _deal,
    "activity": _activity,
}
