"""One change of a record, and what a change event tells of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from integrations.sandbox.salesforce.schema import Entity
from integrations.sandbox.salesforce.values import moment

if TYPE_CHECKING:
    from integrations.sandbox.salesforce.records import Author

CREATE, UPDATE, DELETE, UNDELETE = "CREATE", "UPDATE", "DELETE", "UNDELETE"
TYPES = (CREATE, UPDATE, DELETE, UNDELETE)
#: Header only: the change itself got lost.
GAPS = tuple(f"GAP_{each}" for each in (*TYPES, "OVERFLOW"))

#: No event has them.
_UNTOLD = {"Id", "IsDeleted", "SystemModstamp"}
#: Parts of a name, which travel inside of it.
_PARTS = ("FirstName", "LastName")


@dataclass(frozen=True)
class Change:
    """What one record was and is, and who changed it."""

    type: str
    entity: Entity
    before: dict
    row: dict
    author: "Author"


def channel(entity: Entity) -> str:
    """Where the events of an object are."""
    name = entity.name[:-1] if entity.name.endswith("__c") else entity.name
    return f"/data/{name}ChangeEvent"


def names_told(change: Change) -> list[str]:
    """The fields of which an event tells: those that differ, or all that a new record has."""
    if change.type == DELETE:
        return []
    told = [
        field.name
        for field in change.entity.fields.values()
        if field.name not in _UNTOLD and not field.calculated
    ]
    if change.type == UPDATE:
        return [name for name in told if change.row.get(name) != change.before.get(name)]
    return [name for name in told if name in change.row]


def values_told(entity: Entity, row: dict, names: list[str], *, epoch: bool) -> dict:
    """Their values; ``epoch``: times in milliseconds."""
    values: dict = {}
    for name in names:
        value = _value(entity, name, row.get(name), epoch=epoch)
        if named_by_parts(entity) and name in _PARTS:
            values.setdefault("Name", {})[name] = value
        elif not (named_by_parts(entity) and name == "Name"):
            values[name] = value
    return values


def paths(entity: Entity, names: list[str]) -> list[str]:
    """As ``changedFields`` has them."""
    if not named_by_parts(entity):
        return names
    return [f"Name.{name}" if name in _PARTS else name for name in names if name != "Name"]


def bitmaps(entity: Entity, names: list[str]) -> list[str]:
    """The same, as the bus has it: one bit a field, the first field's the lowest."""
    order = [field.name for field in entity.fields.values()]
    own = [name for name in names if not (named_by_parts(entity) and name in (*_PARTS, "Name"))]
    maps = [_bitmap(order, own)]
    if parts := [name for name in names if named_by_parts(entity) and name in _PARTS]:
        maps.append(f"{order.index('Name')}-{_bitmap(list(_PARTS), parts)}")
    return maps


def named_by_parts(entity: Entity) -> bool:
    """Whether its name is made of two fields."""
    return _PARTS[0].lower() in entity.fields


def _bitmap(order: list[str], names: list[str]) -> str:
    return f"0x{sum(1 << order.index(name) for name in names):x}"


def _value(entity: Entity, name: str, value: object, *, epoch: bool) -> object:
    kind = entity.fields[name.lower()].type
    if value is None or kind not in ("date", "datetime"):
        return value
    try:
        found = moment(str(value)) if kind == "datetime" else _midnight(str(value))
    except ValueError:
        # Written by hand as what it is not.
        return value
    if epoch:
        return int(found.timestamp() * 1000)
    return value if kind == "date" else str(value).replace("+0000", "Z")


def _midnight(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
