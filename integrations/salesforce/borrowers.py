"""Borrowers who came to a loan: they may have taken in the one who was there."""

from __future__ import annotations

from collections.abc import Iterable

from integrations.sync import links
from integrations.sync.records import RemoteRecord

from .schemas import NAME


def came(records: Iterable[RemoteRecord]) -> set[str]:
    """The borrowers of loans that we have whom we do not know as theirs.

    A merge there gives the loser's loans to the winner: of nobody else it need be asked.
    """
    named = {
        one.remote_id: pk
        for one in records
        if one.kind == "deal" and (pk := one.parents.get("contact"))
    }
    if not named:
        return set()
    known = links.record_ids_of(NAME, {"contact": set(named.values())})
    loans = links.links_of(NAME, "deal", list(named))
    return {
        named[loan]
        for loan, link in loans.items()
        if link.record_id is not None
        and link.snapshot.get("contact") != known.get(("contact", named[loan]), 0)
    }
