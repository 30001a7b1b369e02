"""Webhook bodies as Pipedrive sends them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

#: The size of a usual delivery.
BODY_BYTES = 1700

USER, PIPELINE, STAGE = 24001, 4, 33

_START = datetime(2026, 3, 9, 12, tzinfo=UTC)


def deal_event(event_id: str, deal_id: int, serial: int) -> bytes:
    """The ``serial``-th change of all: an event about a deal whose value differs each time."""
    moment = _START + timedelta(milliseconds=serial)
    meta = {
        "action": "change", "entity": "deal", "entity_id": str(deal_id), "id": event_id,
        "correlation_id": f"c-{event_id}", "company_id": "990011", "user_id": str(USER),
        "webhook_id": "1872003", "webhook_owner_id": str(USER), "timestamp": _stamp(moment),
        "type": "general", "version": "2.0", "attempt": 1, "is_bulk_edit": False,
        "change_source": "app", "host": "larkfield.pipedrive.com",
        "permitted_user_ids": [str(USER), "24007"],
    }  # fmt: skip
    event = {"meta": meta, "data": deal(deal_id, moment, serial), "previous": {"value": serial - 1}}
    return _padded(event)


def deal(deal_id: int, moment: datetime, value: int) -> dict[str, Any]:
    """A deal as webhooks and the API show it."""
    return {
        "id": deal_id, "title": f"Larkfield Tutors {deal_id} – onboarding", "status": "open",
        "creator_user_id": USER, "owner_id": USER, "org_id": 1 + deal_id % 500,
        "person_id": 1 + deal_id % 1000, "pipeline_id": PIPELINE, "stage_id": STAGE,
        "value": value, "currency": "GBP", "probability": None, "expected_close_date": None,
        "label_ids": [], "lost_reason": None, "visible_to": "3",
        "add_time": "2026-03-02T09:15:08Z", "update_time": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "stage_change_time": "2026-03-09T13:30:45Z", "close_time": None, "won_time": None,
        "first_won_time": None, "lost_time": None, "origin": "ManuallyCreated",
        "origin_id": None, "channel": None, "channel_id": None, "is_archived": False,
        "archive_time": None, "custom_fields": {},
    }  # fmt: skip


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def _padded(event: dict[str, Any]) -> bytes:
    """At its usual size: an account has custom fields that are not ours."""
    custom = event["data"]["custom_fields"]
    custom["a" * 40] = {"type": "varchar", "value": ""}
    missing = BODY_BYTES - len(json.dumps(event))
    custom["a" * 40]["value"] = "n" * max(missing, 0)
    return json.dumps(event).encode()
