"""What a system says of a record beside its fields: kept by name, and shown to people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

#: The hub's field that holds them: name to JSON value, numbers as text, None for none.
FIELD = "loan_details"

#: How a value is kept and shown.
TYPES = ("text", "percent", "money", "date", "option", "bool")


@dataclass(frozen=True)
class Detail:
    """One of them.

    Attributes:
        label: What people call it where it is said.
        key: The custom field in which another system shows it; empty for none.
        options: The number that stands for a value there, by folded value; empty where the
            values are called the same.
    """

    name: str
    label: str
    type: str = "text"
    key: str = ""
    options: Mapping[str, int] = field(default_factory=dict)

    def in_words(self, value: Any) -> str:
        """A value as people read it; empty for none."""
        if value in (None, ""):
            return ""
        match self.type:
            case "percent":
                return f"{value} %"
            case "money":
                return _with_commas(str(value))
            case "bool":
                return "yes" if value else "no"
            case _:
                return str(value)


def _with_commas(number: str) -> str:
    try:
        return f"{Decimal(number):,.2f}"
    except InvalidOperation:
        return number
