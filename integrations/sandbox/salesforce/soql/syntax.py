"""What a query is made of, and how one is refused."""

from dataclasses import dataclass

from integrations.sandbox.salesforce.errors import Refusal

#: Of the query around an error, to either side.
_SHOWN = 40


@dataclass(frozen=True)
class Name:
    """A field, with its parents in front of it, or an object."""

    text: str
    at: int


@dataclass(frozen=True)
class Literal:
    """A value; ``kind`` is string, number, date, datetime, boolean or null."""

    kind: str
    value: object
    at: int


@dataclass(frozen=True)
class Comparison:
    """``field operator value``; IN and NOT IN have several."""

    field: Name
    operator: str
    values: tuple[Literal, ...]


@dataclass(frozen=True)
class Not:
    """The opposite."""

    inner: "Condition"


@dataclass(frozen=True)
class Joined:
    """Several, of which all (AND) or one (OR) must hold."""

    word: str
    parts: tuple["Condition", ...]


Condition = Comparison | Not | Joined


@dataclass(frozen=True)
class Order:
    """One of the fields by which to sort."""

    field: Name
    descending: bool
    nulls_last: bool


@dataclass(frozen=True)
class Query:
    """All of it."""

    select: tuple[Name, ...]
    entity: Name
    where: Condition | None
    order: tuple[Order, ...]
    limit: int | None


def refusal(text: str, at: int, code: str, why: str) -> Refusal:
    """An error with the place where it is, as Salesforce shows it."""
    start = max(0, at - _SHOWN)
    shown = " ".join(text[start : at + _SHOWN].split("\n"))
    row = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    place = f"\n{shown}\n{' ' * (at - start)}^\nERROR at Row:{row}:Column:{column}\n"
    return Refusal(400, code, place + why)
