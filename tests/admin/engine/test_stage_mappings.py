"""What other systems' statuses stand for: the table that staff keep."""

from __future__ import annotations

import pytest

from integrations.models import StageMapping
from integrations.salesforce import SYSTEM
from integrations.sync import reconcile, upkeep

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


def test_who_only_sells_reads_the_table_and_changes_nothing(salesforce, as_):
    StageMapping.objects.create(system="salesforce", remote_stage="On Hold")
    row = StageMapping.objects.get()
    sales = as_("sales")

    assert sales.get("/admin/integrations/stagemapping/").status_code == 200
    answer = sales.post(f"/admin/integrations/stagemapping/{row.pk}/change/", {"status": "won"})

    assert answer.status_code == 403
    row.refresh_from_db()
    assert row.status == "open"
