"""Google's events to neutral records. Pure: what comes in is read without trust."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.sync.plain_values import misfit
from integrations.sync.records import RemoteRecord
from meetings.models import MeetingStatus

from . import event_ids
from .schemas import LABEL, NAME

KIND = "meeting"


def record(
    event: Mapping[str, Any], *, heard_at: datetime | None = None, may_cancel: bool = True
) -> RemoteRecord:
    """One event of ours.

    Args:
        may_cancel: Whether the call can still be cancelled. One that took place did, even if
            its event is cleared away.
    """
    known = event_ids.parse(event["id"])
    if event.get("status") == "cancelled":
        fields = {"status": MeetingStatus.CANCELLED.value} if may_cancel else {}
        return RemoteRecord(
            NAME, KIND, event["id"], fields, modified_at=_updated(event), heard_at=heard_at
        )
    fields, problems = _times(event)
    return RemoteRecord(
        system=NAME,
        kind=KIND,
        remote_id=event["id"],
        fields={
            **fields,
            "status": MeetingStatus.PLANNED.value,
            "calendar_event_id": event["id"],
            "calendar_link": _text(event.get("htmlLink")),
            "video_link": video_link(event),
        },
        modified_at=_updated(event),
        heard_at=heard_at,
        hub_ids=(known.meeting_id,) if known else (),
        hub_id_text=str(known.meeting_id) if known else "",
        problems=tuple(problems),
    )


def nothing_new(event_id: str) -> RemoteRecord:
    """An event of which we have heard nothing: it is there, for all we know."""
    return RemoteRecord(NAME, KIND, event_id)


def is_alive(event: Mapping[str, Any]) -> bool:
    return event.get("status") != "cancelled"


def _times(event: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Both times or none: half of a move may end before it begins."""
    fields: dict[str, Any] = {}
    for ours, theirs in [("starts_at", "start"), ("ends_at", "end")]:
        if theirs not in event:
            return {}, []
        try:
            fields[ours] = moment(event[theirs]["dateTime"])
        except (LookupError, TypeError, ValueError):
            # An event of whole days is no call.
            return {}, [misfit(LABEL, theirs, event[theirs])]
    return fields, []


def moment(text: Any) -> datetime:
    """An RFC 3339 time, in UTC.

    Raises:
        ValueError: It is none, or has no offset.
        TypeError: It is no text.
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without its offset")
    return at.astimezone(UTC)


def _updated(event: Mapping[str, Any]) -> datetime | None:
    try:
        return moment(event["updated"])
    except (LookupError, TypeError, ValueError):
        return None


def video_link(event: Mapping[str, Any]) -> str:
    """The address of the call's room; empty while there is none."""
    if link := _text(event.get("hangoutLink")):
        return link
    data = event.get("conferenceData")
    points = data.get("entryPoints") if isinstance(data, Mapping) else None
    for point in points if isinstance(points, list) else []:
        if isinstance(point, Mapping) and point.get("entryPointType") == "video":
            return _text(point.get("uri"))
    return ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
