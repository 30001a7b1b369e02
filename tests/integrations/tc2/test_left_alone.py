"""What a write to TC2 does not touch."""

from __future__ import annotations

import pytest

from integrations.sync import reconcile
from integrations.tc2 import SYSTEM as TC2

pytestmark = pytest.mark.django_db


def test_what_a_person_just_edited_in_tc2_is_not_written_over(pipedrive, tc2, client_id):
    tc2.account.edit(client_id, email="new@quill.example", last_name="Quill-Hale")

    assert len(tc2.send()) == 1

    there = tc2.account.client(client_id)
    assert (there["email"], there["last_name"]) == ("new@quill.example", "Quill-Hale")


def test_without_pipedrive_nothing_that_clients_show_of_it_is_taken_away(
    pipedrive, tc2, client_id, settings
):
    tc2.send()
    tc2.deliver()
    before = tc2.shown(client_id)
    settings.PIPEDRIVE_API_TOKEN = ""

    tc2.deliver(tc2.event(client_id))
    tc2.edit(client_id, extra_attrs={"pipedrive_deal_stage": "Typed"})

    assert tc2.send() == []
    reconcile.reconcile(TC2)
    assert tc2.send() == []
    assert tc2.shown(client_id) == before | {"deal_stage": "Typed"}


def test_without_pipedrive_s_address_the_link_to_it_is_left_as_it_is(
    pipedrive, tc2, client_id, settings
):
    settings.PIPEDRIVE_APP_URL = ""

    (call,) = tc2.send()

    assert "pipedrive_url" not in call.body["extra_attrs"]
    assert tc2.shown(client_id)["deal_stage"] == "Signed up"
