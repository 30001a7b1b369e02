"""A person typed an organization into a client in TC2: the client is of that company."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from companies.models import Company
from integrations.models import ExternalLink, KeptApart, LinkState, PossibleDuplicate, SyncLog
from integrations.sync import outbox_entries, system

from .inbound import organizations
from .schemas import CRM, NAME


def follow(shown: Mapping[int, Mapping[str, Any]]) -> None:
    """Move each client's link to the company of the organization that it now names.

    The company that it was linked to before is left to staff, as a possible duplicate.

    Args:
        shown: Company id to what somebody changed on its client.
    """
    for company_id, values in shown.items():
        for typed in organizations(values)[:1]:
            _follow(company_id, typed)


def _follow(company_id: int, typed: str) -> None:
    chosen = ExternalLink.objects.filter(
        system=CRM, kind="company", remote_id=typed, state__in=[LinkState.LIVE, LinkState.ALIAS]
    ).first()
    link = ExternalLink.objects.filter(
        system=NAME, kind="company", record_id=company_id, state=LinkState.LIVE
    ).first()
    if link is None or (chosen and chosen.record_id == company_id):
        return
    if why_not := _obstacle(chosen, link):
        _note(company_id, f"TC2 names organization {typed}, but {why_not}")
        return
    assert chosen is not None
    assert chosen.record_id is not None
    _move(link, chosen.record_id)
    _note(company_id, f"Client {link.remote_id} was linked by hand to organization {typed}")
    pair = sorted([company_id, chosen.record_id])
    PossibleDuplicate.objects.get_or_create(
        kind="company",
        first_id=pair[0],
        second_id=pair[1],
        defaults={"why": "one client in TC2 was linked to both"},
    )


def _obstacle(chosen: ExternalLink | None, link: ExternalLink) -> str:
    """Why the client cannot be of that company."""
    if chosen is None:
        return "Pipedrive has no such organization"
    if not Company.objects.filter(pk=chosen.record_id).exists():
        return "its company is archived in Hermes"
    about = {"system": NAME, "kind": "company", "record_id": chosen.record_id}
    if ExternalLink.objects.filter(**about).exclude(state=LinkState.ALIAS).exists():
        return "that company has another client in TC2"
    if KeptApart.objects.filter(**about, remote_id=link.remote_id).exists():
        return "a person has said that the two are not one"
    return ""


def _move(link: ExternalLink, company_id: int) -> None:
    """The two sides have yet to agree on anything: the answer to a write brings it all."""
    link.record_id, link.snapshot = company_id, {}
    link.save(update_fields=["record_id", "snapshot"])
    outbox_entries.add(system.get(NAME), [("company", company_id)], at_once=True)


def _note(company_id: int, message: str) -> None:
    SyncLog.objects.create(
        level=SyncLog.Level.WARNING,
        system=NAME,
        kind="company",
        record_id=company_id,
        topic="link",
        message=message,
    )
