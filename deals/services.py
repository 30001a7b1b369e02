"""The rules by which deals begin and end on their own."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from companies.models import Company, Plan, TC2Status
from contacts.models import Contact
from deals.models import Deal, Pipeline, Status

#: Who signed up longer ago is no new business.
NEW_FOR = timedelta(days=90)

#: Agencies that have yet to be won.
TO_BE_WON = (TC2Status.PENDING, TC2Status.TRIAL)


@transaction.atomic
def open_first_deals(company_ids: Collection[int]) -> list[Company]:
    """Open a deal for each company that has just signed up and never had one.

    Returns:
        Those that should have one and cannot: no pipeline takes new deals of their plan.

    Source: workflows, "Client signs up".
    """
    entries = _entries()
    without, made = [], []
    for company in _new_business(company_ids):
        pipeline = entries.get(company.price_plan or Plan.PAYG)
        if pipeline is None:
            without.append(company)
        else:
            made.append(_first_deal(company, pipeline))
    Deal.objects.bulk_create(made)
    return without


def deal_for_call(company: Company, contact: Contact, *, plan: str) -> Deal | None:
    """The company's newest open deal, or a new one; what was won or lost stays so.

    Args:
        plan: That of a company of which none is known.

    Returns:
        None where no pipeline takes new deals of the plan.

    Source: workflows, "Sales call booked", Deal object.
    """
    # Held, so that two calls at one moment do not open two.
    company = Company.objects.select_for_update(of=("self",), no_key=True).get(pk=company.pk)
    is_open = Deal.objects.filter(company=company, status=Status.OPEN)
    if deal := is_open.order_by("-pk").first():
        return deal
    pipeline = _entries().get(company.price_plan or plan or Plan.PAYG)
    if pipeline is None:
        return None
    deal = _deal_in(pipeline, company, contact)
    deal.save()
    return deal


def open_missed_deals(pipeline: Pipeline) -> None:
    """Open the first deals that waited for this pipeline's plan and stage."""
    if not (pipeline.plan and pipeline.default_stage_id):
        return
    plans = [pipeline.plan, *([""] if pipeline.plan == Plan.PAYG else [])]
    waiting = Company.objects.filter(tc2_status__in=TO_BE_WON, price_plan__in=plans)
    open_first_deals(list(waiting.values_list("pk", flat=True)))


def _new_business(company_ids: Collection[int]) -> Iterable[Company]:
    ever_had_one = Deal.all_objects.filter(company_id__in=company_ids)
    return (
        # Held, so that two messages about one company do not open two.
        Company.objects.select_for_update(of=("self",), no_key=True)
        .filter(
            pk__in=company_ids,
            tc2_status__in=TO_BE_WON,
            signed_up_at__gt=timezone.now() - NEW_FOR,
            paid_invoice_count=0,
            sales_person__isnull=False,
            narc=False,
        )
        .exclude(pk__in=ever_had_one.values("company_id"))
        .order_by("pk")
    )


def _entries() -> dict[str, Pipeline]:
    """Plan to the pipeline that its deals enter; the oldest where two name one plan."""
    pipelines = Pipeline.objects.exclude(plan="").filter(
        default_stage__archived_at=None, default_stage__pipeline=F("pk")
    )
    return {each.plan: each for each in pipelines.order_by("-pk") if each.default_stage_id}


def _first_deal(company: Company, pipeline: Pipeline) -> Deal:
    return _deal_in(pipeline, company, company.contacts.live().order_by("pk").first())


def _deal_in(pipeline: Pipeline, company: Company, contact: Contact | None) -> Deal:
    assert pipeline.default_stage_id is not None, "deals enter no pipeline without a first stage"
    return Deal(
        name=company.name,
        company=company,
        contact=contact,
        owner_id=company.sales_person_id,
        pipeline=pipeline,
        stage_id=pipeline.default_stage_id,
    )


def lose_open_deals(company_ids: Collection[int]) -> int:
    """End the open deals of companies that are no customers. Returns how many.

    Only of those that are not real customers or whose account was terminated.
    """
    now = timezone.now()
    ended = Company.all_objects.filter(
        Q(narc=True) | Q(tc2_status=TC2Status.TERMINATED), pk__in=company_ids
    )
    deals = Deal.objects.filter(company__in=ended, status=Status.OPEN)
    return deals.update(status=Status.LOST, closed_at=now, updated_at=now)
