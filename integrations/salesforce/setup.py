"""Comparing what the settings name with what the org has; its statuses go into our table.

Nothing is ever written to Salesforce.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches

from integrations.models import StageMapping
from integrations.sync.errors import Misconfigured
from integrations.sync.set_up import PlanChanged, Say

from . import choices, described, officers, stages
from .client import Client
from .described import Fields, Schema
from .names import CONTACT, SETTINGS, mapping, names
from .schemas import NAME
from .values import folded

#: Types that hold what a field of this meaning has to hold.
FITTING = {
    "officer": {"string", "reference", "picklist"},
    "borrower": {"reference"},
    "status": {"picklist", "string"},
    "amount": {"currency", "double", "string"},
    "close_date": {"date", "datetime"},
    "loan_number": {"string", "double"},
}

#: So many that exist are named in place of one that does not.
SUGGESTED = 5


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
    found = Schema(named, described.fields(client, named.loan), described.fields(client, CONTACT))
    todo = Plan()
    missing = described.missing(found)
    for meaning, name in named.fields.items():
        if meaning in missing:
            todo.wrong.append(f"{missing[meaning]} {_instead(found.loan, meaning, name)}".strip())
        else:
            todo.found.append(_about(found, meaning, name))
    todo.wrong += [sentence for meaning, sentence in missing.items() if meaning not in SETTINGS]
    todo.wrong += _unfit(found)
    todo.found.append(f"Loans of {officers.sentence(found)}")
    todo.statuses = _unknown_statuses(found)
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


def _about(found: Schema, meaning: str, name: str) -> str:
    facts = found.loan[name]
    formula = ", a formula: polls do not see when it changes" if facts["calculated"] else ""
    label, what = facts["label"], facts["type"]
    return f"{SETTINGS[meaning]}: {name} is “{label}”, {what}{formula}"


def _instead(loan: Fields, meaning: str, name: str) -> str:
    """Those that exist and might be meant."""
    fitting = [each for each, facts in loan.items() if facts["type"] in FITTING[meaning]]
    close = get_close_matches(name, fitting, n=SUGGESTED, cutoff=0.4) or fitting[:SUGGESTED]
    return f"There are: {', '.join(close)}." if close else ""


def _unfit(found: Schema) -> list[str]:
    """Fields that are there and hold something else."""
    return [
        f"{SETTINGS[meaning]}: {name} is of type {kind}."
        for meaning, name in found.names.fields.items()
        if name in found.loan
        if (kind := found.loan[name]["type"]) not in FITTING[meaning]
    ]


def _unknown_statuses(found: Schema) -> list[str]:
    """The picklist's values that our table knows by neither value nor label."""
    rows = StageMapping.objects.filter(system=NAME).values_list("remote_stage", flat=True)
    known = {folded(name) for name in [*rows, *mapping(stages.SETTING)]}
    active = [each for each in found.choices("status") if each.get("active", True)]
    return [
        each["value"]
        for each in active
        if known.isdisjoint({folded(each.get("value")), folded(each.get("label"))})
    ]
