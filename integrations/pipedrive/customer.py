"""What TC2 has of a company, as its organization in Pipedrive shows it: where its client is."""

from __future__ import annotations

from typing import Any

from integrations.models import ExternalLink, LinkState
from integrations.sync import system as systems

#: The system in which customers have their accounts.
ACCOUNTS = "tc2"


def shown(company: Any) -> dict[str, str]:
    """The address of the company's client; nothing while there is no place for it."""
    from .keys import keys

    accounts = systems.find(ACCOUNTS)
    if accounts is None or not accounts.is_on() or "tc2_url" not in keys()["company"]:
        return {}
    links = ExternalLink.objects.filter(
        system=ACCOUNTS, kind="company", record_id=company.pk, state=LinkState.LIVE
    )
    client_id = links.values_list("remote_id", flat=True).first()
    return {"tc2_url": accounts.web_url("company", client_id) if client_id else ""}
