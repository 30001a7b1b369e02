"""What the CRM has of a company, as its client in TC2 shows it: organization, and open deal."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.apps import apps

from deals.models import Deal, Status
from integrations.models import ExternalLink, LinkState
from integrations.sync import system as systems

from .schemas import CRM


def shown(company: Any) -> dict[str, str]:
    """The organization's address and number, the newest open deal's stage and pipeline.

    Nothing while no CRM is connected: clients keep what they show of it.
    """
    crm = systems.find(CRM)
    if crm is None or not crm.is_on():
        return {}
    remote_id = _organization(company.pk)
    deal = (
        Deal.objects.filter(company_id=company.pk, status=Status.OPEN)
        .select_related("stage", "pipeline")
        .order_by("-pk")
        .first()
    )
    address = crm.web_url("company", remote_id) if remote_id else ""
    return {
        **({"crm_url": address} if address or not remote_id else {}),
        "crm_id": remote_id,
        "deal_stage": deal.stage.name.strip() if deal else "",
        "deal_pipeline": deal.pipeline.name.strip() if deal else "",
    }


def _organization(company_id: int) -> str:
    links = ExternalLink.objects.filter(
        system=CRM, kind="company", record_id=company_id, state=LinkState.LIVE
    )
    return links.values_list("remote_id", flat=True).first() or ""


def companies_of_deals(deal_ids: Collection[int]) -> Iterable[int]:
    """Companies that have or had one of the deals: a deal that moves leaves one behind."""
    now = Deal.all_objects.filter(pk__in=deal_ids)
    earlier = apps.get_model("deals.DealEvent").objects.filter(pgh_obj_id__in=deal_ids)
    return {*_companies(now), *_companies(earlier)}


def companies_at_stages(stage_ids: Collection[int]) -> Iterable[int]:
    return _companies(Deal.objects.filter(stage_id__in=stage_ids, status=Status.OPEN))


def companies_in_pipelines(pipeline_ids: Collection[int]) -> Iterable[int]:
    return _companies(Deal.objects.filter(pipeline_id__in=pipeline_ids, status=Status.OPEN))


def _companies(deals: Any) -> Iterable[int]:
    found = deals.filter(company_id__isnull=False).values_list("company_id", flat=True)
    return found.distinct()
