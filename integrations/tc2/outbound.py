"""Companies to what is written to TC2's clients. Pure."""

from __future__ import annotations

from typing import Any

from django.utils.text import slugify

from integrations.sync.system import Outgoing

from .schemas import CRM_FIELDS, PEOPLE, machine_names, refusal_of


def body(outgoing: Outgoing) -> dict[str, Any]:
    """The changed keys that are ours, and no others; {} for no change."""
    return {**_people(outgoing), **_attributes(outgoing)}


def _people(outgoing: Outgoing) -> dict[str, int]:
    """Who looks after it, where TC2 knows them; nobody is taken away there."""
    people = {
        key: int(remote_id)
        for name, key in PEOPLE.items()
        if name in outgoing.changed and (remote_id := outgoing.parents.get(name)) is not None
    }
    return {
        key: pk for key, pk in people.items() if outgoing.remote_state.get(refusal_of(key)) != pk
    }


def _attributes(outgoing: Outgoing) -> dict[str, Any]:
    choices = outgoing.remote_state.get("choices", {})
    written = {}
    for name, key in machine_names(CRM_FIELDS).items():
        if name not in outgoing.changed:
            continue
        value = outgoing.values[name]
        if name not in choices:
            written[key] = _attribute(name, value)
        elif (option := slugify(value)) != choices[name]:
            written[key] = option
    return {"extra_attrs": written} if written else {}


def _attribute(name: str, value: str) -> str | int | None:
    """The number as a number; a blank name, but null for no address and no number."""
    if name == "crm_id":
        return int(value) if value else None
    return value or (None if name == "crm_url" else "")
