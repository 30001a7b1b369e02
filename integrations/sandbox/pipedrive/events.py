"""What happened, as webhooks v2 tell it."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from integrations.sandbox.clock import stamp_with_milliseconds
from integrations.sandbox.pipedrive.custom_fields import wrapped
from integrations.sandbox.pipedrive.users import COMPANY_DOMAIN, COMPANY_ID

#: Keys of a record that a webhook's ``data`` has too, in its order.
_REDUCED: dict[str, tuple[str, ...]] = {
    "organization": ("id", "name", "owner_id", "address"),
    "person": ("id", "name", "first_name", "last_name", "owner_id", "org_id", "emails", "phones"),
    "deal": (
        "id",
        "title",
        "status",
        "creator_user_id",
        "owner_id",
        "org_id",
        "person_id",
        "pipeline_id",
        "stage_id",
        "value",
        "currency",
        "probability",
        "expected_close_date",
        "label_ids",
        "lost_reason",
        "stage_change_time",
        "close_time",
        "won_time",
        "lost_time",
        "origin",
        "origin_id",
        "channel",
        "channel_id",
        "is_archived",
        "archive_time",
    ),
    "activity": (
        "id",
        "subject",
        "type",
        "owner_id",
        "deal_id",
        "org_id",
        "person_id",
        "lead_id",
        "due_date",
        "done",
        "location",
    ),
    "pipeline": ("id", "name", "order_nr"),
    "stage": ("id", "name", "pipeline_id", "order_nr", "deal_probability"),
    "note": ("id", "content", "deal_id", "person_id", "org_id", "user_id", "active_flag"),
    "user": (
        "name",
        "email",
        "active_flag",
        "default_currency",
        "locale",
        "phone",
        "timezone_name",
        "icon_url",
        "last_login",
        "created",
        "modified",
    ),
}


@dataclass
class Event:
    """One change, before it is addressed to the webhooks that want it."""

    action: str
    entity: str
    entity_id: int
    data: dict | None
    previous: dict | None
    at: datetime
    source: str
    user_id: int
    #: ``merged_to_id`` or ``merged_from_id``.
    merge: dict[str, str] = field(default_factory=dict)
    is_bulk_edit: bool = False
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    correlation_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def payload(self, webhook: dict, permitted: list[str]) -> dict:
        """The body for one webhook, on its first attempt."""
        return {
            "meta": self._meta(webhook, permitted),
            "data": self.data,
            "previous": self.previous,
        }

    def _meta(self, webhook: dict, permitted: list[str]) -> dict:
        about_user = self.entity == "user"
        meta = {
            "action": self.action,
            "entity": self.entity,
            "entity_id": str(self.entity_id),
            # A user event has no id of its own.
            "id": str(self.entity_id) if about_user else self.id,
            "correlation_id": self.correlation_id,
            "company_id": str(COMPANY_ID),
            "user_id": str(self.user_id),
            "webhook_id": str(webhook["id"]),
            "webhook_owner_id": str(webhook["owner_id"]),
            "timestamp": int(self.at.timestamp())
            if about_user
            else stamp_with_milliseconds(self.at),
            "type": "general",
            "version": "2.0",
            "attempt": 1,
            "is_bulk_edit": self.is_bulk_edit,
            "change_source": self.source,
            "host": f"{COMPANY_DOMAIN}.pipedrive.com",
        }
        return meta | ({} if about_user else {"permitted_user_ids": permitted}) | self.merge


def webhook_form(entity: str, record: dict, custom_fields: dict[str, dict]) -> dict:
    """A record as ``data`` and ``previous`` carry it: reduced, fields wrapped by type."""
    reduced = {key: record.get(key) for key in _REDUCED[entity]}
    if entity == "user":
        return {"id": str(record["id"])} | reduced | {"lang": "en-GB", "access": None}
    if "visible_to" in record:
        reduced["visible_to"] = str(record["visible_to"])
    reduced |= _EXTRA.get(entity, lambda _: {})(record)
    reduced |= {"add_time": record.get("add_time"), "update_time": record.get("update_time")}
    if "custom_fields" in record or entity == "activity":
        reduced["custom_fields"] = _wrapped_fields(record, custom_fields)
    return reduced


def _wrapped_fields(record: dict, custom_fields: dict[str, dict]) -> dict:
    values = record.get("custom_fields", {})
    return {
        code: wrapped(field["field_type"], values.get(code))
        for code, field in custom_fields.items()
    }


def _label(record: dict) -> int | None:
    return next(iter(record.get("label_ids") or []), None)


def _organization(record: dict) -> dict:
    return {
        "country_code": None,
        "label": _label(record),
        "label_ids": record.get("label_ids") or [],
        "picture_id": None,
    }


def _pipeline(record: dict) -> dict:
    return {
        "url_title": record["name"].replace(" ", "-"),
        "active_flag": not record["is_deleted"],
        "deal_probability": record["is_deal_probability_enabled"],
    }


def _stage(record: dict) -> dict:
    return {
        "active_flag": not record["is_deleted"],
        "rotten_flag": record["is_deal_rot_enabled"],
        "rotten_days": record["days_to_rotten"],
    }


def _activity(record: dict) -> dict:
    return {
        "due_time": _timed(record["due_time"]),
        "duration": _timed(record["duration"]),
        "active_flag": not record["is_deleted"],
        "busy_flag": record["busy"],
        "public_description": record["public_description"] or "",
        "update_user_id": None,
    }


def _timed(value: str | None) -> dict | None:
    return value and {"timezone_id": None, "value": value}


#: What webhooks call by other names than API v2.
_EXTRA = {
    "organization": _organization,
    "person": lambda record: {"label": _label(record)},
    "deal": lambda record: {"first_won_time": record["won_time"]},
    "pipeline": _pipeline,
    "stage": _stage,
    "activity": _activity,
}


def changed_parts(before: dict, after: dict) -> dict:
    """``previous`` of a change: the old values of what differs, and nothing else."""
    parts = {key: value for key, value in before.items() if after.get(key) != value}
    if "custom_fields" in parts:
        parts["custom_fields"] = {
            code: value
            for code, value in before["custom_fields"].items()
            if after["custom_fields"].get(code) != value
        }
    return parts
