"""A row as a query's answer has it: what was selected, parents inside."""

from collections.abc import Callable, Iterable

from integrations.sandbox.salesforce.errors import Refusal
from integrations.sandbox.salesforce.reach import Parent, Reach
from integrations.sandbox.salesforce.schema import Entity
from integrations.sandbox.salesforce.soql.syntax import Name

Row = dict
Shape = Callable[[Row], dict]


def shape(reach: Reach, selected: Iterable[Name], base: str) -> Shape:
    """What makes a record of a row.

    Raises:
        Refusal: A field that there is not, or one that is selected twice.
    """
    paths = [(name.text.split("."), name) for name in selected]
    seen: set[str] = set()
    for _, name in paths:
        if name.text.lower() in seen:
            raise Refusal(400, "INVALID_FIELD", f"duplicate field selected: {name.text}")
        seen.add(name.text.lower())
    return _shape(reach, reach.entity, paths, base)


def _shape(reach: Reach, entity: Entity, paths: list[tuple[list[str], Name]], base: str) -> Shape:
    own = [reach.field(entity, path[0], name).name for path, name in paths if len(path) == 1]
    below: dict[str, list] = {}
    for path, name in paths:
        if len(path) > 1:
            below.setdefault(path[0].lower(), []).append((path, name))
    parents = [_parent(reach, entity, each, base) for each in below.values()]
    kind, url = entity.name, f"{base}/{entity.name}/"

    def made(row: Row) -> dict:
        record: dict = {"attributes": {"type": kind, "url": url + row["Id"]}}
        for name in own:
            record[name] = row.get(name)
        for relationship, find, inner in parents:
            parent = find(row)
            record[relationship] = None if parent is None else inner(parent)
        return record

    return made


def _parent(reach: Reach, entity: Entity, paths: list, base: str) -> tuple[str, Parent, Shape]:
    (first, *_), name = paths[0]
    field = reach.lookup(entity, first, name)
    rest = [(path[1:], one) for path, one in paths]
    inner = _shape(reach, reach.parent_entity(field), rest, base)
    return field.relationship, reach.parent(field), inner
