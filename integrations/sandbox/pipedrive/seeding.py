"""Many plausible records, fast."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from integrations.sandbox.loan_fields import LOAN_FIELDS
from integrations.sandbox.pipedrive import links, records

if TYPE_CHECKING:
    from integrations.sandbox.pipedrive.account import Account

_TOWNS = ("Leeds", "York", "Bath", "Derby", "Truro", "Hull", "Ely", "Wells", "Ripon", "Exeter")
_KINDS = ("Tutors", "Tuition", "Learning", "Academy", "Study Club", "Education", "Maths Hub")
_FIRST = ("Priya", "Sam", "Elif", "Noah", "Maya", "Omar", "Grace", "Ivan", "Lucy", "Kofi", "Ana")
_LAST = ("Nair", "Okoro", "Kaya", "Hughes", "Lopez", "Haddad", "Chen", "Novak", "Byrne", "Owusu")
#: What a broker's loans go through. Salesforce's statuses are mapped to these stages.
_LOANS = (
    *("Application In", "Pre-Approved", "Getting Things Rolling", "Loan In Process"),
    "Clear To Close",
)

#: Seeded records were added over so many days before now.
_SPREAD_DAYS = 365


def seed(account: "Account", organizations: int, persons: int, deals: int) -> dict[str, int]:
    """Add so many of each, and what loans need; no events, and search knows them at once."""
    with account.writing():
        if all(row.record()["name"] != "Loans" for row in account.tables["pipeline"].rows.values()):
            account.add_pipeline("Loans", _LOANS)
        _add_loan_fields(account)
        organization_ids = _add(account, "organization", organizations, _organization)
        organization_ids = organization_ids or list(account.tables["organization"].rows)
        person_ids = _add(account, "person", persons, _person(organization_ids))
        person_ids = person_ids or list(account.tables["person"].rows)
        _add(account, "deal", deals, _deal(account, organization_ids, person_ids))
    return {"organization": organizations, "person": persons, "deal": deals}


def _add_loan_fields(account: "Account") -> None:
    known = account.fields.custom("deal")
    for label, kind, key in LOAN_FIELDS:
        if key not in known:
            account.fields.create("deal", {"field_name": label, "field_type": kind}, key)


def _add(account: "Account", entity: str, count: int, values: Callable[[int], dict]) -> list[int]:
    if not count:
        return []
    table = account.tables[entity]
    first = table.next_id
    rows = table.put_all(_made(account, entity, first, count, values))
    account.search.index_at_once(table, rows)
    account.journal.put_all(entity, ((row.id, row.body) for row in rows))
    account.journal.put("next_id", entity, str(table.next_id).encode())
    return list(range(first, first + count))


def _made(
    account: "Account", entity: str, first: int, count: int, values: Callable[[int], dict]
) -> Iterable[dict]:
    now, owner = account.clock.now(), account.token_owner
    blank = dict.fromkeys(account.fields.custom(entity))
    step = timedelta(days=_SPREAD_DAYS) / count
    for position in range(count):
        written = values(position) | {"custom_fields": dict(blank)}
        then = now - step * (count - position)
        yield records.new(entity, first + position, written, then, owner)


def _organization(number: int) -> dict:
    town = _TOWNS[number % len(_TOWNS)]
    kind = _KINDS[number // len(_TOWNS) % len(_KINDS)]
    address = {"value": f"{town}, United Kingdom", "locality": town, "country": "United Kingdom"}
    return {"name": f"{town} {kind} {number + 1}", "address": address}


def _person(organization_ids: list[int]) -> Callable[[int], dict]:
    def values(number: int) -> dict:
        first = _FIRST[number % len(_FIRST)]
        last = _LAST[number // len(_FIRST) % len(_LAST)]
        email = f"{first}.{last}.{number + 1}@pupils.example".lower()
        return {
            "name": f"{first} {last}",
            "org_id": _one_of(organization_ids, number),
            "emails": [{"value": email, "primary": True, "label": "work"}],
            "phones": [{"value": f"+44 113 {4_960_000 + number % 10_000}", "primary": True}],
        }

    return values


def _deal(
    account: "Account", organization_ids: list[int], person_ids: list[int]
) -> Callable[[int], dict]:
    place = links.default_stage(account, {})

    def values(number: int) -> dict:
        return place | {
            "title": f"Onboarding {number + 1}",
            "org_id": _one_of(organization_ids, number),
            "person_id": _one_of(person_ids, number),
            "value": number % 50 * 20,
            "origin": "ManuallyCreated",
        }

    return values


def _one_of(ids: list[int], number: int) -> int | None:
    return ids[number % len(ids)] if ids else None
