"""What people do to records in their browsers, and what only happens to the unlucky."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from integrations.sandbox.control_input import Refused
from integrations.sandbox.salesforce import records
from integrations.sandbox.salesforce.changes import CREATE, UPDATE, Change
from integrations.sandbox.salesforce.founding import officer
from integrations.sandbox.salesforce.ids import long_id
from integrations.sandbox.salesforce.schema import CONTACT, USER, Entity
from integrations.sandbox.salesforce.values import moment, stamp

if TYPE_CHECKING:
    from integrations.sandbox.salesforce.account import Account

_STAMPS = ("CreatedDate", "LastModifiedDate", "SystemModstamp")


def entity(account: "Account", kind: str) -> Entity:
    """``loan``, ``contact``, ``user``, or an object's own name.

    Raises:
        Refusal: There is none.
    """
    names = {"loan": account.schema.loan, "contact": CONTACT, "user": USER}
    return account.schema.entity(names.get(kind, kind))


@dataclass(frozen=True)
class Late:
    """When a transaction is committed: nobody sees before what it writes."""

    seconds: float = 0
    #: Whether its events arrive before that.
    told: bool = False


AT_ONCE = Late()


def create(account: "Account", kind: str, given: dict, late: Late = AT_ONCE) -> dict:
    """A new record, with whatever values; times of changes too, as an import may set them."""
    of, author = entity(account, kind), officer(account)
    with account.writing():
        values, stamps = _split(_values(account, of, given))
        row = records.new(account, of, values, author) | stamps
        return account.save(Change(CREATE, of, {}, row, author), late.seconds, told=late.told)


def edit(account: "Account", kind: str, row_id: str, given: dict, late: Late = AT_ONCE) -> dict:
    """Other values in some fields; the same goes for them."""
    of, author = entity(account, kind), officer(account)
    with account.writing():
        row = records.find(account, of, row_id, shared=False)
        values, stamps = _split(_values(account, of, given))
        after = records.changed(account, of, row, values, author) | stamps
        return account.save(Change(UPDATE, of, row, after, author), late.seconds, told=late.told)


def delete(account: "Account", kind: str, row_id: str) -> dict:
    """Into the recycle bin."""
    of = entity(account, kind)
    with account.writing():
        row = records.find(account, of, row_id, shared=False)
        return records.delete(account, of, row, officer(account))


def undelete(account: "Account", kind: str, row_id: str) -> dict:
    """Out of it."""
    of = entity(account, kind)
    with account.writing():
        return records.undelete(account, of, _any(account, of, row_id), officer(account))


def erase(account: "Account", kind: str, row_id: str) -> None:
    """Gone for good. Only of one that was in the recycle bin nothing is told any more."""
    of = entity(account, kind)
    with account.writing():
        row = _any(account, of, row_id)
        if not row["IsDeleted"]:
            records.delete(account, of, row, officer(account))
        account.forget(of.name, row["Id"])


def touch(account: "Account", kind: str, row_id: str) -> dict:
    """The system itself works on a record: SystemModstamp moves, and nothing else."""
    of = entity(account, kind)
    with account.writing():
        row = records.find(account, of, row_id, shared=False)
        return account.store(of.name, row | {"SystemModstamp": stamp(account.clock.now())})


def share(account: "Account", kind: str, row_id: str, *, shared: bool) -> dict:
    """Sharing rules show a record to the user of the API, or hide it."""
    of = entity(account, kind)
    with account.writing():
        row = _any(account, of, row_id)
        account.share(row["Id"], shared=shared)
        return row


def merge(account: "Account", loser: str, winner: str) -> dict:
    """One contact into another, which is returned."""
    of = account.schema.entity(CONTACT)
    with account.writing():
        gone = records.find(account, of, loser, shared=False)
        stays = records.find(account, of, winner, shared=False)
        if gone is stays:
            raise Refused("a contact is merged into another one")
        return records.merge(account, stays, gone, officer(account))


def found(account: "Account", kind: str, needle: str, most: int) -> list[dict]:
    """The newest first, deleted ones too; ``needle`` is looked for in all of a record."""
    of, wanted = entity(account, kind), needle.lower()
    with account.writing():
        newest = reversed(account.tables[of.name].values())
        fit = (row for row in newest if not wanted or wanted in str(row.values()).lower())
        return [row | _state(account, of, row) for row in islice(fit, most)]


def shown(account: "Account", kind: str, row_id: str) -> dict:
    """One of them."""
    with account.writing():
        of = entity(account, kind)
        row = _any(account, of, row_id)
        return row | _state(account, of, row)


def _state(account: "Account", of: Entity, row: dict) -> dict:
    state = {"shared": row["Id"] not in account.unshared}
    if of.name != account.schema.loan:
        return state
    named = long_id(row.get(account.schema.loan_fields["borrower"]))
    borrower = account.tables[CONTACT].get(named or "")
    return state | {"borrower_name": borrower and borrower["Name"]}


def _any(account: "Account", of: Entity, row_id: str) -> dict:
    row = account.tables[of.name].get(long_id(row_id) or "")
    if row is None:
        raise Refused(f"There is no {of.label} {row_id}")
    return row


def _values(account: "Account", of: Entity, given: dict) -> dict:
    """Under the names of fields; for a loan's, ``status`` or ``officer`` will do."""
    meant = account.schema.loan_fields if of.name == account.schema.loan else {}
    values = {}
    for name, value in given.items():
        field = of.fields.get(meant.get(name, name).lower())
        if field is None:
            raise Refused(f"{of.name} has no field {name}")
        if field.name == "Id":
            raise Refused("Id: Salesforce itself gives every record one, and it stays")
        values[field.name] = value
    return values


def _split(values: dict) -> tuple[dict, dict]:
    stamps = {}
    for name in _STAMPS:
        if name in values:
            stamps[name] = stamp(time(values.pop(name)))
    return values, stamps


def time(given: object) -> datetime:
    """What somebody wrote for one.

    Raises:
        Refused: It is none, or has no zone.
    """
    try:
        return moment(str(given))
    except ValueError as error:
        raise Refused(f"{given} is no time with a zone") from error
