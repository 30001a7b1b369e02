"""Times as events and queries have them."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from integrations.sandbox.google.errors import invalid


def moment(text: object, name: str) -> datetime:
    """An RFC 3339 time with its offset.

    Raises:
        Refusal: It is none.
    """
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        raise invalid(f"Invalid value for {name}.") from None
    if at.tzinfo is None:
        raise invalid(f"{name} needs an offset.")
    return at


def instant(given: object, name: str) -> datetime:
    """An event's start or end: ``dateTime``, with an offset or a ``timeZone``, or a ``date``.

    Raises:
        Refusal: It is neither.
    """
    if not isinstance(given, dict) or not (given.get("dateTime") or given.get("date")):
        raise invalid(f"Missing {name} time.", "required")
    try:
        zone = ZoneInfo(given.get("timeZone") or "UTC")
        if given.get("dateTime"):
            at = datetime.fromisoformat(given["dateTime"])
        else:
            at = datetime.combine(datetime.fromisoformat(given["date"]).date(), time())
    except (ValueError, TypeError, KeyError, OSError):
        raise invalid(f"Invalid value for: {name}.") from None
    if at.tzinfo is None and given.get("dateTime") and not given.get("timeZone"):
        raise invalid(f"Missing time zone definition for {name} time.", "required")
    return at if at.tzinfo else at.replace(tzinfo=zone)


def span(event: dict) -> tuple[datetime, datetime]:
    """When an event begins and ends.

    Raises:
        Refusal: It does not say, or ends before it begins.
    """
    start, end = instant(event.get("start"), "start"), instant(event.get("end"), "end")
    if end < start:
        raise invalid("The specified time range is empty.", "timeRangeEmpty")
    return start.astimezone(UTC), end.astimezone(UTC)
