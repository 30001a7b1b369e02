"""The CRM's fields may be dropdowns in the branch: these are written by their option's slug."""

from __future__ import annotations

import pytest

from integrations.models import OutboxEntry, OutboxState
from integrations.sync import reconcile
from integrations.tc2 import SYSTEM as TC2

pytestmark = pytest.mark.django_db

OPTIONS = ["Signed Up", "Démo (booked)", "Demo done"]


@pytest.fixture
def dropdown(tc2):
    """The deal's stage is a choice there."""
    fields = tc2.account.account.tables["custom_field"].values()
    (stage,) = [each for each in fields if each["machine_name"] == "pipedrive_deal_stage"]
    stage |= {"type": "Dropdown", "options": OPTIONS}


def rename(pipedrive, name):
    (stage,) = pipedrive.account.records("stage")[-1:]
    pipedrive.account.update("stage", stage["id"], name=name)
    pipedrive.tell("change", "stage", stage["id"])


def test_a_choice_is_written_by_its_slug_and_its_label_is_no_news(
    pipedrive, dropdown, tc2, client_id
):
    (call,) = tc2.send()

    assert call.status == 200
    assert call.body["extra_attrs"]["pipedrive_deal_stage"] == "signed-up"
    assert call.body["extra_attrs"]["pipedrive_pipeline"] == "New business"
    assert tc2.shown(client_id)["deal_stage"] == "Signed Up"
    tc2.deliver()
    tc2.deliver(tc2.event(client_id))
    assert tc2.send() == []
    assert reconcile.reconcile(TC2).report.endswith("0 to send")


def test_a_choice_that_a_person_changed_there_is_set_right(pipedrive, dropdown, tc2, client_id):
    tc2.send()
    rename(pipedrive, "Demo booked")
    assert [call.body for call in tc2.send()] == [
        {"extra_attrs": {"pipedrive_deal_stage": "demo-booked"}}
    ]
    tc2.deliver()

    tc2.edit(client_id, extra_attrs={"pipedrive_deal_stage": "demo-done"})

    assert [call.status for call in tc2.send()] == [200]
    assert tc2.shown(client_id)["deal_stage"] == "Démo (booked)"


def test_a_choice_is_emptied_with_the_deal(pipedrive, dropdown, tc2, client_id):
    tc2.send()
    (deal,) = pipedrive.account.records("deal")
    pipedrive.account.update("deal", deal["id"], status="lost")
    pipedrive.tell("change", "deal", deal["id"])

    assert [call.status for call in tc2.send()] == [200]
    assert tc2.shown(client_id)["deal_stage"] == "-----"
    tc2.deliver()
    assert tc2.send() == []


def test_a_stage_that_is_no_option_is_refused_and_kept_for_staff(
    pipedrive, dropdown, tc2, client_id
):
    rename(pipedrive, "Elsewhere")

    assert [call.status for call in tc2.send()] == [400]
    entry = OutboxEntry.objects.get(system="tc2", state=OutboxState.DEAD)
    assert "is not a valid choice" in entry.last_error


def test_a_choice_that_became_a_text_is_written_as_a_text(pipedrive, dropdown, tc2, client_id):
    tc2.send()
    fields = tc2.account.account.tables["custom_field"].values()
    (stage,) = [each for each in fields if each["machine_name"] == "pipedrive_deal_stage"]
    stage |= {"type": "Short Textbox", "options": []}
    tc2.deliver(tc2.event(client_id))

    rename(pipedrive, "Démo (booked)")

    assert [call.body for call in tc2.send()] == [
        {"extra_attrs": {"pipedrive_deal_stage": "Démo (booked)"}}
    ]
