"""When people are busy: events and what was drawn, as they are, neither sorted nor joined."""

from datetime import datetime
from typing import TYPE_CHECKING

from integrations.sandbox.clock import stamp, stamp_with_milliseconds
from integrations.sandbox.google import times
from integrations.sandbox.google.errors import Refusal, invalid

if TYPE_CHECKING:
    from integrations.sandbox.google.account import Account, Calendar

MOST_CALENDARS = 50
MOST_DAYS = 92


def answer(account: "Account", body: object) -> dict:
    """What the query asks for. A calendar that cannot be read is an error of its own.

    Raises:
        Refusal: The query makes no sense.
    """
    if not isinstance(body, dict):
        raise invalid("Parse Error", "parseError")
    start, end = (times.moment(body.get(name), name) for name in ("timeMin", "timeMax"))
    if end <= start:
        raise invalid("The specified time range is empty.", "timeRangeEmpty")
    if (end - start).days > MOST_DAYS:
        raise invalid("The requested time range is too long.", "timeRangeTooLong")
    emails = [str(item.get("id", "")).lower() for item in body.get("items") or []]
    return {
        "kind": "calendar#freeBusy",
        "timeMin": stamp_with_milliseconds(start),
        "timeMax": stamp_with_milliseconds(end),
        "calendars": {
            email: _one(account, email, start, end, number < MOST_CALENDARS)
            for number, email in enumerate(emails)
        },
    }


def _one(account: "Account", email: str, start: datetime, end: datetime, asked: bool) -> dict:
    try:
        calendar = account.calendar(email)
    except Refusal as refusal:
        return _unread(refusal.reason)
    if not asked:
        return _unread("tooManyCalendarsRequested")
    taken = [one for one in intervals(calendar) if one[0] < end and one[1] > start]
    return {"busy": [{"start": stamp(begins), "end": stamp(ends)} for begins, ends in taken]}


def _unread(reason: str) -> dict:
    return {"errors": [{"domain": "global", "reason": reason}], "busy": []}


def intervals(calendar: "Calendar") -> list[tuple[datetime, datetime]]:
    """All that takes the person's time."""
    drawn = [(times.moment(one["start"], "start"), times.moment(one["end"], "end"))
             for one in calendar.busy]  # fmt: skip
    events = [event for event in calendar.events.values() if _takes_time(event)]
    return [*drawn, *(times.span(event) for event in events)]


def _takes_time(event: dict) -> bool:
    return event["status"] != "cancelled" and event.get("transparency") != "transparent"
