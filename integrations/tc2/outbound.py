"""Companies to what is written to TC2's clients. Pure."""

from __future__ import annotations

from typing import Any

from integrations.sync.system import Outgoing

from .schemas import CRM_FIELDS, IDENTITY, PEOPLE, machine_name


def body(outgoing: Outgoing) -> dict[str, Any]:
    """The changed keys that are ours, and by what the client is known; {} for no change."""
    news = {**_people(outgoing), **_attributes(outgoing)}
    if not news:
        return {}
    known = {key: outgoing.remote_state[key] for key in IDENTITY if key in outgoing.remote_state}
    return known | news


def _people(outgoing: Outgoing) -> dict[str, int]:
    """Who looks after it, where TC2 knows them; nobody is taken away there."""
    refused = outgoing.remote_state.get("refused", {})
    people = {
        key: int(remote_id)
        for name, key in PEOPLE.items()
        if name in outgoing.changed and (remote_id := outgoing.parents.get(name)) is not None
    }
    return {key: pk for key, pk in people.items() if refused.get(key) != pk}


def _attributes(outgoing: Outgoing) -> dict[str, Any]:
    values = {
        machine_name(key): _attribute(name, outgoing.values[name])
        for name, key in CRM_FIELDS.items()
        if name in outgoing.changed
    }
    return {"extra_attrs": values} if values else {}


def _attribute(name: str, value: str) -> str | int | None:
    """The number as a number; a blank name, but null for no address and no number."""
    if name == "crm_id":
        return int(value) if value else None
    return value or (None if name == "crm_url" else "")
