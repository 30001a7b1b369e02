"""Salesforce's record ids: 15 characters that mind their case, or 18 that do not."""

from __future__ import annotations

import re
from typing import Any

_ID = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-5]{3})?")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"

#: The last three say which letters of so many characters each are capitals.
GROUP = 5


def whole_id(value: Any) -> str:
    """The id in 18 characters, in its own case; empty for what is none. Contract, section 2.3."""
    if not isinstance(value, str) or not _ID.fullmatch(value.strip()):
        return ""
    short, told = value.strip()[:15], value.strip()[15:].upper()
    checks = _checks(short)
    if told in ("", checks):
        return short + checks
    short = _in_its_case(short, told)
    # Of one that was mistyped the two do not go together.
    return short + told if _checks(short) == told else ""


def _checks(short: str) -> str:
    return "".join(_check(short[at : at + GROUP]) for at in range(0, len(short), GROUP))


def _check(group: str) -> str:
    bits = sum(1 << place for place, letter in enumerate(group) if "A" <= letter <= "Z")
    return _LETTERS[bits]


def _in_its_case(short: str, told: str) -> str:
    """Spreadsheets and other programs may have changed it on the way."""
    bits = [_LETTERS.index(letter) >> place & 1 for letter in told for place in range(GROUP)]
    return "".join(
        letter.upper() if bit else letter.lower() for letter, bit in zip(short, bits, strict=True)
    )
