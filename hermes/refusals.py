"""What is said of a value that the hub does not keep."""

from __future__ import annotations

from typing import Any

from companies.records import FIRST_YEAR, LAST_YEAR


def refusals(label: Any) -> dict[str, str]:
    """The sentences of a field with this label, by the code of the rule."""
    return {
        "max_length": f"{label} can have %(limit_value)d characters at most, "
        "and this has %(show_value)d.",
        "sensible_year": f"{label} must be in one of the years {FIRST_YEAR} to {LAST_YEAR}.",
        "min_value": f"{label} must be %(limit_value)s or more.",
        "max_value": f"{label} must be %(limit_value)s or less.",
    }
