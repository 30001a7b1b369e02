"""Comparing what the settings name with what the org has; its statuses go into our table.

It writes nothing to Salesforce.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from integrations.sync import directions
from integrations.sync.errors import Misconfigured
from integrations.sync.set_up import PlanChanged, Say
from integrations.sync.system import get

from . import choices, described, officers, stages
from .client import Client
from .described import Schema
from .field_map import LOAN_NUMBER
from .names import Names, names
from .schemas import NAME

#: Types that hold what a field of this meaning has to hold.
FITTING = {
    "officer": {"string", "reference", "picklist"},
    "borrower": {"reference"},
    "status": {"picklist", "string"},
    "amount": {"currency", "double", "string"},
    "close_date": {"date", "datetime"},
    "loan_number": {"string", "double"},
    "title": {"string"},
    "currency": {"picklist", "string"},
}

_NUMBERS = {"percent", "currency", "double", "int", "string"}

#: The same for what else is read, by how its value is kept; a text may hold anything.
FITTING_TYPES = {
    "percent": _NUMBERS,
    "money": _NUMBERS,
    "date": {"date", "datetime"},
    "option": {"picklist", "combobox", "string"},
    "bool": {"boolean"},
}

#: Of a field whose changes move no time of change.
FORMULA = "a formula: polls do not see when it changes"

#: Of a field to which changes of ours cannot go.
CLOSED = "which our user may not edit: what is changed here stays here"

#: The meanings of which changes of ours go there.
SENT = {"title", "status", "amount", "close_date"}

#: So many that exist are named in place of one that does not.
SUGGESTED = 5


@dataclass(frozen=True)
class Named:
    """A field that a setting names.

    Attributes:
        place: By what it is found among those that are missing.
        said_in: The setting, or the entry of one.
        fitting: The types that hold what is to be in it; None for any.
    """

    place: str
    said_in: str
    kind: str
    name: str
    fitting: Collection[str] | None

    def fits(self, facts: Mapping[str, Any]) -> bool:
        return self.fitting is None or facts.get("type") in self.fitting


@dataclass
class Plan:
    """What was found, and what is missing in our table of stages."""

    found: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """What is to be done; none when there is nothing."""
        return [f"Ask staff what the status {name} stands for" for name in self.statuses]

    def kept(self) -> list[str]:
        """What is there, and what of it is wrong, in sentences."""
        return [*self.found, *(f"Wrong: {sentence}" for sentence in self.wrong)]


def plan() -> Plan:
    """Ask the org. Writes nothing.

    Raises:
        SyncError: It could not be asked.
    """
    choices.check()
    client, named = Client(), names()
    described.forget(named)
    found = described.look(client, named)
    todo = Plan()
    missing, asked = described.missing(found), named_fields(named)
    for one in asked:
        if one.place in missing:
            todo.wrong.append(f"{missing[one.place]} {_instead(found, one)}".strip())
        else:
            todo.found.append(_about(found, one))
    places = {one.place for one in asked}
    todo.wrong += [sentence for place, sentence in missing.items() if place not in places]
    todo.wrong += [_unfit(found, one) for one in asked if is_unfit(found, one)]
    todo.found.append(f"Loans of {officers.sentence(found)}")
    todo.statuses = stages.unmapped(found.choices("status"))
    return todo


def set_up(say: Say, agreed: list[str] | None) -> Plan:
    """Put the org's statuses into our table, for staff to map.

    Raises:
        Misconfigured: A configured name is wrong; says which, and what exists.
        PlanChanged: Something else would be done than a person said yes to.
    """
    todo = plan()
    if agreed is not None and agreed != todo.lines():
        raise PlanChanged("The org has changed meanwhile")
    stages.take_from_environment()
    stages.note_unmapped(todo.statuses)
    for sentence in [*todo.found, *todo.lines()]:
        say(sentence)
    if todo.wrong:
        raise Misconfigured(" ".join(todo.wrong))
    return todo


def named_fields(named: Names) -> list[Named]:
    """All that the settings name, one by one."""
    own = [
        Named(meaning, named.said_in[meaning], "deal", name, FITTING[meaning])
        for meaning, name in named.fields.items()
    ]
    return own + [
        Named(entry.said_in, entry.said_in, kind, name, FITTING_TYPES.get(entry.type))
        for kind, entries in named.details.items()
        for entry in entries.values()
        if entry.name != LOAN_NUMBER
        for name in entry.sources.values()
    ]


def _about(found: Schema, one: Named) -> str:
    facts = found.facts(one.kind, one.name)
    label, what = facts.get("label"), facts.get("type")
    return f"{one.said_in}: {one.name} is “{label}”, {what}{_drawback(one, facts)}"


def _drawback(one: Named, facts: Mapping[str, Any]) -> str:
    """What cannot be done with a field that can be read."""
    if facts.get("calculated"):
        return f", {FORMULA}"
    is_sent = one.place in SENT and directions.of_kind(get(NAME), one.kind)
    return f", {CLOSED}" if is_sent and not facts.get("updateable") else ""


def _instead(found: Schema, one: Named) -> str:
    """Those that exist and might be meant."""
    fields = found.loan if one.kind == "deal" else found.contact
    fitting = [each for each, facts in fields.items() if one.fits(facts)]
    close = get_close_matches(one.name, fitting, n=SUGGESTED, cutoff=0.4) or fitting[:SUGGESTED]
    return f"There are: {', '.join(close)}." if close else ""


def is_unfit(found: Schema, one: Named) -> bool:
    """Whether the field is there and holds something else."""
    facts = found.facts(one.kind, one.name)
    return bool(facts) and not one.fits(facts)


def _unfit(found: Schema, one: Named) -> str:
    what = found.facts(one.kind, one.name)["type"] or "unknown"
    return f"{one.said_in}: {one.name} is of type {what}."
