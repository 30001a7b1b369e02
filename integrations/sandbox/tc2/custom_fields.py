"""Custom fields: read as a list of texts, written as an object of machine names."""

import re
import unicodedata
from collections.abc import Iterable

from integrations.sandbox.tc2.errors import Wrong
from integrations.sandbox.tc2.founding import DROPDOWN

#: How a dropdown reads that nobody has set.
UNSET = "-----"


def slug(label: str) -> str:
    """How a dropdown's option is written."""
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain)).strip("-_ ")


def shown(fields: Iterable[dict], values: dict) -> list[dict]:
    """As clients are read: one entry for each field."""
    return [
        {key: field[key] for key in ("id", "name", "machine_name", "type")}
        | {"value": values.get(field["machine_name"]) or _blank(field)}
        for field in fields
    ]


def _blank(field: dict) -> str:
    return UNSET if field["type"] == DROPDOWN else ""


def checked(fields: Iterable[dict], given: object) -> dict[str, str | None]:
    """Machine name to what is kept: a text, or the label of an option.

    Raises:
        Wrong: No object, no such field, no such option.
    """
    if not isinstance(given, dict):
        raise Wrong(f'Expected a dictionary of items but got type "{type(given).__name__}".')
    known = {field["machine_name"]: field for field in fields}
    reasons = {name: ["Unknown custom field."] for name in given if name not in known}
    kept = {}
    for name in given.keys() & known.keys():
        try:
            kept[name] = _value(known[name], given[name])
        except Wrong as wrong:
            reasons[name] = wrong.reasons
    if reasons:
        raise Wrong(reasons)
    return kept


def _value(field: dict, value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Wrong("Not a valid string.")
    if field["type"] != DROPDOWN:
        return str(value)
    labels = {slug(label): label for label in field["options"]}
    if value not in labels:
        raise Wrong(f'"{value}" is not a valid choice.')
    return labels[value]
