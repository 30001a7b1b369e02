"""Objects and their fields, and who may see them."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from integrations.sandbox.salesforce import jungo, plain, standard
from integrations.sandbox.salesforce.errors import Refusal, not_found
from integrations.sandbox.salesforce.fields import Field

#: The loan object to choose at the start.
LOANS = {"jungo": jungo, "plain": plain}
CONTACT, USER = "Contact", "User"


@dataclass
class Entity:
    """An object, as Salesforce's are called."""

    name: str
    label: str
    key_prefix: str
    #: Name in lower case to the field: no name in Salesforce has a case.
    fields: dict[str, Field] = field(default_factory=dict)
    #: Lower-case names of those that the user of the API may not see.
    hidden: set[str] = field(default_factory=set)

    def add(self, fields: Iterable[Field]) -> None:
        """More fields; one of the same name is replaced."""
        self.fields.update((one.name.lower(), one) for one in fields)

    def find(self, name: str) -> Field | None:
        """A field that can be seen."""
        return None if name.lower() in self.hidden else self.fields.get(name.lower())

    def parent(self, relationship: str) -> Field | None:
        """The lookup behind a relationship."""
        wanted = relationship.lower()
        return next((one for one in self.seen() if one.relationship.lower() == wanted), None)

    def seen(self) -> list[Field]:
        """The fields that can be seen."""
        return [one for name, one in self.fields.items() if name not in self.hidden]


class Schema:
    """Contact, User, and one object for loans."""

    def __init__(self, loans: str) -> None:
        module = LOANS[loans]
        self.loan = module.NAME
        #: What a loan's field means to us, to its name: officer, borrower, amount, status …
        self.loan_fields: dict[str, str] = module.MEANING
        #: The statuses that loans of a seed have.
        self.statuses: tuple[str, ...] = module.STATUSES
        self.entities: dict[str, Entity] = {}
        self._add(module.NAME, module.LABEL, module.KEY_PREFIX, module.FIELDS)
        self._add(CONTACT, "Contact", "003", standard.CONTACT_FIELDS)
        self._add(USER, "User", "005", standard.USER_FIELDS)

    def _add(self, name: str, label: str, prefix: str, fields: Iterable[Field]) -> None:
        entity = Entity(name, label, prefix)
        entity.add(standard.SYSTEM_FIELDS)
        entity.add(fields)
        self.entities[name.lower()] = entity

    def find(self, name: str) -> Entity | None:
        """An object by its name, in whatever case."""
        return self.entities.get(name.lower())

    def entity(self, name: str) -> Entity:
        """The same, of a path.

        Raises:
            Refusal: There is none.
        """
        if (entity := self.find(name)) is None:
            raise not_found()
        return entity

    def set_field(self, entity: Entity, name: str, *, hidden: bool | None = None, **about) -> Field:
        """Add or change a field by hand; ``about``: the other fields of ``Field``."""
        known = entity.fields.get(name.lower())
        if known is None and "type" not in about:
            raise Refusal(404, "NOT_FOUND", f"{entity.name} has no field {name}")
        made = replace(known, **about) if known else Field(name, **about)
        entity.add([made])
        if hidden is not None:
            (entity.hidden.add if hidden else entity.hidden.discard)(name.lower())
        return made

    def remove_field(self, entity: Entity, name: str) -> None:
        """The org has it no more."""
        entity.fields.pop(name.lower(), None)
