"""In which time zone a guest reads times, and what it is called."""

from __future__ import annotations

from datetime import datetime, timedelta

from companies.zones import zone_named

from .models import Meeting

UTC = "UTC"


def zone_of_guest(meeting: Meeting) -> str:
    """In which the guest reads times, as far as it is known."""
    zones = [meeting.guest_timezone, meeting.host.timezone]
    return next((zone for zone in zones if zone_named(zone)), UTC)


def city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


def zone_label(zone: str, at: datetime) -> str:
    """“London (GMT+0)”, as of that moment."""
    found = zone_named(zone)
    offset = at.astimezone(found).utcoffset() if found else None
    return f"{city(zone)} ({_offset(offset or timedelta())})"


def _offset(offset: timedelta) -> str:
    minutes = int(offset.total_seconds() // 60)
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"GMT{sign}{hours}" + (f":{rest:02}" if rest else "")
