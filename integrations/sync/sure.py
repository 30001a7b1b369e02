"""Who a remote record is beyond doubt, for systems that must not guess."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from . import links, phone_numbers
from .names import are_alike
from .records import RemoteRecord

#: The same as the generated key columns of the models make it.
NAME_KEY = r"lower(regexp_replace(btrim({}), '\s+', ' ', 'g'))"
EMAIL_KEY = "lower(btrim({}))"

#: Names that share this much of their three-letter pieces are alike: "Quill & Co", "Quill Ltd".
ALIKE = 0.3

#: So many who share a number are looked at. Above all it has each number looked up in the index,
#: where the planner would read all contacts for each page.
MOST_WITH_A_NUMBER = 20

#: Remote id and hub id.
Pairs = list[tuple[str, int]]


def sources(kind: str, records: Sequence[RemoteRecord]) -> list[Pairs]:
    """Remote ids with the hub ids that they surely are, the surest source first.

    None at all for a kind of which any likeness will do.
    """
    return [each(records) for each in SURE.get(kind, ())]


def _companies(records: Sequence[RemoteRecord]) -> Pairs:
    """A contact's e-mail and a name that is alike."""
    return links.rows(
        f"""
        SELECT DISTINCT k.remote_id, c.id
        FROM unnest(%s::text[], %s::text[], %s::text[]) AS k (remote_id, name, email)
        JOIN contacts_contact p ON p.email_key = {EMAIL_KEY.format("k.email")}
            AND p.archived_at IS NULL
        JOIN companies_company c ON c.id = p.company_id AND c.archived_at IS NULL
        WHERE btrim(k.email) <> '' AND similarity(c.name_key, {NAME_KEY.format("k.name")}) >= %s
        ORDER BY c.id
        """,
        *_columns([(r, email) for r in records for email in r.emails]),
        ALIKE,
    )


def companies_named_so(records: Sequence[RemoteRecord]) -> Pairs:
    """Every live company with the very same name, the oldest first."""
    return links.rows(
        f"""
        SELECT k.remote_id, c.id FROM unnest(%s::text[], %s::text[]) AS k (remote_id, name)
        JOIN companies_company c ON c.name_key = {NAME_KEY.format("k.name")}
            AND c.archived_at IS NULL
        WHERE btrim(k.name) <> '' ORDER BY c.id
        """,
        [record.remote_id for record in records],
        [record.fields.get("name") or "" for record in records],
    )


def _contacts(records: Sequence[RemoteRecord]) -> Pairs:
    """The same e-mail within the same company; of who is of none, anywhere."""
    return [*_of_companies(records), *_of_no_company(records)]


def _of_no_company(records: Sequence[RemoteRecord]) -> Pairs:
    """With a name that is alike: couples share an address."""
    free = [one for one in records if not one.parents.get("company") and one.fields.get("email")]
    found = links.rows(
        f"""
        SELECT k.remote_id, p.id, k.name, p.name_key
        FROM unnest(%s::text[], %s::text[], %s::text[]) AS k (remote_id, name, email)
        JOIN contacts_contact p ON p.email_key = {EMAIL_KEY.format("k.email")}
            AND p.archived_at IS NULL
        WHERE btrim(k.email) <> '' ORDER BY p.id
        """,
        *_columns([(record, record.fields["email"]) for record in free]),
    )
    return [(remote_id, pk) for remote_id, pk, theirs, ours in found if _fit(theirs, ours)]


def _fit(one: str, other: str) -> bool:
    """Whether two names may be one person's; who has none may be anybody."""
    return not one.strip() or not other.strip() or are_alike(one, other)


def _contacts_by_phone(records: Sequence[RemoteRecord]) -> Pairs:
    """Who is of no company, by the phone number and a name that is alike: couples share one."""
    free = [one for one in records if not one.parents.get("company")]
    numbers = [
        (one, digits)
        for one in free
        for digits in phone_numbers.forms(str(one.fields.get("phone") or ""))
    ]
    found = links.rows(
        """
        SELECT k.remote_id, p.id, k.name, p.first_name || ' ' || p.last_name
        FROM unnest(%s::text[], %s::text[], %s::text[]) AS k (remote_id, name, digits)
        CROSS JOIN LATERAL (
            SELECT * FROM contacts_contact
            WHERE phone <> '' AND regexp_replace(phone, '[^0-9]', '', 'g') = k.digits
                AND archived_at IS NULL
            ORDER BY id LIMIT %s) p
        ORDER BY p.id
        """,
        *_columns(numbers),
        MOST_WITH_A_NUMBER,
    )
    return [(remote_id, pk) for remote_id, pk, *two in found if are_alike(*two)]


def _of_companies(records: Sequence[RemoteRecord]) -> Pairs:
    return links.rows(
        f"""
        SELECT k.remote_id, p.id
        FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[])
            AS k (remote_id, email, system, company)
        JOIN integrations_externallink l ON l.system = k.system AND l.kind = 'company'
            AND l.remote_id = k.company
        JOIN contacts_contact p ON p.company_id = l.record_id AND p.archived_at IS NULL
            AND p.email_key = {EMAIL_KEY.format("k.email")}
        WHERE btrim(k.email) <> '' ORDER BY p.id
        """,
        [record.remote_id for record in records],
        [record.fields.get("email") or "" for record in records],
        [record.system for record in records],
        [record.parents.get("company") or "" for record in records],
    )


def _columns(each: Sequence[tuple[RemoteRecord, str]]) -> tuple[list[str], list[str], list[str]]:
    return (
        [record.remote_id for record, _ in each],
        [record.fields.get("name") or "" for record, _ in each],
        [email for _, email in each],
    )


SURE: dict[str, tuple[Callable[[Sequence[RemoteRecord]], Pairs], ...]] = {
    "company": (_companies,),
    "contact": (_contacts, _contacts_by_phone),
}
