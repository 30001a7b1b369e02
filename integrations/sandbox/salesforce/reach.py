"""From an object to its fields and those of its parents, as far as the user sees."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from integrations.sandbox.salesforce.errors import Refusal
from integrations.sandbox.salesforce.fields import Field
from integrations.sandbox.salesforce.schema import Entity
from integrations.sandbox.salesforce.soql.conditions import Column
from integrations.sandbox.salesforce.soql.syntax import Name, refusal

if TYPE_CHECKING:
    from integrations.sandbox.salesforce.account import Account

Row = dict
Parent = Callable[[Row], Row | None]

MOST_PARENTS = 5
_DESCRIBED = "Please reference your WSDL or the describe call for the appropriate names."


class Reach:
    """One query's view: names in its text to values in rows."""

    def __init__(self, account: "Account", entity: Entity, text: str, *, deleted: bool) -> None:
        self._account, self._text, self._deleted = account, text, deleted
        self.entity = entity

    def column(self, name: Name) -> Column:
        """A field by its path.

        Raises:
            Refusal: INVALID_FIELD.
        """
        *steps, last = name.text.split(".")
        entity, parents = self.entity, []
        for step in steps:
            field = self.lookup(entity, step, name)
            parents.append(self.parent(field))
            entity = self.parent_entity(field)
        field = self.field(entity, last, name)
        return Column(field.name, field.type, _through(parents, field.name))

    def field(self, entity: Entity, word: str, name: Name) -> Field:
        """One of an object's own.

        Raises:
            Refusal: INVALID_FIELD.
        """
        field = entity.find(word)
        if field is None:
            raise self._refusal(
                name,
                f"No such column '{word}' on entity '{entity.name}'. If you are attempting to use "
                "a custom field, be sure to append the '__c' after the custom field name. "
                f"{_DESCRIBED}",
            )
        return field

    def lookup(self, entity: Entity, word: str, name: Name) -> Field:
        """The lookup that a relationship goes by.

        Raises:
            Refusal: INVALID_FIELD.
        """
        field = entity.parent(word)
        if field is None or name.text.count(".") > MOST_PARENTS:
            raise self._refusal(
                name,
                f"Didn't understand relationship '{word}' in field path. If you are attempting to "
                "use a custom relationship, be sure to append the '__r' after the custom "
                f"relationship name. {_DESCRIBED}",
            )
        return field

    def parent_entity(self, field: Field) -> Entity:
        """What a lookup leads to."""
        return self._account.schema.entity(field.reference_to[0])

    def parent(self, field: Field) -> Parent:
        """A row's parent; None: it has none, or none that can be seen."""
        table = self._account.tables[field.reference_to[0]]
        name, unshared, deleted = field.name, self._account.unshared, self._deleted

        def find(row: Row) -> Row | None:
            # By hand anything may be written there, and much of that leads to nobody.
            parent_id = row.get(name)
            found = table.get(parent_id) if isinstance(parent_id, str) else None
            if found is None or found["Id"] in unshared:
                return None
            return found if deleted or not found["IsDeleted"] else None

        return find

    def _refusal(self, name: Name, why: str) -> Refusal:
        return refusal(self._text, name.at, "INVALID_FIELD", why)


def _through(parents: list[Parent], name: str) -> Callable[[Row], object]:
    if not parents:
        return lambda row: row.get(name)

    def value(row: Row | None) -> object:
        for parent in parents:
            row = parent(row)
            if row is None:
                return None
        return row.get(name)

    return value
