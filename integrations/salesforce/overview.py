"""What the org's fields are to us, for people to look at. Nothing of it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integrations.sync import connections
from integrations.sync.details import FIELD as DETAILS
from integrations.sync.overview import FieldGroup, FieldLine, Overview, Sample, StatusLine
from integrations.sync.plain_values import shown
from integrations.sync.system import get

from . import described, inbound, queries
from .client import Client
from .described import Schema
from .details import Absent, held, known
from .names import COBORROWER_FIELDS, CONTACT, SETTINGS, names
from .reading import how_to_read
from .schemas import NAME
from .setup import FORMULA, Named, is_unfit, named_fields

#: Meaning -> what people call it here, and the deal's field; empty where a detail has it.
CALLED = {
    "title": ("Name", "name"),
    "officer": ("Loan officer", ""),
    "borrower": ("Borrower", "contact"),
    "status": ("Stage and status", "stage"),
    "amount": ("Value", "value"),
    "close_date": ("Expected close", "expected_close_on"),
    "loan_number": ("Loan number", ""),
    "currency": ("Currency", "currency"),
}

#: The detail that shows what a meaning stands for.
DETAIL_OF = {"officer": "loan_officer", "loan_number": "loan_number"}

#: What every contact has: called, the field there, the field here.
PERSON = [
    ("Name", "Name", "name"),
    ("E-mail", "Email", "email"),
    ("Phone", "Phone", "phone"),
    ("Mobile phone", "MobilePhone", ""),
]


@dataclass(frozen=True)
class _Look:
    """The org as it is described, and what of it is not as the settings have it."""

    found: Schema
    problems: Mapping[str, str]
    asked: Mapping[tuple[str, str], Named]

    def line(
        self, kind: str, called: str, setting: str, name: str, place: str = "", **ours: str
    ) -> FieldLine:
        """One, with what the org says of its field."""
        facts = self.found.facts(kind, name)
        return FieldLine(
            called,
            setting,
            name,
            label=str(facts.get("label") or ""),
            type=str(facts.get("type") or ""),
            problem=self._problem(kind, name, place) if name else "",
            **ours,
        )

    def _problem(self, kind: str, name: str, place: str) -> str:
        one = self.asked.get((place, name))
        if not self.found.has(kind, name):
            return f"There is no field {name} that we may see."
        if one and is_unfit(self.found, one):
            return "It is of a type that cannot hold this."
        if place == "borrower":
            return self.problems.get(place, "")
        return f"It is {FORMULA}." if self.found.facts(kind, name).get("calculated") else ""


def overview() -> Overview:
    """All that the settings name, as the org describes it.

    Raises:
        SyncError: It could not be asked, or a setting makes no sense.
    """
    connections.refuse_while_held(get(NAME))
    found = described.look(Client(hurried=True), names())
    asked = {(one.place, one.name): one for one in named_fields(found.names)}
    look = _Look(found, described.missing(found), asked)
    person = [look.line("contact", called, "", name, hub=hub) for called, name, hub in PERSON]
    loans = f"Loans: {found.names.loan} (SALESFORCE_LOAN_OBJECT)"
    return Overview(
        [
            FieldGroup("deal", loans, [*_meanings(look), *_details(look, "deal")]),
            FieldGroup(
                "contact",
                f"Borrowers: {CONTACT}",
                [*person, *_coborrower(look), *_details(look, "contact")],
            ),
        ],
        _statuses(found),
    )


def _meanings(look: _Look) -> list[FieldLine]:
    """Those with a setting, whether or not it is set; and those that the map names."""
    named = look.found.names
    fields = {"title": "Name", **dict.fromkeys(SETTINGS, ""), **named.fields}
    return [
        look.line(
            "deal", called, named.said_in.get(meaning, ""), fields[meaning], meaning,
            hub=DETAILS if meaning in DETAIL_OF else hub,
            detail=DETAIL_OF.get(meaning, ""),
        )
        for meaning, (called, hub) in CALLED.items()
        if meaning in fields
    ]  # fmt: skip


def _details(look: _Look, kind: str) -> list[FieldLine]:
    """What the map names beside them."""
    labels = {name: detail.label for name, detail in known(kind).items()}
    shown = {look.found.names.fields.get(meaning) for meaning in DETAIL_OF}
    return [
        look.line(
            kind, f"{labels[target]}: {part}" if part else labels[target], entry.said_in, name,
            entry.said_in, hub=DETAILS, detail=target,
        )
        for target, entry in look.found.names.details[kind].items()
        for part, name in entry.sources.items()
        if target not in DETAIL_OF.values() or name not in shown
    ]  # fmt: skip


def _coborrower(look: _Look) -> list[FieldLine]:
    lines = []
    for part, name in look.found.names.coborrower.items():
        called = f"Co-borrower's {part.replace('_', ' ')}"
        lines.append(look.line("contact", called, f"{COBORROWER_FIELDS}.{part}", name))
    return lines


def _statuses(found: Schema) -> list[StatusLine]:
    return [
        StatusLine(each["value"], str(each.get("label") or each["value"]))
        for each in found.choices("status")
        if each.get("active", True)
    ]


def sample(loan_id: str) -> Sample:
    """A loan as the org shows it now, whoever's it is.

    Raises:
        SyncError: It could not be asked, or a setting makes no sense.
    """
    connections.refuse_while_held(get(NAME))
    client = Client(hurried=True)
    found = described.schema(client, names())
    rows = [row for page in client.query(queries.by_id(found, [loan_id])) for row in page.rows]
    if not rows:
        return Sample()
    how, row = how_to_read(found), rows[0]
    person = row.get(how.borrower) or {}
    return Sample(
        {
            "deal": {name: _shown(held(row, name)) for name in found.columns()},
            "contact": {name: _shown(held(person, name)) for name in found.contact_columns()},
        },
        inbound.loan(row, how),
    )


def _shown(value: Any) -> str:
    if isinstance(value, str | Absent) or value is None:
        return value if isinstance(value, str) else ""
    return str(value) if isinstance(value, int | Decimal) else shown(value)
