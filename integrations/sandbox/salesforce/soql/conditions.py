"""A condition as a function of a row, made once for each query."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

from integrations.sandbox.salesforce.ids import long_id
from integrations.sandbox.salesforce.soql.syntax import (
    Comparison,
    Condition,
    Joined,
    Literal,
    Name,
    Not,
    Order,
    refusal,
)

Row = dict
Test = Callable[[Row], bool]

IDS = {"id", "reference"}
NUMBERS = {"currency", "double", "percent", "int"}
#: Type of field to the kind of literal that it is compared to; all others are texts.
_KINDS = {
    **dict.fromkeys(NUMBERS, "number"),
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
}
_SALESFORCES_NAMES = {"datetime": "dateTime"}
_COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@dataclass(frozen=True)
class Column:
    """A field as a query reaches it: its type, and its value in a row."""

    name: str
    type: str
    get: Callable[[Row], object]

    @property
    def key(self) -> Callable[[Row], object]:
        """What its values are compared and sorted by; None is null."""
        get = self.get
        if self.type in NUMBERS:
            return lambda row: value if isinstance(value := get(row), int | float) else None
        if self.type == "boolean":
            return lambda row: bool(get(row))
        if self.type in IDS or self.type in _KINDS:
            # What was written by hand as no text has no place among texts.
            return lambda row: value if isinstance(value := get(row), str) else None
        return lambda row: None if (value := get(row)) is None else str(value).casefold()


class _Unfit(Exception):
    """A value that does not go with its field: code and words."""


Resolve = Callable[[Name], Column]


def test(condition: Condition, resolve: Resolve, text: str) -> Test:
    """Whether a row fits; ``text`` is the whole query.

    Raises:
        Refusal: A field that there is not, or a value that does not go with it.
    """
    if isinstance(condition, Not):
        inner = test(condition.inner, resolve, text)
        return lambda row: not inner(row)
    if isinstance(condition, Joined):
        parts = [test(part, resolve, text) for part in condition.parts]
        return _all_of(parts) if condition.word == "AND" else _one_of(parts)
    return _compared(condition, resolve(condition.field), text)


def sorted_rows(rows: list[Row], order: tuple[Order, ...], resolve: Resolve) -> list[Row]:
    """By several fields, the first one first."""
    for one in reversed(order):
        key = resolve(one.field).key
        nulls = [row for row in rows if key(row) is None]
        others = [row for row in rows if key(row) is not None] if nulls else rows
        others = sorted(others, key=key, reverse=one.descending)
        rows = others + nulls if one.nulls_last else nulls + others
    return rows


def _all_of(parts: list[Test]) -> Test:
    def holds(row: Row) -> bool:
        for part in parts:  # noqa: SIM110 - half as fast with all()
            if not part(row):
                return False
        return True

    return holds


def _one_of(parts: list[Test]) -> Test:
    return lambda row: any(part(row) for part in parts)


def _compared(comparison: Comparison, column: Column, text: str) -> Test:
    try:
        if comparison.operator == "LIKE":
            return _like(comparison.values[0], column)
        return _by_value(comparison, column)
    except _Unfit as unfit:
        raise refusal(text, comparison.field.at, *unfit.args) from unfit


def _by_value(comparison: Comparison, column: Column) -> Test:
    key, values = column.key, [_value(column, literal) for literal in comparison.values]
    if comparison.operator in ("=", "IN"):
        return _among(key, values)
    if comparison.operator in ("!=", "NOT IN"):
        among = _among(key, values)
        return lambda row: not among(row)
    return _beside(key, comparison.operator, values[0])


def _among(key: Callable, values: list) -> Test:
    if len(values) == 1:
        (wanted,) = values
        return lambda row: key(row) == wanted
    every = frozenset(values)
    return lambda row: key(row) in every


def _beside(key: Callable, sign: str, wanted: object) -> Test:
    compare = _COMPARE[sign]
    if wanted is None:
        return lambda row: False
    return lambda row: (value := key(row)) is not None and compare(value, wanted)


def _like(literal: Literal, column: Column) -> Test:
    matches, get = re.Pattern.fullmatch, column.get
    if column.type in _KINDS or column.type in IDS:
        raise _Unfit("INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {column.type} field")
    pattern = literal.value
    return lambda row: bool((value := get(row)) is not None and matches(pattern, str(value)))


def _value(column: Column, literal: Literal) -> object:
    if literal.kind == "null":
        return False if column.type == "boolean" else None
    wanted = _KINDS.get(column.type, "string")
    if literal.kind != wanted:
        raise _wrong_kind(column, wanted)
    if column.type in IDS:
        return _id(literal.value)
    # An empty text is null.
    return literal.value.casefold() or None if wanted == "string" else literal.value


def _id(given: object) -> str:
    found = long_id(given)
    if found is None:
        raise _Unfit("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {given}")
    return found


def _wrong_kind(column: Column, wanted: str) -> _Unfit:
    quotes = "should be" if wanted == "string" else "should not be"
    kind = _SALESFORCES_NAMES.get(column.type, column.type)
    why = f"must be of type {kind} and {quotes} enclosed in quotes"
    return _Unfit("INVALID_FIELD", f"value of filter criterion for field '{column.name}' {why}")
