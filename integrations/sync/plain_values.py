"""Single values as remotes send them, read without trust.

Each raises ``ValueError`` for what does not fit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from .records import clean_text

#: The largest whole number that the hub keeps.
LARGEST_NUMBER = 2**31 - 1


def identity(value: Any) -> str | None:
    """A record's id, number or text; a merge was once seen to make a list of it."""
    if type(value) is int and 0 <= value < 10**19:
        # Nearly all are: a page of deals has 3,000 of them.
        return str(value)
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, Mapping):
        value = value.get("id", value.get("value"))
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("no id")
    digits = str(value)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 19):
        raise ValueError("no id")
    return digits


def text(value: Any) -> str:
    """A text, or a number as one; null is empty."""
    if value is None:
        return ""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("no text")
    return str(value)


def moment(value: Any) -> datetime | None:
    """RFC 3339, "YYYY-MM-DD HH:MM:SS", or seconds of the epoch; always UTC."""
    if not value:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("no time")
    try:
        if isinstance(value, str):
            at = datetime.fromisoformat(value)
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError("no time") from error


def whole(value: Any) -> int | None:
    """A whole number, or the text of one."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        raise ValueError("no number")
    number = int(value)
    if not 0 <= number <= LARGEST_NUMBER:
        raise ValueError("no number")
    return number


def shown(value: Any) -> str:
    """A value as a sentence quotes it: texts in quotes, all else as JSON has it."""
    if value is None:
        return "nothing"
    if isinstance(value, Decimal):
        return str(value)[:60]
    if isinstance(value, str):
        # So that what no screen shows is seen as well.
        return repr(value)[:60]
    try:
        return json.dumps(clean_text(value), ensure_ascii=False, default=str)[:60]
    except RecursionError:
        return f"a {type(value).__name__} that is nested too deep"


def misfit(label: str, name: str, value: Any, why: str = "which does not fit here") -> str:
    """What staff are told of a value that was left out; ``label`` is its system's."""
    # A name with two in a row is the remote's own, which people look for as it is.
    called = name if "__" in name else name.replace("_", " ")
    return f"{called} holds {shown(value)} in {label}, {why}"
