"""Names, compared."""

from __future__ import annotations

import re
import unicodedata
from typing import Any


def are_alike(one: str, other: str) -> bool:
    """Whether two names may be one person's: "Ada Quill", "Quill, Ada" and "Ada M. Quill".

    Not "Ann Moss" and "Tom Moss": couples share an address.
    """
    ours, theirs = _words(one), _words(other)
    return bool(ours and theirs) and (ours <= theirs or theirs <= ours)


def _words(name: str) -> set[str]:
    """Its words without case, accents and initials; all of them where it has no others."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    found = set(re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c))))
    return {word for word in found if len(word) > 1} or found


def folded(value: Any) -> str:
    """Any text as texts are compared: trimmed, runs of blanks as one, whatever its case."""
    return " ".join(str(value or "").casefold().split())
