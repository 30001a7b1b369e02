"""Many plausible loans and borrowers, fast."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from integrations.sandbox.salesforce.founding import officers
from integrations.sandbox.salesforce.schema import CONTACT
from integrations.sandbox.salesforce.values import stamp

if TYPE_CHECKING:
    from integrations.sandbox.salesforce.account import Account

_FIRST = ("Ines", "Ada", "Tom", "Mara", "Leo", "Nia", "Raj", "Zoe", "Femi", "Kit")
_LAST = ("Carvalho", "Quill", "Okoro", "Lindqvist", "Duarte", "Patel", "Moss", "Reyes", "Blum")
_CITIES = ("Phoenix", "Mesa", "Tempe", "Tucson")
#: Borrowers to a hundred loans.
_BORROWERS = 80


def seed(
    account: "Account",
    loans: int,
    contacts: int | None = None,
    names: list[str] | None = None,
    step_seconds: float = 1,
    until: datetime | None = None,
) -> dict[str, int]:
    """Add so many, without events.

    Args:
        contacts: Four to five loans by default, and at least one if there are loans.
        names: Of the officers, in turn; by default those of the org.
        step_seconds: Between the stamps of one loan and the next; 0: all have the same.
        until: The newest stamp; by default now.
    """
    with account.writing():
        wanted = -(-loans * _BORROWERS // 100) if contacts is None else contacts
        people = officers(account)
        stamps = _Stamps(until or account.clock.now(), step_seconds)
        borrowers = _add_contacts(account, wanted, people, stamps)
        given = names or [each["Name"] for each in people]
        _add_loans(account, loans, borrowers, given, people, stamps)
    return {"loans": loans, "contacts": wanted}


class _Stamps:
    """Those of so many records, the oldest first."""

    def __init__(self, until: datetime, step_seconds: float) -> None:
        self._until, self._step = until, timedelta(seconds=step_seconds)

    def of(self, number: int, count: int, author: str) -> dict:
        """What the system says of one of them."""
        text = stamp(self._until - self._step * (count - 1 - number))
        return {
            "IsDeleted": False,
            "OwnerId": author,
            "CreatedDate": text,
            "CreatedById": author,
            "LastModifiedDate": text,
            "LastModifiedById": author,
            "SystemModstamp": text,
        }


def _add_contacts(account: "Account", count: int, people: list[dict], stamps: _Stamps) -> list[str]:
    ids = account.new_ids(account.schema.entity(CONTACT), count)
    rows = []
    for number, row_id in enumerate(ids):
        first, last = _FIRST[number % len(_FIRST)], _LAST[number // len(_FIRST) % len(_LAST)]
        rows.append(
            {
                "Id": row_id,
                **stamps.of(number, count, people[number % len(people)]["Id"]),
                "FirstName": first,
                "LastName": last,
                "Name": f"{first} {last}",
                "Email": f"{first}.{last}.{row_id[6:15]}.{number}@borrowers.example".lower(),
                "Phone": f"+1602{number:07d}",
            }
        )
    account.store_all(CONTACT, rows)
    return ids


def _add_loans(
    account: "Account",
    count: int,
    borrowers: list[str],
    names: list[str],
    people: list[dict],
    stamps: _Stamps,
) -> None:
    schema = account.schema
    field, statuses = schema.loan_fields, schema.statuses
    rows = []
    for number, row_id in enumerate(account.new_ids(schema.entity(schema.loan), count)):
        meant = {
            "name": f"Loan {row_id[9:15]}",
            "officer": names[number % len(names)],
            "status": statuses[number % len(statuses)],
            "amount": 150_000 + number % 700 * 1_000,
            "close_date": f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
            "number": f"S-{row_id[9:15]}",
            "street": f"{number} Saguaro Way",
            "city": _CITIES[number % len(_CITIES)],
            "state": "AZ",
        }
        if borrowers:
            meant["borrower"] = borrowers[number % len(borrowers)]
        row = {field[key]: value for key, value in meant.items() if key in field}
        owner = people[number % len(people)]["Id"]
        rows.append({"Id": row_id, **stamps.of(number, count, owner), **row})
    account.store_all(schema.loan, rows)
