"""Hub records to Pipedrive's bodies. Pure, given the account's keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from integrations.sync.errors import Misconfigured
from integrations.sync.system import Outgoing

from . import loan_details, participants
from .custom_fields import CUSTOM_FIELDS
from .schemas import DEAL_FIELDS, NULLABLE, Keys, RemoteKey, cut, document, upper


def body(outgoing: Outgoing, keys: Keys) -> dict[str, Any]:
    """The body of POST or PATCH: the changed fields, no others; {} when there are none.

    Raises:
        Misconfigured: It is to be created, and set-up has made no field for our id.
    """
    known = keys.get(outgoing.kind, {})
    if outgoing.creating and outgoing.kind in CUSTOM_FIELDS and "hub_id" not in known:
        # Without it a create whose answer is lost could not be found again.
        raise Misconfigured("Run setup_pipedrive first: Pipedrive has no field for our id")
    built = BUILDERS[outgoing.kind](outgoing)
    nullable = set() if outgoing.creating else NULLABLE[outgoing.kind]
    built = {key: value for key, value in built.items() if value is not None or key in nullable}
    custom = _custom(outgoing, known)
    # An empty object would clear every custom field there.
    return {**built, "custom_fields": custom} if custom else built


def _related(outgoing: Outgoing, name: str) -> int | None:
    remote_id = outgoing.parents.get(name)
    return int(remote_id) if remote_id is not None else None


def _company(outgoing: Outgoing) -> dict[str, Any]:
    built: dict[str, Any] = {}
    if "name" in outgoing.changed:
        built["name"] = cut(outgoing.values["name"])
    if "sales_person" in outgoing.changed:
        built["owner_id"] = _related(outgoing, "sales_person")
    return built


def _contact(outgoing: Outgoing) -> dict[str, Any]:
    built: dict[str, Any] = {}
    if "name" in outgoing.changed or outgoing.creating:
        # A person must have a name there; the address is the next best thing.
        built["name"] = cut(outgoing.values["name"] or outgoing.values["email"] or "?")
    if "company" in outgoing.changed:
        built["org_id"] = _related(outgoing, "company")
    for name, key in [("email", "emails"), ("phone", "phones")]:
        if name in outgoing.changed:
            held = [] if outgoing.creating else outgoing.remote_state.get(key, [])
            built[key] = with_primary(held, cut(outgoing.values[name]))
    return built


def with_primary(held: list[Mapping[str, Any]], value: str) -> list[dict[str, Any]]:
    """The whole list with its primary value replaced, or taken out when there is none."""
    old = next((item for item in held if item.get("primary")), held[0] if held else None)
    others = [
        {**_item(item), "primary": False}
        for item in held
        if item is not old and item.get("value") != value
    ]
    if not value:
        return others
    label = str(old.get("label") or "work") if old else "work"
    return [{"value": value, "primary": True, "label": label}, *others]


def _item(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"value": str(item.get("value") or ""), "label": str(item.get("label") or "work")}


def _deal(outgoing: Outgoing) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for name, (key, write) in DEAL_FIELDS.items():
        if name in outgoing.changed:
            built[key] = write(outgoing.values[name])
    if "lost_reason" in built and outgoing.values["status"] != "lost":
        del built["lost_reason"]
    for name, key in [("owner", "owner_id"), ("company", "org_id"), ("contact", "person_id")]:
        if name in outgoing.changed:
            built[key] = _related(outgoing, name)
    if outgoing.changed & {"stage", "pipeline"}:
        built["stage_id"] = _related(outgoing, "stage")
    if "pipeline" in outgoing.changed:
        built["pipeline_id"] = _related(outgoing, "pipeline")
    if participants.FIELD in outgoing.changed:
        built[participants.FIELD] = outgoing.values[participants.FIELD]
    return built


def _meeting(outgoing: Outgoing) -> dict[str, Any]:
    built: dict[str, Any] = {}
    if outgoing.creating:
        built |= {"busy": True, "done": False}
    if outgoing.changed & {"starts_at", "ends_at"}:
        built |= span(outgoing)
    if "subject" in outgoing.changed:
        built["subject"] = outgoing.values["subject"]
    if "status" in outgoing.changed:
        built["done"] = outgoing.values["status"] == "completed"
    if "host" in outgoing.changed:
        built["owner_id"] = _related(outgoing, "host")
    for name, key in [("deal", "deal_id"), ("company", "org_id")]:
        if name in outgoing.changed:
            built[key] = _related(outgoing, name)
    if "contact" in outgoing.changed:
        # A person is linked as a participant; person_id itself cannot be written.
        person_id = _related(outgoing, "contact")
        built["participants"] = [{"person_id": person_id, "primary": True}] if person_id else []
    return built


def mark(record_id: int) -> str:
    """How the note begins by which an activity is known as ours: it has no field for our id."""
    return f"Hermes meeting {record_id}"


def is_marked(activity: Any, record_id: int) -> bool:
    """Whether this activity was made from that meeting."""
    note = activity.get("note") if isinstance(activity, Mapping) else None
    begins = rf"\s*(<[^>]*>\s*)*{mark(record_id)}\b"
    return isinstance(note, str) and re.match(begins, note) is not None


def span(outgoing: Outgoing) -> dict[str, str]:
    """Start and length, in UTC and to the minute."""
    start, end = outgoing.values["starts_at"], outgoing.values["ends_at"]
    minutes = int((end - start).total_seconds() // 60)
    return {
        "due_date": start.date().isoformat(),
        "due_time": f"{start:%H:%M}",
        "duration": f"{minutes // 60:02}:{minutes % 60:02}",
    }


BUILDERS: dict[str, Callable[[Outgoing], dict[str, Any]]] = {
    "company": _company,
    "contact": _contact,
    "deal": _deal,
    "meeting": _meeting,
}


def _custom(outgoing: Outgoing, keys: Mapping[str, RemoteKey]) -> dict[str, Any]:
    custom: dict[str, Any] = {}
    for name in CUSTOM_FIELDS.get(outgoing.kind, {}):
        remote = keys.get(name)
        if remote is None:
            continue
        if name == "hub_id":
            if outgoing.send_hub_id:
                custom[remote.key] = str(outgoing.record_id)
        elif name in outgoing.changed and _has_option(outgoing.values[name], remote):
            custom[remote.key] = _custom_value(outgoing, name, remote)
    custom |= _loan_details(outgoing, keys)
    if outgoing.creating:
        return {key: value for key, value in custom.items() if value is not None}
    return custom


def _loan_details(outgoing: Outgoing, keys: Mapping[str, RemoteKey]) -> dict[str, Any]:
    custom: dict[str, Any] = {}
    currency = upper(outgoing.values.get("currency"))
    for name in filter(loan_details.is_one, outgoing.changed & keys.keys()):
        # A new deal has the account's currency by its answer, and the amount follows then.
        if keys[name].type != "monetary" or currency:
            value = outgoing.values[name]
            custom[keys[name].key] = loan_details.written(value, keys[name], currency)
    return custom


def _has_option(value: Any, remote: RemoteKey) -> bool:
    """A value that the account's list lacks is not sent: null would clear theirs."""
    return remote.type != "enum" or not value or value in remote.options


def _custom_value(outgoing: Outgoing, name: str, remote: RemoteKey) -> Any:
    value = outgoing.values[name]
    match remote.type:
        case "user":
            return _related(outgoing, name)
        case "enum":
            return remote.options[value] if value else None
        case "date":
            return value.date().isoformat() if value else None
        case "text" if isinstance(value, dict):
            return document(value) or None
        case "text":
            return str(value) or None if value is not None else None
        case _:
            return cut(str(value)) or None if value is not None else None
