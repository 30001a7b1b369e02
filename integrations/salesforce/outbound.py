"""Deals and contacts to what is written to Salesforce's loans and contacts. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from companies.models import split_name
from integrations.sync.system import Outgoing

from .described import Fields, Schema
from .names import NAME_PARTS
from .rows import HowToRead
from .stages import Meant


def body(outgoing: Outgoing, schema: Schema, how: HowToRead) -> dict[str, Any]:
    """The body of PATCH: the changed fields that the org lets us write; {} for none."""
    if outgoing.kind == "contact":
        return _writable(_contact(outgoing), schema.contact)
    return _writable(_loan(outgoing, schema, how), schema.loan)


def _writable(built: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
    return {name: value for name, value in built.items() if fields.get(name, {}).get("updateable")}


# -- loans ------------------------------------------------------------------------------------


def _loan(outgoing: Outgoing, schema: Schema, how: HowToRead) -> dict[str, Any]:
    present = how.meant(str(outgoing.remote_state.get("status") or ""))
    if present is not None and present.action == "skip":
        # Nothing is taken of it in this status, and nothing sent.
        return {}
    built: dict[str, Any] = {}
    if "name" in outgoing.changed and not how.title:
        built["Name"] = outgoing.values["name"]
    for name, (meaning, write) in WRITTEN.items():
        if name in outgoing.changed and (field := how.fields.get(meaning)):
            built[field] = write(outgoing.values[name], schema.loan[field]["type"])
    moved = outgoing.changed & {"stage", "status"}
    if moved and (status := _status(outgoing, present, schema, how)):
        built[how.fields["status"]] = status
    return built


def _amount(amount: Decimal | None, kind: str) -> float | str | None:
    if amount is None:
        return None
    return format(amount, "f") if kind == "string" else float(amount)


def _day(day: date | None, kind: str) -> str | None:
    if day is None:
        return None
    if kind != "datetime":
        return day.isoformat()
    return datetime.combine(day, time(), ZoneInfo(settings.SALESFORCE_TIMEZONE)).isoformat()


#: Hub field -> what it means there, and how it is written into a field of a type.
WRITTEN: dict[str, tuple[str, Callable[[Any, str], Any]]] = {
    "value": ("amount", _amount),
    "expected_close_on": ("close_date", _day),
}


def _status(outgoing: Outgoing, present: Meant | None, schema: Schema, how: HowToRead) -> str:
    """The one status that means the deal's stage and status.

    Empty where the loan's own means it already, and where none or several do.
    """
    wanted = outgoing.values["stage"], outgoing.values["status"]
    if _means(present, wanted):
        return ""
    active = [str(each["value"]) for each in schema.choices("status") if each.get("active", True)]
    statuses = active or how.stages.written
    found = [value for value in statuses if _means(how.meant(value), wanted)]
    return found[0] if len(found) == 1 else ""


def _means(meant: Meant | None, wanted: tuple[int, str]) -> bool:
    if meant is None or meant.action == "skip":
        return False
    return (meant.stage_id, meant.status) == wanted


# -- people -----------------------------------------------------------------------------------


def _contact(outgoing: Outgoing) -> dict[str, Any]:
    held = outgoing.remote_state
    built: dict[str, Any] = {}
    if "name" in outgoing.changed:
        built |= _names(outgoing.values["name"], held)
    if "email" in outgoing.changed:
        built["Email"] = outgoing.values["email"] or None
    if "phone" in outgoing.changed:
        built[held.get("phone_in") or "Phone"] = outgoing.values["phone"] or None
    return built


def _names(name: str, held: Mapping[str, Any]) -> dict[str, str | None]:
    """What of the two names is another now. Nobody is there without a last name."""
    whole, first, last = (str(held.get(part) or "") for part in NAME_PARTS)
    now_first, now_last = _parted(name, whole, first, last)
    if not now_last:
        return {}
    changed = {"FirstName": (first, now_first), "LastName": (last, now_last)}
    return {field: now or None for field, (was, now) in changed.items() if now != was}


def _parted(name: str, whole: str, first: str, last: str) -> tuple[str, str]:
    """First and last name: as they are parted there, where one of the two has stayed.

    What is between them or after them there (a middle name, "Jr.") is in neither.
    """
    head, _, tail = whole.rpartition(last) if last else ("", "", "")
    stem, after = name.removesuffix(tail), whole.removeprefix(first)
    if head.strip() and stem.startswith(head):
        return first, stem.removeprefix(head).strip()
    if after.strip() and after != whole and name.endswith(after):
        return name.removesuffix(after).strip(), last
    return split_name(stem)
