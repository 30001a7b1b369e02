"""What follows in Hermes from a client's news: deals that begin and end, and who it is."""

from __future__ import annotations

from collections.abc import Iterable

from deals import services
from integrations.models import SyncLog
from integrations.sync.system import Applied

from . import typed_organization
from .schemas import NAME

#: Only these end a deal: one that a person has opened again stays open at other news.
ENDING = {"narc", "tc2_status"}


def carry_out(news: Iterable[Applied]) -> None:
    """Open and end the deals of companies that are new or changed."""
    told = [each for each in news if each.kind == "company"]
    if not told:
        return
    typed_organization.follow({each.record_id: each.shown for each in told if each.shown})
    companies = {each.record_id: each.fields for each in told if each.fields}
    services.lose_open_deals([pk for pk, fields in companies.items() if fields & ENDING])
    for company in services.open_first_deals(companies.keys()):
        SyncLog.objects.create(
            level=SyncLog.Level.WARNING,
            system=NAME,
            kind="company",
            record_id=company.pk,
            topic="no_pipeline",
            message="No deal was opened: choose the pipeline that new deals of the plan "
            f"“{company.get_price_plan_display() or 'Pay as you go'}” enter, and its first stage",
        )
