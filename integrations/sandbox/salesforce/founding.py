"""Who and what is in the org from the first day."""

from typing import TYPE_CHECKING

from integrations.sandbox.people import founders
from integrations.sandbox.salesforce import records
from integrations.sandbox.salesforce.demo import add_demo
from integrations.sandbox.salesforce.records import Author
from integrations.sandbox.salesforce.schema import USER

if TYPE_CHECKING:
    from integrations.sandbox.salesforce.account import Account

INTEGRATION_USER = "hermes@larkfield.example"
#: Those of the staff who are loan officers.
OFFICERS = 2


def found(account: "Account", *, demo: bool) -> None:
    """The user of the API and two loan officers; with ``demo``, loans and borrowers too."""
    entity = account.schema.entity(USER)
    people = [("Hermes Integration", INTEGRATION_USER), *founders()[:OFFICERS]]
    for name, email in people:
        first, _, last = name.partition(" ")
        about = {"FirstName": first, "LastName": last, "Username": email, "Email": email}
        row = records.new(account, entity, about | {"IsActive": True}, Author(""))
        account.store(USER, row)
    if demo:
        add_demo(account)


def integration_user(account: "Account") -> dict:
    """Who is logged in for a program."""
    return next(iter(account.tables[USER].values()))


def officers(account: "Account") -> list[dict]:
    """The users who look after loans."""
    return list(account.tables[USER].values())[1:]


def officer(account: "Account") -> Author:
    """Who edits in the browser when nobody says who."""
    return Author(officers(account)[0]["Id"])
