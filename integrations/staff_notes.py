"""What the domain has to tell staff stands with what the engine tells them."""

from __future__ import annotations

from typing import Any

from companies.records import Record
from integrations.models import SyncLog
from integrations.sync import hub
from meetings.signals import for_staff


def connect() -> None:
    for_staff.connect(_keep)


def _keep(record: Record, topic: str, message: str, **_: Any) -> None:
    kind = hub.kind_of(record)
    SyncLog.objects.create(
        level=SyncLog.Level.WARNING,
        kind=kind.name if kind else "",
        record_id=record.pk,
        topic=topic,
        message=message,
    )
