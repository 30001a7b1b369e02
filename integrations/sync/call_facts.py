"""What staff want to know of a call, and guests must not see."""

from __future__ import annotations

from typing import Any

from integrations.models import ExternalLink, LinkState

from .system import everyone

#: In the place of what is not known.
MISSING = "–"


def call_facts(meeting: Any) -> list[tuple[str, str]]:
    """Name and value: whom the call is with, and where their company is in each system."""
    return [*_of_guest(meeting), *_addresses(meeting.company_id)]


def _of_guest(meeting: Any) -> list[tuple[str, str]]:
    """Contract, section 9: support knows its customers."""
    if meeting.kind != "sales":
        return []
    company, contact = meeting.company, meeting.contact
    facts = [
        ("Company", company and company.name),
        ("E-mail", contact and contact.email),
        ("Phone", contact and contact.phone),
        ("Estimated monthly revenue", company and company.estimated_income),
        ("Country", company and company.country),
    ]
    return [(name, " ".join(str(value or "").split()) or MISSING) for name, value in facts]


def _addresses(company_id: int | None) -> list[tuple[str, str]]:
    links = ExternalLink.objects.filter(kind="company", record_id=company_id, state=LinkState.LIVE)
    ids = dict(links.values_list("system", "remote_id")) if company_id else {}
    keepers = [system for system in everyone() if "company" in system.kinds]
    return [
        (system.label, _address(system.web_url("company", ids[system.name])))
        if system.name in ids
        else (system.label, MISSING)
        for system in keepers
    ]


def _address(url: str) -> str:
    return url or MISSING
