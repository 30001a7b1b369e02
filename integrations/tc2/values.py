"""Single values of TC2's, as the hub has them."""

from __future__ import annotations

import math
import re
from typing import Any

from integrations.sync import plain_values
from integrations.sync.countries import alpha2
from integrations.sync.records import clean_text

PLANS = {"payg", "startup", "enterprise"}

#: Answers that are nested deeper are no answers.
DEEPEST = 20

#: An unset choice reads so.
HYPHENS = re.compile(r"-{3,}")


def text(value: Any) -> str:
    return plain_values.text(value).strip()


def country(value: Any) -> str:
    """Of "United Kingdom (GB)", a bare code or a bare name."""
    whole_text = text(value)
    last = whole_text.split()[-1].strip("()[]") if whole_text else ""
    code = alpha2(whole_text) or (alpha2(last) if len(last) == 2 else "")
    if whole_text and not code:
        raise ValueError("no country")
    return code


def plan(value: Any) -> str | None:
    """Of "3-startup", what follows the last hyphen; None for what is no plan."""
    name = text(value).rpartition("-")[2].strip().lower()
    return name if name in PLANS else None


def flag(value: Any) -> bool:
    if value is not None and not isinstance(value, bool):
        raise ValueError("neither yes nor no")
    return bool(value)


def document(value: Any) -> dict[str, Any]:
    """Questions and answers; text stays as it is, under one heading."""
    if value in (None, "", {}):
        return {}
    if isinstance(value, str):
        return {"answers": value}
    if not isinstance(value, dict):
        raise ValueError("no questions and answers")
    _refuse_what_is_no_json(value, DEEPEST)
    return clean_text(value)


def _refuse_what_is_no_json(value: Any, levels: int) -> None:
    if levels == 0 or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError("no questions and answers")
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            _refuse_what_is_no_json(inner, levels - 1)


def choice(value: Any) -> str:
    chosen = text(value)
    return "" if HYPHENS.fullmatch(chosen) else chosen
