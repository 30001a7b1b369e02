"""What systems show of a record that its links or its children say: whom a change concerns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable

from .spoke_kinds import Derived
from .system import System, everyone

#: Before the kind, in the change table: not the record changed, but a link of its.
LINK_OF = "link of "


def links() -> list[tuple[str, str]]:
    """(system, kind) of the links that another system shows something of."""
    all_derived = [
        (kind, spoke.derived)
        for system in everyone()
        for kind, spoke in system.kinds.items()
        if spoke.derived
    ]
    own = {(name, kind) for kind, derived in all_derived for name in derived.links}
    return sorted(own.union(*(derived.told_by_links for _, derived in all_derived)))


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
            for teller, whom in _tellers(spoke_kind.derived).items():
                told.update(whom(ids[teller]) if ids[teller] else [])
            found |= {(kind, pk) for pk in told}
    return found


def _tellers(derived: Derived) -> dict[str, Callable[[Collection[int]], Iterable[int]]]:
    by_link = {
        f"{LINK_OF}{kind} to {name}": whom for (name, kind), whom in derived.told_by_links.items()
    }
    return {**derived.told_by, **by_link}
