"""What becomes of a record when somebody writes it, and of its stamps."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from integrations.sandbox.salesforce.changes import CREATE, DELETE, UNDELETE, UPDATE, Change
from integrations.sandbox.salesforce.errors import deleted, not_found
from integrations.sandbox.salesforce.ids import long_id
from integrations.sandbox.salesforce.schema import CONTACT, USER, Entity
from integrations.sandbox.salesforce.values import stamp

if TYPE_CHECKING:
    from integrations.sandbox.salesforce.account import Account

#: Objects whose name is made of two others.
_NAMED_BY_PARTS = {CONTACT, USER}


@dataclass(frozen=True)
class Author:
    """Who writes, and on which way; people in their browsers have no origin."""

    user_id: str
    origin: str = ""


def find(account: "Account", entity: Entity, given: str, *, shared: bool = True) -> dict:
    """A living record, by an id in either length.

    Args:
        shared: False finds those too that are kept from the user of the API.

    Raises:
        Refusal: There is none, or it was deleted.
    """
    row = account.tables[entity.name].get(long_id(given) or "")
    if row is None or (shared and row["Id"] in account.unshared):
        raise not_found()
    if row["IsDeleted"]:
        raise deleted()
    return row


def create(account: "Account", entity: Entity, values: dict, author: Author) -> dict:
    """A new record, kept."""
    row = new(account, entity, values, author)
    return account.save(Change(CREATE, entity, {}, row, author))


def new(account: "Account", entity: Entity, values: dict, author: Author) -> dict:
    """A new record as it will be kept."""
    (row_id,) = account.new_ids(entity, 1)
    now = stamp(account.clock.now())
    born = {"Id": row_id, "IsDeleted": False, "CreatedDate": now, "CreatedById": author.user_id}
    owner = {} if entity.name == USER else {"OwnerId": author.user_id}
    return changed(account, entity, born | owner, values, author)


def change(
    account: "Account",
    entity: Entity,
    row: dict,
    values: dict,
    author: Author,
    kind: str = UPDATE,
) -> dict:
    """The record with other values, kept; its stamps move even if nothing differs."""
    after = changed(account, entity, row, values, author)
    return account.save(Change(kind, entity, row, after, author))


def changed(account: "Account", entity: Entity, row: dict, values: dict, author: Author) -> dict:
    """The record as it will be kept."""
    now = stamp(account.clock.now())
    stamps = {"LastModifiedDate": now, "SystemModstamp": now, "LastModifiedById": author.user_id}
    return named(entity, without_nulls(row | values | stamps))


def without_nulls(values: dict) -> dict:
    """An empty text is null as well."""
    return {name: value for name, value in values.items() if value is not None and value != ""}


def named(entity: Entity, row: dict) -> dict:
    """With the name that first and last name make."""
    if entity.name not in _NAMED_BY_PARTS:
        return row
    parts = (row.get("FirstName"), row.get("LastName"))
    return row | {"Name": " ".join(str(part) for part in parts if part)}


def delete(account: "Account", entity: Entity, row: dict, author: Author, **more: str) -> dict:
    """Into the recycle bin; ``more``: what else is then true of it."""
    return change(account, entity, row, {"IsDeleted": True, **more}, author, DELETE)


def undelete(account: "Account", entity: Entity, row: dict, author: Author) -> dict:
    """Out of it."""
    return change(account, entity, row, {"IsDeleted": False}, author, UNDELETE)


def merge(account: "Account", winner: dict, loser: dict, author: Author) -> dict:
    """Two contacts become one. Loans move to it, and their stamps do not."""
    entity = account.schema.entity(CONTACT)
    delete(account, entity, loser, author, MasterRecordId=winner["Id"])
    borrower = account.schema.loan_fields["borrower"]
    loans = account.tables[account.schema.loan].values()
    moved = [loan | {borrower: winner["Id"]} for loan in loans if loan.get(borrower) == loser["Id"]]
    account.store_all(account.schema.loan, moved)
    return change(account, entity, winner, {}, author)
