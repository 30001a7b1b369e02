"""Query parameters: only the known ones, and only in their form."""

import base64
import binascii

from integrations.sandbox.pipedrive import checks
from integrations.sandbox.pipedrive.errors import invalid, not_allowed
from integrations.sandbox.routing import Request

MAX_PAGE = 500


def read(request: Request, known: dict) -> dict:
    """The parameters, parsed by ``known``: name to a function of the text.

    Raises:
        ApiError: One is unknown, or not of its form.
    """
    values = {}
    for name, text in request.query:
        if name not in known:
            raise not_allowed(name)
        try:
            values[name] = known[name](text)
        except ValueError as error:
            raise invalid(name, str(error)) from error
    return values


def whole(text: str) -> int:
    """A whole number."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ValueError("must be an integer")
    return int(text)


def page_size(most: int = MAX_PAGE):
    """A number of records, 1 to ``most``."""

    def parse(text: str) -> int:
        size = whole(text)
        if not 1 <= size <= most:
            raise ValueError(f"must be between 1 and {most}")
        return size

    return parse


def moment(text: str) -> str:
    """A time with whole seconds, in UTC."""
    if reason := checks.moment(text):
        raise ValueError(reason)
    return text


def flag(text: str) -> bool:
    """``true`` or ``false``."""
    if text not in ("true", "false"):
        raise ValueError("must be true or false")
    return text == "true"


def choice(*allowed: str):
    """One of these."""

    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError("must be one of " + ", ".join(allowed))
        return text

    return parse


def choices(*allowed: str):
    """Some of these, separated by commas."""
    one = choice(*allowed)
    return lambda text: [one(part) for part in text.split(",")]


def ids(text: str) -> set[int]:
    """Up to 100 ids, separated by commas."""
    parts = text.split(",")
    if len(parts) > 100:
        raise ValueError("must be at most 100 ids")
    return {whole(part) for part in parts}


def field_codes(text: str) -> list[str]:
    """Up to 15 keys of custom fields, separated by commas."""
    parts = text.split(",")
    hexadecimal = all(len(part) == 40 and not part.strip("0123456789abcdef") for part in parts)
    if len(parts) > 15 or not hexadecimal:
        raise ValueError("must be at most 15 field keys")
    return parts


def words(text: str) -> str:
    """Any text."""
    return text


def offset_cursor(position: int) -> str:
    """The cursor of a list that is cut by position."""
    return base64.urlsafe_b64encode(b"s%d" % position).decode().rstrip("=")


def offset(cursor: str) -> int:
    """The position that ``offset_cursor`` hid.

    Raises:
        ApiError: It is not one of those.
    """
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
        return whole(text.removeprefix("s"))
    except (ValueError, binascii.Error) as error:
        raise invalid("cursor", "is not valid") from error
