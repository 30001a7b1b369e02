"""What loans and borrowers say beside the fields: read from rows without trust, and named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from integrations.sync.details import Detail
from integrations.sync.plain_values import misfit
from integrations.sync.records import jsonable

from . import field_map, values
from .field_map import ADDRESS, LOAN_NUMBER, LOAN_OFFICER, Entries, without_fields
from .schemas import LABEL

#: What stands in place of a street as long as there is none. Contract, section 12.1.
NO_STREET = "PREQUALIFICATION"

#: No rate and no amount is told more exactly.
SMALLEST = Decimal("0.000001")

#: The longest text that is kept of one.
LONGEST = 2000


def known(kind: str) -> Mapping[str, Detail]:
    """What there may be of a kind, by name. Entries that make no sense are left out."""
    if kind not in field_map.MAPS:
        return {}
    entries, _problems = field_map.read(kind)
    own = [LOAN_NUMBER, LOAN_OFFICER] if kind == "deal" else []
    found = {name: Detail(name, _words(name)) for name in own}
    return found | {
        name: Detail(name, _words(name), each.type, each.key, each.options)
        for name, each in without_fields(kind, entries).items()
    }


def _words(name: str) -> str:
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


# -- reading --------------------------------------------------------------------------------


def said(row: Mapping[str, Any], entries: Entries) -> tuple[dict[str, Any], list[str]]:
    """Name to value, of those that the row has; and a sentence for each that does not fit."""
    found: dict[str, Any] = {}
    problems = []
    for name, entry in entries.items():
        there = {part: held(row, source) for part, source in entry.sources.items()}
        if any(isinstance(each, Absent) for each in there.values()):
            continue
        try:
            value = _address(there) if name == ADDRESS else READERS[entry.type](there[""])
        except (ValueError, TypeError, OverflowError, RecursionError):
            problems.append(misfit(LABEL, entry.source, next(iter(there.values()))))
            continue
        if entry.options and value not in (None, "") and _option(value) not in entry.options:
            why = f"for which {entry.said_in} has no option"
            problems.append(misfit(LABEL, entry.source, value, why))
        elif value not in (None, "") or (entry.clear_on_null and name != ADDRESS):
            found[name] = None if value == "" else jsonable(value)
    return found, problems


def _option(value: Any) -> str:
    return values.folded(str(value))


class Absent:
    """The row says nothing of it."""


def held(row: Any, source: str) -> Any:
    """What stands in a field, reached through lookups; none of theirs has any."""
    for name in source.split("."):
        if row is None:
            return None
        if not isinstance(row, Mapping) or name not in row:
            return Absent()
        row = row[name]
    return row


def _text(value: Any) -> str:
    found = values.text(jsonable(value))
    if len(found) > LONGEST:
        raise ValueError("too long")
    return found


def _number(value: Any) -> Decimal | None:
    found = values.number(value)
    return found if found is None else found.quantize(SMALLEST)


def _truth(value: Any) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise ValueError("neither true nor false")
    return value


def _address(parts: Mapping[str, Any]) -> str:
    """ "12 Elm Street, Phoenix, AZ 85004", as far as it is known."""
    told = {part: _text(value) for part, value in parts.items()}
    if NO_STREET in told.get("street", "").upper() or NO_STREET in told.get("", "").upper():
        told |= {"street": "", "": ""}
    place = f"{told.get('state', '')} {told.get('zip', '')}".strip()
    lines = [told.get("", ""), told.get("street", ""), told.get("city", ""), place]
    return ", ".join(filter(None, lines))


READERS: Mapping[str, Callable[[Any], Any]] = {
    "text": _text,
    "option": _text,
    "percent": _number,
    "money": _number,
    "date": values.day,
    "bool": _truth,
}
