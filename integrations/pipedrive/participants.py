"""Participants of a loan's deal: its co-borrowers, who are only ever added.

They are no field of the deal there, and go in calls of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import chain
from typing import Any

from deals.models import Deal
from integrations.sync import not_kept, parts
from integrations.sync import system as systems
from integrations.sync.errors import Rejected, RemoteGone

from .client import Client
from .elsewhere import LOANS, is_on, live

FIELD = "participants"


# -- who they are ---------------------------------------------------------------------------


def values(deals: Iterable[Any]) -> dict[int, dict[str, list[int]]]:
    """By deal those there have been and are to be, as persons there, where somebody is missing."""
    if not is_on(LOANS):
        return {}
    borrowers = _borrowers(deals)
    others = _coborrowers(set(borrowers.values()))
    couples = {deal: pk for deal, pk in borrowers.items() if pk in others}
    persons, known = _persons({*others, *chain(*others.values())}), _known(couples)
    found = {}
    for deal, borrower in couples.items():
        wanted = {persons[pk] for pk in others[borrower] if pk in persons}
        had = known.get(deal, set())
        if missing := wanted - had - {persons.get(borrower)}:
            found[deal] = {FIELD: sorted(had | missing)}
    return found


def _coborrowers(borrowers: Collection[int]) -> dict[int, list[int]]:
    """Borrower to the contacts that Salesforce keeps on them, where there are any."""
    loans = systems.get(LOANS)
    found: dict[int, list[int]] = {}
    for part in loans.kinds["contact"].parts:
        for pk, ids in parts.ids_of(loans, "contact", borrowers, part).items():
            found.setdefault(pk, []).extend(ids)
    return found


def deals_with(contact_ids: Collection[int]) -> Iterable[int]:
    """Ids of the deals of whose borrower one of these may be a co-borrower."""
    if not is_on(LOANS):
        return []
    borrowers = parts.keepers(systems.get(LOANS), "contact", contact_ids)
    return Deal.objects.filter(contact_id__in=borrowers).values_list("pk", flat=True)


def _borrowers(deals: Iterable[Any]) -> dict[int, int]:
    """Loan to its borrower's contact; one that is won or lost takes nothing more."""
    found = {one.pk: one.contact_id for one in deals if one.status == "open" and one.contact_id}
    loans = live(LOANS, "deal").filter(record_id__in=found).values_list("record_id", flat=True)
    return {pk: found[pk] for pk in loans}


def _persons(contact_ids: Iterable[int]) -> dict[int, int]:
    """Contact to the person there."""
    from .schemas import NAME

    links = (
        live(NAME, "contact")
        .filter(record_id__in=contact_ids)
        .values_list("record_id", "remote_id")
    )
    return {pk: int(remote_id) for pk, remote_id in links}


def _known(deal_ids: Iterable[int]) -> dict[int, set[int]]:
    """Deal to who has been put on it there."""
    from .schemas import NAME

    links = live(NAME, "deal").filter(record_id__in=deal_ids).values_list("record_id", "snapshot")
    return {pk: set(snapshot.get(FIELD, ())) for pk, snapshot in links}


# -- on the wire ----------------------------------------------------------------------------


def add(client: Client, deal_id: str, wanted: Iterable[int]) -> bool:
    """Add those who are missing. Whether Pipedrive takes all; if not, staff are told."""
    try:
        there = _people(client.participants(deal_id))
    except (Rejected, RemoteGone) as error:
        _tell(f"does not show the participants of deal {deal_id}", error)
        return False
    lacking = _still_persons(pk for pk in wanted if pk not in there)
    return all([_is_taken(client, deal_id, pk) for pk in lacking])


def _still_persons(ids: Iterable[int]) -> list[int]:
    """Of those who were put on it long ago some have become part of others there."""
    from .schemas import NAME

    links = live(NAME, "contact").filter(remote_id__in=[str(pk) for pk in ids])
    return sorted(int(remote_id) for remote_id in links.values_list("remote_id", flat=True))


def _is_taken(client: Client, deal_id: str, person_id: int) -> bool:
    try:
        client.add_participant(deal_id, person_id)
    except (Rejected, RemoteGone) as error:
        _tell(f"does not take person {person_id} as a participant of deal {deal_id}", error)
        return False
    return True


def _people(listed: Any) -> set[int]:
    """Who is one already, as far as the answer says."""
    found = set()
    for one in listed if isinstance(listed, list) else []:
        who = one.get("person_id") if isinstance(one, dict) else None
        found.add(who.get("value") if isinstance(who, dict) else who)
    return found


def _tell(what: str, error: Exception) -> None:
    from .schemas import NAME

    system = systems.get(NAME)
    not_kept.tell(system, "deal", f"{system.label} {what}: {error}")
