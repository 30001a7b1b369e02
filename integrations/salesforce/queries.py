"""The questions that we ask in SOQL. Every value in them is quoted. Contract, section 8.4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .described import Schema
from .names import CONTACT, STAMP
from .whose import officer_ids, officer_names

#: So many ids in one question: an address may not be longer than 16 KiB.
IDS = 200


@dataclass(frozen=True)
class Span:
    """A time from its first second on, until before its last; None for no end."""

    since: datetime
    until: datetime | None = None


def _quoted(value: object) -> str:
    from simple_salesforce.format import quote_soql_value

    return str(quote_soql_value(value))


def everything(schema: Schema, since: datetime | None) -> str:
    """All loans of the officer; those only that were changed since a moment, where one is set."""
    where = [_of_officer(schema), *([f"{STAMP} >= {_quoted(since)}"] if since else [])]
    return f"{_select(schema)} WHERE {' AND '.join(where)} ORDER BY Id ASC"


def changed(schema: Schema, span: Span) -> str:
    """The officer's loans that changed then, or whose borrower did, the oldest first."""
    where = f"{_news(schema, span)} AND {_of_officer(schema)}"
    return f"{_select(schema)} WHERE {where} ORDER BY {schema.names.cursor} ASC, Id ASC"


def _news(schema: Schema, span: Span) -> str:
    borrower = f"{schema.relationship('borrower')}.{STAMP}"
    return f"({_within(span, schema.names.cursor)} OR {_within(span, borrower)})"


def left(schema: Schema, span: Span) -> str:
    """Loans that were deleted then, or that changed, or their borrowers, as another's."""
    deleted = f"(IsDeleted = true AND {_within(span, STAMP)})"
    strangers = f"({_news(schema, span)} AND (NOT {_of_officer(schema)}))"
    return (
        f"SELECT Id, IsDeleted, {STAMP} FROM {schema.names.loan} "
        f"WHERE {deleted} OR {strangers} ORDER BY {STAMP} ASC, Id ASC"
    )


def _within(span: Span, field: str) -> str:
    start = f"{field} >= {_quoted(span.since)}"
    return f"({start} AND {field} < {_quoted(span.until)})" if span.until else start


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
    columns = ", ".join(schema.contact_columns())
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
