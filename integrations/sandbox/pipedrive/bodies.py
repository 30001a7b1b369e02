"""What the body of a write may hold, per entity."""

from dataclasses import dataclass

from integrations.sandbox.pipedrive import checks
from integrations.sandbox.pipedrive.checks import Check
from integrations.sandbox.pipedrive.errors import ApiError, invalid


@dataclass(frozen=True)
class Key:
    """One key that a body may hold."""

    check: Check
    #: Whether null is admitted when creating, and when changing.
    null_on_create: bool = False
    null_on_change: bool = False
    #: "create": only then. "ignored": admitted, without effect.
    only: str = ""
    #: The entity that the value is the id of.
    points_to: str = ""


def _always(check: Check) -> Key:
    return Key(check, null_on_create=True, null_on_change=True)


def _clearable(check: Check, points_to: str = "") -> Key:
    return Key(check, null_on_change=True, points_to=points_to)


_OWNER = Key(checks.integer, points_to="user")
_LABELS = _clearable(checks.integers)
_CREATED = Key(checks.moment, only="create")

_ORGANIZATION = {
    "name": Key(checks.filled_text),
    "owner_id": _OWNER,
    "add_time": _CREATED,
    "visible_to": Key(checks.visibility),
    "label_ids": _LABELS,
    "address": _clearable(checks.address),
    "website": _always(checks.text),
    "linkedin": _always(checks.text),
    "industry": _always(checks.integer),
    "annual_revenue": _always(checks.integer),
    "employee_count": _always(checks.integer),
}
_PERSON = {
    "name": Key(checks.filled_text),
    "owner_id": _OWNER,
    "org_id": _clearable(checks.integer, "organization"),
    "add_time": _CREATED,
    "emails": Key(checks.contact_points),
    "phones": Key(checks.contact_points),
    "visible_to": Key(checks.visibility),
    "label_ids": _LABELS,
}
_DEAL = {
    "title": Key(checks.filled_text),
    "owner_id": _OWNER,
    "person_id": _clearable(checks.integer, "person"),
    "org_id": _clearable(checks.integer, "organization"),
    "pipeline_id": Key(checks.integer, points_to="pipeline"),
    "stage_id": Key(checks.integer, points_to="stage"),
    "value": _clearable(checks.number),
    "currency": Key(checks.matching("[A-Z]{3}", "GBP")),
    # Admitted by the reference; deleting is DELETE's.
    "is_deleted": Key(checks.boolean, only="ignored"),
    "is_archived": Key(checks.boolean),
    "archive_time": Key(checks.moment),
    "status": Key(checks.one_of("open", "won", "lost")),
    "probability": _always(checks.number),
    "lost_reason": _always(checks.text),
    "visible_to": Key(checks.visibility),
    "close_time": _always(checks.moment),
    "won_time": Key(checks.moment),
    "lost_time": Key(checks.moment),
    "expected_close_date": _clearable(checks.day),
    "label_ids": _LABELS,
    "origin_id": Key(checks.text, only="ignored create"),
    "channel_id": _always(checks.text),
}
_ACTIVITY = {
    "subject": Key(checks.filled_text),
    "type": Key(checks.filled_text),
    "owner_id": _OWNER,
    "deal_id": _clearable(checks.integer, "deal"),
    "lead_id": _clearable(checks.text),
    "person_id": Key(checks.integer, null_on_change=True, only="ignored"),
    "org_id": _clearable(checks.integer, "organization"),
    "project_id": _clearable(checks.integer),
    "due_date": _clearable(checks.day),
    "due_time": _clearable(checks.time_of_day),
    "duration": _clearable(checks.duration),
    "busy": Key(checks.boolean),
    "done": Key(checks.boolean),
    "location": _clearable(checks.address),
    "participants": Key(checks.participants),
    "attendees": Key(checks.attendees),
    "public_description": Key(checks.text),
    "priority": Key(checks.integer),
    "note": Key(checks.text),
}
_PIPELINE = {
    "name": Key(checks.filled_text),
    "is_deal_probability_enabled": Key(checks.boolean),
}
_STAGE = {
    "name": Key(checks.filled_text),
    "pipeline_id": Key(checks.integer, points_to="pipeline"),
    "deal_probability": Key(checks.integer),
    "is_deal_rot_enabled": Key(checks.boolean),
    "days_to_rotten": Key(checks.integer),
}
#: Users change in the interface only.
_USER = {
    "name": Key(checks.filled_text),
    "email": Key(checks.filled_text),
    "active_flag": Key(checks.boolean),
    "phone": _always(checks.text),
    "timezone_name": Key(checks.text),
}

BODIES: dict[str, dict[str, Key]] = {
    "organization": _ORGANIZATION,
    "person": _PERSON,
    "deal": _DEAL,
    "activity": _ACTIVITY,
    "pipeline": _PIPELINE,
    "stage": _STAGE,
    "user": _USER,
}
REQUIRED = {
    "organization": ("name",),
    "person": ("name",),
    "deal": ("title",),
    "activity": ("subject",),
    "pipeline": ("name",),
    "stage": ("name", "pipeline_id"),
    "user": ("name", "email"),
}
#: Persons have these only when contact sync is set up, which it never is here.
CONTACT_SYNC_KEYS = {"notes", "im", "birthday", "job_title", "postal_address"}


def checked(entity: str, body: object, *, creating: bool) -> dict:
    """What a valid body writes; ``custom_fields`` and links are checked elsewhere.

    Raises:
        ApiError: The body is not admitted.
    """
    if not isinstance(body, dict):
        raise invalid("body", "must be an object")
    written = {}
    for name, value in body.items():
        if name == "custom_fields" and entity in ("organization", "person", "deal"):
            continue
        key = _key(entity, name, creating)
        _check_value(name, key, value, creating)
        if "ignored" not in key.only:
            written[name] = value
    if creating:
        _require(entity, body)
    return written


def _key(entity: str, name: str, creating: bool) -> Key:
    if entity == "person" and name in CONTACT_SYNC_KEYS:
        raise ApiError(403, f"Field '{name}' needs contact sync to be set up")
    key = BODIES[entity].get(name)
    if key is None or ("create" in key.only and not creating):
        raise invalid(name, "is not allowed")
    return key


def _check_value(name: str, key: Key, value: object, creating: bool) -> None:
    if value is None:
        if not (key.null_on_create if creating else key.null_on_change):
            raise invalid(name, "must not be null")
    elif reason := key.check(value):
        raise invalid(name, reason)


def _require(entity: str, body: dict) -> None:
    for name in REQUIRED[entity]:
        if name not in body:
            raise invalid(name, "is required")
