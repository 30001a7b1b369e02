"""Salesforce's record ids: 15 characters that mind their case, or 18 that do not."""

from __future__ import annotations

import re
from typing import Any

_ID = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def whole_id(value: Any) -> str:
    """The id in 18 characters; empty for what is none. Contract, section 2.3."""
    if not isinstance(value, str) or not _ID.fullmatch(value.strip()):
        return ""
    short = value.strip()[:15]
    return short + "".join(_check(short[at : at + 5]) for at in (0, 5, 10))


def _check(group: str) -> str:
    bits = sum(1 << place for place, letter in enumerate(group) if "A" <= letter <= "Z")
    return _LETTERS[bits]
