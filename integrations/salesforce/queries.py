"""The questions that we ask in SOQL. Every value in them is quoted. Contract, section 8.4."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from .described import Schema
from .names import CONTACT, CONTACT_FIELDS, STAMP
from .whose import officer_ids, officer_names

#: So many ids in one question: an address may not be longer than 16 KiB.
IDS = 200


def _quoted(value: object) -> str:
    from simple_salesforce.format import quote_soql_value

    return str(quote_soql_value(value))


def everything(schema: Schema, since: datetime | None) -> str:
    """All loans of the officer; those only that were changed since a moment, where one is set."""
    where = [_of_officer(schema), *([f"{STAMP} >= {_quoted(since)}"] if since else [])]
    return f"{_select(schema)} WHERE {' AND '.join(where)} ORDER BY Id ASC"


def changed(schema: Schema, since: datetime) -> str:
    """The officer's loans that changed since then, or whose borrower did, the oldest first."""
    cursor, start = schema.names.cursor, _quoted(since)
    borrower = schema.relationship("borrower")
    news = f"({cursor} >= {start} OR {borrower}.{STAMP} >= {start})"
    return f"{_select(schema)} WHERE {news} AND {_of_officer(schema)} ORDER BY {cursor} ASC, Id ASC"


def left(schema: Schema, since: datetime) -> str:
    """Loans that were deleted since then, or changed and are not the officer's."""
    cursor, start = schema.names.cursor, _quoted(since)
    deleted = f"(IsDeleted = true AND {STAMP} >= {start})"
    strangers = f"({cursor} >= {start} AND (NOT {_of_officer(schema)}))"
    return (
        f"SELECT Id, IsDeleted, {STAMP} FROM {schema.names.loan} "
        f"WHERE {deleted} OR {strangers} ORDER BY {STAMP} ASC, Id ASC"
    )


def by_id(schema: Schema, ids: Sequence[str]) -> str:
    """These loans, whoever's they are."""
    return f"{_select(schema)} WHERE Id IN {_quoted(list(ids))}"


def ended(name: str, ids: Sequence[str]) -> str:
    """Which of these were deleted; and of a contact, what it was merged into."""
    master = ", MasterRecordId" if name == CONTACT else ""
    return f"SELECT Id, IsDeleted, {STAMP}{master} FROM {name} WHERE Id IN {_quoted(list(ids))}"


def merged_into(ids: Sequence[str]) -> str:
    """Contacts that became part of these."""
    return (
        f"SELECT Id, MasterRecordId FROM {CONTACT} "
        f"WHERE IsDeleted = true AND MasterRecordId IN {_quoted(list(ids))}"
    )


def contacts(schema: Schema, ids: Sequence[str]) -> str:
    """These contacts, with what co-borrowers they have."""
    own = [*CONTACT_FIELDS, STAMP, *schema.coborrower.values()]
    columns = ", ".join(dict.fromkeys(name for name in own if name in schema.contact))
    return f"SELECT {columns} FROM {CONTACT} WHERE Id IN {_quoted(list(ids))}"


def _select(schema: Schema) -> str:
    return f"SELECT {', '.join(schema.columns())} FROM {schema.names.loan}"


def _of_officer(schema: Schema) -> str:
    """The filter. Salesforce compares text whatever its case; blanks are looked at here."""
    field, ids = schema.named("officer"), officer_ids()
    mode = schema.officer_mode
    if mode == "text":
        return f"{field} IN {_quoted(officer_names())}"
    if mode == "owner":
        return f"OwnerId IN {_quoted(ids)}" if ids else f"Owner.Name IN {_quoted(officer_names())}"
    if ids:
        return f"{field} IN {_quoted(ids)}"
    return f"{schema.relationship('officer')}.Name IN {_quoted(officer_names())}"
