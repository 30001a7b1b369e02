"""What the org's fields are to us, for people to look at. Nothing of it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
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
from .field_map import Entry
from .names import CONTACT, SETTINGS, names
from .remote import reading
from .schemas import NAME
from .setup import FORMULA, Named, is_unfit, named_fields

#: Meaning -> what people call it here, and the deal's field; empty where a detail has it.
CALLED = {
    "officer": ("Loan officer", ""),
    "borrower": ("Borrower", "contact"),
    "status": ("Stage and status", "stage"),
    "amount": ("Value", "value"),
    "close_date": ("Expected close", "expected_close_on"),
    "loan_number": ("Loan number", ""),
    "title": ("Name", "name"),
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


def overview() -> Overview:
    """All that the settings name, as the org describes it.

    Raises:
        SyncError: It could not be asked, or a setting makes no sense.
    """
    connections.refuse_while_held(get(NAME))
    found = described.look(Client(hurried=True), names())
    problems = described.missing(found)
    asked = {(one.place, one.name): one for one in named_fields(found.names)}
    loan = [_meaning(found, meaning, asked, problems) for meaning in _meanings(found)]
    loan += _details(found, "deal", asked, problems)
    person = [FieldLine(called, "", name, hub=hub) for called, name, hub in PERSON]
    person += _coborrower(found, problems)
    person += _details(found, "contact", asked, problems)
    return Overview(
        [
            FieldGroup("deal", f"Loans: {found.names.loan} (SALESFORCE_LOAN_OBJECT)", loan),
            FieldGroup("contact", f"Borrowers: {CONTACT}", _described(found, person)),
        ],
        _statuses(found),
    )


def _meanings(found: Schema) -> list[str]:
    """Those with a setting, whether or not it is set; and those that the map names."""
    return ["title", *SETTINGS, *(["currency"] if "currency" in found.names.fields else [])]


def _meaning(
    found: Schema,
    meaning: str,
    asked: Mapping[tuple[str, str], Named],
    problems: Mapping[str, str],
) -> FieldLine:
    called, hub = CALLED[meaning]
    detail = DETAIL_OF.get(meaning, "")
    name = found.names.fields.get(meaning, "Name" if meaning == "title" else "")
    setting = found.names.said_in.get(meaning, "")
    one = asked.get((meaning, name))
    return FieldLine(
        called, setting, name, *_facts(found, "deal", name),
        problem=problems.get(meaning, "") or _problem(found, one),
        hub=DETAILS if detail else hub,
        detail=detail,
    )  # fmt: skip


def _facts(found: Schema, kind: str, name: str) -> tuple[str, str]:
    facts = found.facts(kind, name)
    return str(facts.get("label") or ""), str(facts.get("type") or "")


def _problem(found: Schema, one: Named | None) -> str:
    if one is None:
        return ""
    if is_unfit(found, one):
        return "It is of a type that cannot hold this."
    formula = found.facts(one.kind, one.name).get("calculated")
    return f"It is {FORMULA}." if formula else ""


def _details(
    found: Schema,
    kind: str,
    asked: Mapping[tuple[str, str], Named],
    problems: Mapping[str, str],
) -> list[FieldLine]:
    labels = {name: detail.label for name, detail in known(kind).items()}
    own = {*DETAIL_OF.values()} if kind == "deal" else set()
    return [
        FieldLine(
            _part(labels[target], part), entry.said_in, name, *_facts(found, kind, name),
            problem=problems.get(entry.said_in, "")
            or _problem(found, asked.get((entry.said_in, name))),
            hub=DETAILS,
            detail=target,
        )
        for target, entry in found.names.details[kind].items()
        if target not in own or _is_another(found, entry)
        for part, name in entry.sources.items()
    ]  # fmt: skip


def _is_another(found: Schema, entry: Entry) -> bool:
    """Whether the map reads it from elsewhere than the settings do."""
    return entry.source not in found.names.fields.values()


def _part(label: str, part: str) -> str:
    return f"{label}: {part}" if part else label


def _coborrower(found: Schema, problems: Mapping[str, str]) -> list[FieldLine]:
    return [
        FieldLine(
            f"Co-borrower's {part.replace('_', ' ')}",
            f"SALESFORCE_COBORROWER_FIELDS.{part}",
            name,
            problem=problems.get(f"co-borrower's {part}", ""),
        )
        for part, name in found.names.coborrower.items()
    ]


def _described(found: Schema, lines: list[FieldLine]) -> list[FieldLine]:
    return [
        line if line.label else replace(line, label=label, type=kind)
        for line in lines
        for label, kind in [_facts(found, "contact", line.name)]
    ]


def _statuses(found: Schema) -> list[StatusLine]:
    listed = found.facts("deal", found.named("status")).get("picklistValues") or []
    return [
        StatusLine(str(each.get("value")), str(each.get("label") or each.get("value")))
        for each in listed
        if isinstance(each, Mapping) and each.get("active", True)
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
    how, row = reading(found), rows[0]
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
