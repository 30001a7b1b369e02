"""Stages to choose from, where several pipelines have stages of one name."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from deals.models import Deal
from tests.factories import DealFactory, PipelineFactory, StageFactory

from .forms import opened, page, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def payg():
    return PipelineFactory(name="PAYG")


@pytest.fixture
def new(payg):
    return StageFactory(pipeline=payg, name="New")


@pytest.fixture
def other_new():
    return StageFactory(pipeline=PipelineFactory(name="Enterprise"), name="New")


def offered(client, address: str, field: str) -> list[str]:
    form = client.get(address).context["adminform"].form
    return [label for value, label in form.fields[field].choices if value]


def test_a_deal_chooses_among_stages_that_are_named_with_their_pipeline(
    client, staff, new, other_new
):
    staff("sales")
    deal = DealFactory(pipeline=new.pipeline, stage=new)

    for address in (page(deal), reverse("admin:deals_deal_add")):
        assert offered(client, address, "stage") == ["PAYG: New", "Enterprise: New"]


def test_a_stage_of_another_pipeline_takes_the_deal_there(client, staff, new, other_new):
    staff("sales")
    deal = DealFactory(pipeline=new.pipeline, stage=new)

    save(client, deal, stage=other_new.pk)

    deal.refresh_from_db()
    assert (deal.stage, deal.pipeline) == (other_new, other_new.pipeline)
    save(client, deal, pipeline="")
    deal.refresh_from_db()
    assert deal.pipeline == other_new.pipeline


def test_a_pipeline_and_a_stage_that_a_person_chose_must_belong_together(
    client, staff, new, other_new
):
    staff("sales")
    deal = DealFactory(pipeline=new.pipeline, stage=new)
    third = PipelineFactory(name="Startup")
    chosen = {"pipeline": third.pk, "stage": other_new.pk}

    response = client.post(page(deal), {**opened(client, deal), **chosen})

    assert "New is not a stage of Startup" in str(response.context["adminform"].form.errors)
    deal.refresh_from_db()
    assert deal.stage == new


def test_a_new_deal_needs_no_more_than_its_stage(client, staff, new):
    staff("sales")
    response = client.post(
        reverse("admin:deals_deal_add"),
        {"name": "Onboarding", "status": "open", "kind": "sale", "stage": new.pk},
    )

    assert response.status_code == 302, response.context["adminform"].form.errors
    assert Deal.objects.get().pipeline == new.pipeline


def test_a_pipeline_starts_at_one_of_its_own_stages(client, staff, payg, new, other_new):
    staff()
    assert offered(client, page(payg), "default_stage") == ["PAYG: New"]
    assert offered(client, reverse("admin:deals_pipeline_add"), "default_stage") == []

    save(client, payg, default_stage=new.pk)

    payg.refresh_from_db()
    assert payg.default_stage == new


def test_a_pipeline_does_not_start_at_a_stage_of_another(client, staff, payg, new, other_new):
    staff()
    response = client.post(page(payg), {**opened(client, payg), "default_stage": str(other_new.pk)})

    assert "default_stage" in response.context["adminform"].form.errors
    payg.refresh_from_db()
    assert payg.default_stage is None
    payg.default_stage = other_new
    with pytest.raises(ValidationError, match="New is not a stage of PAYG"):
        payg.full_clean()


def test_a_stage_that_moved_to_another_pipeline_is_shown_and_asked_about(
    client, staff, payg, other_new
):
    staff()
    payg.default_stage = other_new
    payg.save()
    assert offered(client, page(payg), "default_stage") == ["Enterprise: New"]

    response = client.post(page(payg), {**opened(client, payg), "name": "Pay as you go"})

    assert "is not a stage of" in str(response.context["adminform"].form.errors)
    payg.refresh_from_db()
    assert (payg.name, payg.default_stage) == ("PAYG", other_new)
