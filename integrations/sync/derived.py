"""What systems show of a record that its links or its children say: whom a change concerns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from .system import System, everyone

#: Before the kind, in the change table: not the record changed, but a link of its.
LINK_OF = "link of "


def links() -> list[tuple[str, str]]:
    """(system, kind) of the links that another system shows something of."""
    return sorted(
        {
            (name, kind)
            for system in everyone()
            for kind, spoke in system.kinds.items()
            for name in (spoke.derived.links if spoke.derived else ())
        }
    )


def concerned(system: System, changes: Iterable[tuple[str, int, str]]) -> set[tuple[str, int]]:
    """(kind, id) of the records of which the system may show something else now.

    Args:
        changes: (kind, id, origin) of what changed, whoever did it. A link's origin is the
            system that it leads to.
    """
    ids: dict[str, set[int]] = defaultdict(set)
    for kind, pk, origin in changes:
        ids[f"{kind} to {origin}" if kind.startswith(LINK_OF) else kind].add(pk)
    found: set[tuple[str, int]] = set()
    for kind, spoke_kind in system.kinds.items():
        if spoke_kind.derived:
            by_link = [ids[f"{LINK_OF}{kind} to {name}"] for name in spoke_kind.derived.links]
            told = set().union(*by_link)
            for teller, whom in spoke_kind.derived.told_by.items():
                told.update(whom(ids[teller]) if ids[teller] else [])
            found |= {(kind, pk) for pk in told}
    return found
