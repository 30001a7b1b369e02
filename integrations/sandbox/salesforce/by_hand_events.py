"""Events that no change brought about."""

from typing import TYPE_CHECKING

from integrations.sandbox.control_input import Refused
from integrations.sandbox.salesforce.changes import UPDATE, Change
from integrations.sandbox.salesforce.founding import officer
from integrations.sandbox.salesforce.schema import Entity

if TYPE_CHECKING:
    from integrations.sandbox.salesforce.account import Account
    from integrations.sandbox.salesforce.events import Event


def emit(
    account: "Account",
    entity: Entity,
    kind: str,
    ids: list[str],
    given: list[str],
    header: dict,
) -> "Event":
    """Put one on the bus.

    Args:
        ids: As many as there are to be, a wildcard such as ``a0X*`` too.
        given: The fields that the event has, with the values of the first record.
        header: What it says in other words than it would.
    """
    names = [_name(account, entity, each) for each in given]
    row = account.tables[entity.name].get(ids[0] if ids else "")
    change = Change(kind, entity, {}, row, officer(account)) if row else None
    event = account.events.add(entity, kind, ids, names if row else [], change, **header)
    if kind == UPDATE:
        event.changedFields = names
    return event


def _name(account: "Account", entity: Entity, given: str) -> str:
    meant = account.schema.loan_fields if entity.name == account.schema.loan else {}
    field = entity.fields.get(meant.get(given, given).lower())
    if field is None:
        raise Refused(f"{entity.name} has no field {given}")
    return field.name
