"""What other systems' statuses stand for: the table that staff keep."""

from __future__ import annotations

import pytest

from integrations.models import StageMapping
from integrations.salesforce import SYSTEM
from integrations.sync import reconcile, upkeep
from tests.factories import StageFactory

pytestmark = pytest.mark.django_db


def test_what_a_person_says_in_the_table_is_kept_and_the_deals_follow(salesforce, admin_client):
    loan = salesforce.loan(status="On Hold")
    salesforce.poll()
    row = StageMapping.objects.get(remote_stage="On Hold")
    stage = salesforce.pipeline.stages.get(name="Loan In Process")

    page = admin_client.get("/admin/integrations/stagemapping/?missing=stage").content.decode()
    assert "On Hold" in page
    assert "1 deal" in page
    admin_client.post(
        f"/admin/integrations/stagemapping/{row.pk}/change/",
        {"stage": stage.pk, "status": "open", "action": "sync"},
    )

    row.refresh_from_db()
    assert (row.stage, row.edited_by) == (stage, "admin")
    assert upkeep.due_for_comparison() == [SYSTEM]
    reconcile.reconcile(SYSTEM)
    assert salesforce.deal(loan).stage == stage


def test_stages_to_choose_from_are_named_with_their_pipelines(salesforce, admin_client):
    row = StageMapping.objects.create(system="salesforce", remote_stage="On Hold")
    stage = salesforce.pipeline.stages.first()
    archived = StageFactory(pipeline=salesforce.pipeline, name="Old")
    row.stage = archived
    row.save()
    archived.archive()

    page = admin_client.get(f"/admin/integrations/stagemapping/{row.pk}/change/").content.decode()

    assert f'<option value="{stage.pk}">Loans: Application In</option>' in page
    assert f'<option value="{archived.pk}" selected>Loans: Old (archived)</option>' in page


def test_deals_are_counted_by_the_label_of_their_status_too(salesforce, admin_client):
    salesforce.loan(status="Getting Things Rolling")
    salesforce.poll()
    StageMapping.objects.all().delete()
    for name in ("GTR", "Getting Things Rolling", "Held"):
        StageMapping.objects.create(system="salesforce", remote_stage=name)

    page = admin_client.get("/admin/integrations/stagemapping/").content.decode()

    assert (page.count("1 deal<"), page.count("0 deals<")) == (2, 1)


def test_a_status_of_which_nobody_has_said_anything_leaves_the_deal(salesforce, admin_client):
    row = StageMapping.objects.create(system="salesforce", remote_stage="On Hold")

    page = admin_client.get("/admin/integrations/stagemapping/").content.decode()
    assert "The deal stays as it is" in page
    assert "The deal follows" not in page

    row.status = "won"
    row.save()
    page = admin_client.get("/admin/integrations/stagemapping/").content.decode()
    assert "The deal follows" in page


def test_who_only_sells_reads_the_table_and_changes_nothing(salesforce, as_):
    StageMapping.objects.create(system="salesforce", remote_stage="On Hold")
    row = StageMapping.objects.get()
    sales = as_("sales")

    assert sales.get("/admin/integrations/stagemapping/").status_code == 200
    answer = sales.post(f"/admin/integrations/stagemapping/{row.pk}/change/", {"status": "won"})

    assert answer.status_code == 403
    row.refresh_from_db()
    assert row.status == "open"
