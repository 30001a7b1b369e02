"""Deals and contacts to what is written to Salesforce's loans and contacts. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
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


@dataclass
class Built:
    """What a PATCH says, by the org's fields; and by ours, why the rest is not in it."""

    body: dict[str, Any] = field(default_factory=dict)
    withheld: dict[str, str] = field(default_factory=dict)

    def put(self, name: str, written: Mapping[str, Any], fields: Fields) -> None:
        """Take those of the org's fields that it lets us write."""
        open_to_us = {each for each in written if fields.get(each, {}).get("updateable")}
        self.body |= {each: value for each, value in written.items() if each in open_to_us}
        if closed := sorted(written.keys() - open_to_us):
            self.withheld[name] = f"our user may not edit {closed[0]} there"

    def keep_back(self, names: Iterable[str], why: str) -> None:
        """Send none of these."""
        self.withheld |= dict.fromkeys(names, why)


def built(outgoing: Outgoing, schema: Schema, how: HowToRead) -> Built:
    """The changed fields that can go to the record as it was there when we last heard of it."""
    building = Built()
    if outgoing.kind == "contact":
        _contact(building, outgoing, schema.contact)
    else:
        _loan(building, outgoing, schema, how)
    return building


# -- loans ------------------------------------------------------------------------------------


def _loan(building: Built, outgoing: Outgoing, schema: Schema, how: HowToRead) -> None:
    present = how.meant(str(outgoing.remote_state.get("status") or ""))
    if present is not None and present.action == "skip":
        # Nothing is taken of it in this status, and nothing sent.
        building.keep_back(outgoing.changed, "nothing is to happen to loans in this status")
        return
    if "name" in outgoing.changed:
        if how.title:
            building.keep_back(["name"], "its name here is made of several fields there")
        else:
            building.put("name", {how.name_field: outgoing.values["name"]}, schema.loan)
    for name, (meaning, write) in WRITTEN.items():
        if name not in outgoing.changed:
            continue
        if theirs := how.fields.get(meaning):
            value = write(outgoing.values[name], schema.loan[theirs]["type"])
            building.put(name, {theirs: value}, schema.loan)
        else:
            building.keep_back([name], "it has no field for that")
    _move(building, outgoing, present, schema, how)


def _move(
    building: Built, outgoing: Outgoing, present: Meant | None, schema: Schema, how: HowToRead
) -> None:
    """The one status that means the deal's stage and status, unless the loan's own does."""
    wanted = outgoing.values["stage"], outgoing.values["status"]
    moved = outgoing.changed & {"stage", "status"}
    if not moved or _means(present, wanted):
        return
    if present is None and outgoing.remote_state.get("status"):
        building.keep_back(moved, "nobody has said what its status there means")
        return
    found = _statuses(wanted, schema, how)
    if len(found) == 1:
        for name in moved:
            building.put(name, {how.fields["status"]: found[0]}, schema.loan)
    elif found:
        building.keep_back(moved, f"several statuses there mean this stage ({', '.join(found)})")
    else:
        building.keep_back(moved, "no status there means this stage and status")


def _statuses(wanted: tuple[int, str], schema: Schema, how: HowToRead) -> list[str]:
    active = [str(each["value"]) for each in schema.choices("status") if each.get("active", True)]
    statuses = active or how.stages.written
    return [value for value in statuses if _means(how.meant(value), wanted)]


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


def _means(meant: Meant | None, wanted: tuple[int, str]) -> bool:
    if meant is None or meant.action == "skip":
        return False
    return (meant.stage_id, meant.status) == wanted


# -- people -----------------------------------------------------------------------------------


def _contact(building: Built, outgoing: Outgoing, fields: Fields) -> None:
    held, values = outgoing.remote_state, outgoing.values
    if "name" in outgoing.changed:
        _name(building, values["name"], held, fields)
    phone = held.get("phone_in") or "Phone"
    for name, theirs in {"email": "Email", "phone": phone}.items():
        if name in outgoing.changed:
            building.put(name, {theirs: values[name] or None}, fields)


def _name(building: Built, name: str, held: Mapping[str, Any], fields: Fields) -> None:
    """What of the two names is another now."""
    whole, first, last = (str(held.get(part) or "") for part in NAME_PARTS)
    now_first, now_last = _parted(name, whole, first, last)
    if not now_last:
        building.keep_back(["name"], "nobody is there without a last name")
        return
    changed = {"FirstName": (first, now_first), "LastName": (last, now_last)}
    written = {field: now or None for field, (was, now) in changed.items() if now != was}
    building.put("name", written, fields)


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
