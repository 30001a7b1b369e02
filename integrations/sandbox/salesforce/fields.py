"""What a field is, and short words for those that objects are made of."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """One column of an object, as ``describe`` tells of it."""

    name: str
    type: str
    label: str = ""
    length: int = 0
    reference_to: tuple[str, ...] = ()
    relationship: str = ""
    #: Value and label.
    picklist: tuple[tuple[str, str], ...] = ()
    #: A formula: nobody writes it, and no stamp moves when its result changes.
    calculated: bool = False
    writable: bool = True
    required: bool = False
    #: Whether a picklist refuses other values.
    restricted: bool = False


def text(name: str, label: str = "", length: int = 255, **about: object) -> Field:
    """A line of text."""
    return Field(name, "string", label, length, **about)


def several(type_: str, *names: str) -> tuple[Field, ...]:
    """Fields of one type."""
    return tuple(Field(name, type_) for name in names)


def lookup(name: str, to: str, relationship: str, label: str = "", **about: object) -> Field:
    """The id of another record."""
    return Field(name, "reference", label, 18, (to,), relationship, **about)


def picklist(name: str, label: str, *values: str | tuple[str, str]) -> Field:
    """A choice; a value whose label differs is a pair."""
    pairs = tuple((each, each) if isinstance(each, str) else each for each in values)
    return Field(name, "picklist", label, 255, picklist=pairs)
