"""Many plausible clients, fast."""

from typing import TYPE_CHECKING

from integrations.sandbox.tc2 import forms, recipients, records
from integrations.sandbox.tc2.founding import FIRST_IDS

if TYPE_CHECKING:
    from integrations.sandbox.tc2.account import Account

_FIRST = ("Ines", "Ada", "Tom", "Mara", "Leo", "Nia", "Raj", "Zoe", "Femi", "Kit")
_LAST = ("Carvalho", "Quill", "Okoro", "Lindqvist", "Duarte", "Patel", "Moss", "Reyes", "Blum")
_STATES = ("trial", "active", "active", "active-not-paying", "pending_email_conf", "terminated")
_PLANS = ("1-payg", "3-startup", "7-enterprise")


def seed(account: "Account", count: int) -> int:
    """Add so many customers with their agencies; no events."""
    with account.writing():
        for number in range(count):
            _add(account, number)
    return count


def _add(account: "Account", number: int) -> None:
    now = account.clock.now()
    first, last = _FIRST[number % len(_FIRST)], _LAST[number // len(_FIRST) % len(_LAST)]
    email = f"{first}.{last}.{account.next_id('client')}@customers.example".lower()
    names = {"first_name": first, "last_name": last, "email": email}
    countries = list(account.tables["country"])
    written = names | {
        "country": countries[number % len(countries)],
        "sales_person": FIRST_IDS["admin"] + number % 2,
        "status": "live",
    }
    client = account.add("client", records.client(written, now))
    agency = {
        "name": f"{last} Tutors {client['id']}",
        "country": forms.country(account, client["country"]),
        "status": _STATES[number % len(_STATES)],
        "price_plan": _PLANS[number % len(_PLANS)],
    }
    client["agency"] = account.add("agency", records.agency(agency, now))["id"]
    client["paid_recipients"] = recipients.keep(account, client["id"], [names])
    account.store("client", client)
