"""What a value may be. Each check returns why it is refused, or None."""

import re
from collections.abc import Callable
from datetime import date, datetime

Check = Callable[[object], str | None]

ADDRESS_PARTS = (
    "value",
    "country",
    "admin_area_level_1",
    "admin_area_level_2",
    "locality",
    "sublocality",
    "route",
    "street_number",
    "subpremise",
    "postal_code",
)
#: Pipedrive keeps ids and counts in 64 bits.
_LARGEST = 2**63 - 1


def text(value: object) -> str | None:
    """A string."""
    return None if isinstance(value, str) else "must be a string"


def text_up_to(length: int) -> Check:
    """A string that is not longer."""

    def check(value: object) -> str | None:
        if not isinstance(value, str):
            return "must be a string"
        return None if len(value) <= length else f"must be at most {length} characters long"

    return check


def filled_text(value: object) -> str | None:
    """A string with something in it, as names are."""
    if not isinstance(value, str):
        return "must be a string"
    if not value.strip():
        return "must not be empty"
    return None if len(value) <= 255 else "must be at most 255 characters long"


def integer(value: object) -> str | None:
    """A whole number, and no string of digits."""
    if isinstance(value, bool) or not isinstance(value, int):
        return "must be an integer"
    return None if abs(value) <= _LARGEST else "is out of range"


def number(value: object) -> str | None:
    """A number, and no string of digits."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "must be a number"
    return None if abs(value) <= _LARGEST else "is out of range"


def boolean(value: object) -> str | None:
    """True or false, and not 0 or 1."""
    return None if isinstance(value, bool) else "must be a boolean"


def one_of(*allowed: object) -> Check:
    """One of a few values."""

    def check(value: object) -> str | None:
        # A boolean equals 0 or 1, and is neither.
        if not isinstance(value, bool) and not isinstance(value, dict | list) and value in allowed:
            return None
        return "must be one of " + ", ".join(map(str, allowed))

    return check


def integers(value: object) -> str | None:
    """A list of whole numbers."""
    if not isinstance(value, list):
        return "must be an array"
    return next((f"item {reason}" for reason in map(integer, value) if reason), None)


def matching(pattern: str, shape: str) -> Check:
    """A string of one form."""
    compiled = re.compile(pattern)

    def check(value: object) -> str | None:
        fits = isinstance(value, str) and compiled.fullmatch(value)
        return None if fits else f"must be a string of the form {shape}"

    return check


def day(value: object) -> str | None:
    """A date."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return "must be a date of the form YYYY-MM-DD"
    try:
        date.fromisoformat(value)
    except ValueError:
        return "is not a date"
    return None


def moment(value: object) -> str | None:
    """A time in RFC 3339 with seconds."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value):
        return "must be a date-time of the form YYYY-MM-DDTHH:MM:SSZ"
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return "is not a date-time"
    return None


time_of_day = matching(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?", "HH:MM")
duration = matching(r"\d{1,3}:[0-5]\d(:[0-5]\d)?", "HH:MM")
visibility = one_of(1, 3, 5, 7)


def fields(known: dict[str, Check], required: tuple[str, ...] = ()) -> Check:
    """An object with these keys and no others."""

    def check(value: object) -> str | None:
        if not isinstance(value, dict):
            return "must be an object"
        for key, inner in value.items():
            if key not in known:
                return f"key '{key}' is not allowed"
            if reason := known[key](inner):
                return f"{key} {reason}"
        return next((f"{key} is required" for key in required if key not in value), None)

    return check


def list_of(check_item: Check) -> Check:
    """A list in which each item passes."""

    def check(value: object) -> str | None:
        if not isinstance(value, list):
            return "must be an array"
        return next((reason for reason in map(check_item, value) if reason), None)

    return check


address = fields(dict.fromkeys(ADDRESS_PARTS, text), ("value",))
_contact_points = list_of(fields({"value": text, "primary": boolean, "label": text}, ("value",)))
participants = list_of(fields({"person_id": integer, "primary": boolean}, ("person_id",)))
attendees = list_of(
    fields(
        {
            "email": text,
            "name": text,
            "status": text,
            "is_organizer": boolean,
            "person_id": integer,
            "user_id": integer,
        }
    )
)


def contact_points(value: object) -> str | None:
    """E-mail addresses or phone numbers, at most one of them primary."""
    if reason := _contact_points(value):
        return reason
    primary = sum(bool(point.get("primary")) for point in value)
    return "only one item may be primary" if primary > 1 else None
