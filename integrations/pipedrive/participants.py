"""Participants of a loan's deal: its co-borrowers, who are only ever added.

They are no field of the deal there, and go in calls of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from deals.models import Deal
from integrations.models import ExternalLink, LinkState
from integrations.sync import not_kept, parts
from integrations.sync import system as systems
from integrations.sync.errors import Rejected, RemoteGone

from .client import Client
from .elsewhere import LOANS, is_on

FIELD = "participants"


# -- who they are ---------------------------------------------------------------------------


def values(deal: Any) -> dict[str, list[int]]:
    """Those there have been and are to be, as persons there; nothing while none is missing."""
    if deal.contact_id is None or not is_on(LOANS) or not _is_open_loan(deal):
        return {}
    wanted = _persons(coborrowers(deal)) - _persons([deal.contact_id])
    links = _there("deal", [deal.pk]).values_list("snapshot", flat=True)
    known = {pk for snapshot in links for pk in snapshot.get(FIELD, ())}
    return {FIELD: sorted(known | wanted)} if wanted - known else {}


def coborrowers(deal: Any) -> list[int]:
    """Ids of the contacts that Salesforce keeps on the deal's borrower."""
    loans = systems.get(LOANS)
    return [
        pk
        for part in loans.kinds["contact"].parts
        for pk in parts.ids_of(loans, "contact", deal.contact_id, part)
    ]


def deals_with(contact_ids: Collection[int]) -> Iterable[int]:
    """Ids of the deals of whose borrower one of these may be a co-borrower."""
    if not is_on(LOANS):
        return []
    borrowers = parts.keepers(systems.get(LOANS), "contact", contact_ids)
    return Deal.objects.filter(contact_id__in=borrowers).values_list("pk", flat=True)


def _is_open_loan(deal: Any) -> bool:
    """One that is won or lost takes nothing more."""
    links = ExternalLink.objects.filter(system=LOANS, kind="deal", record_id=deal.pk)
    return deal.status == "open" and links.filter(state=LinkState.LIVE).exists()


def _persons(contact_ids: Iterable[int]) -> set[int]:
    ids = _there("contact", contact_ids).values_list("remote_id", flat=True)
    return {int(remote_id) for remote_id in ids}


def _there(kind: str, ids: Iterable[int]) -> Any:
    from .schemas import NAME

    return ExternalLink.objects.filter(
        system=NAME, kind=kind, record_id__in=list(ids), state=LinkState.LIVE
    )


# -- on the wire ----------------------------------------------------------------------------


def add(client: Client, deal_id: str, wanted: Iterable[int]) -> bool:
    """Add those who are missing. Whether Pipedrive takes all; if not, staff are told."""
    try:
        there = _people(client.participants(deal_id))
    except (Rejected, RemoteGone) as error:
        _tell(f"does not show the participants of deal {deal_id}", error)
        return False
    return all([_is_taken(client, deal_id, pk) for pk in wanted if pk not in there])


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
