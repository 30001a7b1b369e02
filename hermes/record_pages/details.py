"""What systems say of a record beside its fields, as people read it."""

from __future__ import annotations

from typing import Any

from integrations.sync.details import FIELD
from integrations.sync.system import switched_on


def of(kind: str, record: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    """The system's name, with label and value of each thing that it says."""
    said = getattr(record, FIELD, {})
    found = []
    for system in switched_on():
        details = system.details(kind).values() if said else []
        rows = [(each.label, each.in_words(said.get(each.name))) for each in details]
        if told := [(label, words) for label, words in rows if words]:
            found.append((system.label, told))
    return found
