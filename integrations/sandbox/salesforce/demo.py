"""Twelve loans and their borrowers, with whom much can go wrong."""

from typing import TYPE_CHECKING

from integrations.sandbox.salesforce import records
from integrations.sandbox.salesforce.records import Author
from integrations.sandbox.salesforce.schema import CONTACT, USER

if TYPE_CHECKING:
    from integrations.sandbox.salesforce.account import Account

_P = "MtgPlanner_CRM__"
_HOME = "+1 602 555 0142"


def _person(first: str, last: str, email: str | None, phone: str | None = None, **more) -> dict:
    return {"FirstName": first, "LastName": last, "Email": email, "Phone": phone, **more}


def _co_borrower(first: str, last: str, email: str, phone: str = "") -> dict:
    return {
        f"{_P}Co_Borrower_First_Name__c": first,
        f"{_P}Co_Borrower_Last_Name__c": last,
        f"{_P}Co_Borrower_Email__c": email,
        "Phone_Co_Borrower__c": phone,
    }


_BORROWERS = (
    _person("Sean", "O'Brien", "sean@obrien.example", "+1 602 555 0101"),
    _person("Nora", "Whitfield", None, "+1 602 555 0102"),
    _person("Łukasz", "Żółkiewski", "lukasz@zolkiewski.example"),
    _person("ليلى", "حداد", "leila@haddad.example", "+1 602 555 0104"),
    # Two people at one number.
    _person("Grace", "Lindqvist", "grace@lindqvist.example", _HOME),
    _person("Peter", "Lindqvist", "peter@lindqvist.example", _HOME),
    # Two people with one address.
    _person("Ann", "Moss", "moss.family@mail.example"),
    _person("Tom", "Moss", "moss.family@mail.example"),
    _person(
        "Ines", "Carvalho", "ines@carvalho.example", "+1 602 555 0109",
        **_co_borrower("Rui", "Carvalho", "rui@carvalho.example"),
        **{f"{_P}Income_Borrower__c": 8200, f"{_P}Income_Co_Borrower__c": 6100.5},
    ),
    # Entered as her own co-borrower.
    _person(
        "Maya", "Reyes", "maya@reyes.example", "+1 602 555 0110",
        **_co_borrower("Maya", "Reyes", "maya@reyes.example", "+1 602 555 0110"),
    ),
)  # fmt: skip

#: Borrower (None: nobody), officer, status and amount.
_LOANS = (
    (0, 0, "Application", 412_000),
    (1, 0, "Pre-Approved", 298_500),
    (2, 0, "Getting Things Rolling", 505_000.75),
    (3, 0, "Loan In Process", 367_000),
    (4, 0, "Submitted", 251_000),
    (5, 1, "Clear to Close", 251_000),
    (6, 0, "Closed", 189_900),
    (7, 1, "Cancelled", 224_000),
    (8, 0, "Approved", None),
    # As the screen has it, and not as it should be stored.
    (9, 0, "In Process", 333_000),
    (None, 0, "Application", 275_000),
    (0, 1, "Waiting for the moon", 640_000),
)


def add_demo(account: "Account") -> None:
    """All of them, just written, without events."""
    officers = list(account.tables[USER].values())[1:]
    contacts = account.schema.entity(CONTACT)
    author = Author(officers[0]["Id"])
    people = [records.new(account, contacts, one, author) for one in _BORROWERS]
    account.store_all(CONTACT, people)
    for number, (borrower, officer, status, amount) in enumerate(_LOANS, start=1):
        whose = None if borrower is None else people[borrower]["Id"]
        _add_loan(account, number, whose, officers[officer], {"status": status, "amount": amount})


def _add_loan(
    account: "Account", number: int, borrower: str | None, officer: dict, about: dict
) -> None:
    entity = account.schema.entity(account.schema.loan)
    meant = about | {
        "name": f"Loan {1000 + number}",
        "officer": officer["Name"],
        "borrower": borrower,
        "number": f"26-{1000 + number}",
        "close_date": f"2026-{number % 12 + 1:02d}-15",
        "street": f"{number} Saguaro Way",
        "city": "Phoenix",
        "state": "AZ",
        "postal_code": "85004",
        "rate": 5.5 + number % 8 / 8,
        "purpose": "Refinance" if number % 3 else "Purchase",
    }
    names = account.schema.loan_fields
    values = {names[key]: value for key, value in meant.items() if key in names}
    account.store(entity.name, records.new(account, entity, values, Author(officer["Id"])))
