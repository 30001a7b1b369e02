"""What goes wrong, and what must not come of it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.utils import timezone

from companies.models import Company
from integrations.models import (
    Conflict,
    Connection,
    SyncLog,
    WebhookEvent,
)
from integrations.pipedrive import SYSTEM
from integrations.sync import inbox, poll
from integrations.sync.errors import Rejected

pytestmark = pytest.mark.django_db


def known(pipedrive, **values):
    """An organization that both sides know."""
    org = pipedrive.create("organization", **{"name": "Larkfield", **values})
    pipedrive.tell("create", "organization", org["id"])
    return org, pipedrive.linked("company", org["id"])


@pytest.mark.parametrize(
    "body",
    [b"", b"no json", b"[]", b"7", b'{"meta": 3}', b'{"meta": {}}', b"[" * 100_000,
     b'{"meta": {"entity": "organization", "action": "create"}, "data": "x"}',
     b'{"meta": {"entity": "organization", "action": "create"}, "data": {"id": {}}}',
     b'{"meta": {"entity": ["x"], "action": {"y": 1}, "id": null}}', b"\xff\xfe\x00"],
)  # fmt: skip
def test_a_body_that_nobody_can_read_is_acknowledged_kept_and_shown(body, pipedrive):
    assert pipedrive.post(body).status_code == 200
    inbox.drain()

    event = WebhookEvent.objects.get()
    assert bytes(event.body) == body
    assert event.state in {"dead", "ignored"}
    assert event.last_error or event.note


def test_a_body_over_a_mebibyte_is_refused(pipedrive):
    assert pipedrive.post(b"x" * (2 * 1024 * 1024)).status_code == 413
    assert not WebhookEvent.objects.exists()


def test_wrong_credentials_store_nothing_but_a_count(pipedrive, client):
    response = client.post("/pipedrive/callback/", b"{}", content_type="application/json")

    assert response.status_code == 401
    assert not WebhookEvent.objects.exists()
    assert Connection.objects.get(system="pipedrive").refused_deliveries == 1


def test_one_poisoned_event_harms_none_beside_it(pipedrive):
    org = pipedrive.create("organization", name="Larkfield")
    poisoned = {"meta": {"action": "create", "entity": "organization", "id": "bad"},
                "data": {"id": None}}  # fmt: skip
    pipedrive.post(json.dumps(poisoned).encode())
    pipedrive.tell("create", "organization", org["id"])

    assert Company.objects.get().name == "Larkfield"
    assert WebhookEvent.objects.get(dedupe_key="bad").reason == "rejected"


def test_texts_of_every_sort_arrive_and_go_out_without_a_ping_pong(pipedrive):
    name = "Łark\u202efield 🦉 " + "x" * 300
    org, company = known(pipedrive)
    event = pipedrive.event("change", "organization", org["id"])
    event["data"] = {**event["data"], "name": f"a\x00b {name}"}
    pipedrive.deliver(event)
    company.refresh_from_db()
    assert company.name == f"ab {name}"

    company.name = "Second " + name
    company.save()
    (call,) = pipedrive.send()
    assert len(call.body["name"]) <= 255
    pipedrive.tell("change", "organization", org["id"])
    company.refresh_from_db()
    assert company.name == "Second " + name
    assert pipedrive.send() == []


def test_a_hundred_and_fifty_custom_fields_do_no_harm(pipedrive):
    keys = [pipedrive.account.add_field("organization", f"F{n}", "varchar") for n in range(150)]
    _org, company = known(pipedrive, custom_fields={key: "x" for key in keys})

    assert company.name == "Larkfield"
    assert len(json.dumps(pipedrive.link(company).snapshot)) < 2000


def test_null_names_emails_phones_and_dates_do_no_harm(pipedrive):
    org, company = known(pipedrive)
    person = pipedrive.create("person", name="Priya", org_id=org["id"])
    event = pipedrive.event("create", "person", person["id"])
    event["data"] = {
        **event["data"], "name": None, "first_name": None, "last_name": None, "emails": None,
        "phones": None, "update_time": None, "add_time": None,
    }  # fmt: skip
    pipedrive.deliver(event)

    assert WebhookEvent.objects.filter(state="dead").count() == 0
    assert company.contacts.count() == 1


def test_values_of_wrong_types_are_left_out_and_told_and_the_rest_is_kept(pipedrive):
    deal = pipedrive.create("deal", title="Onboarding")
    event = pipedrive.event("create", "deal", deal["id"])
    event["data"] = {**event["data"], "value": "much", "probability": 900, "currency": 4}
    pipedrive.deliver(event)

    assert pipedrive.linked("deal", deal["id"]).name == "Onboarding"
    assert SyncLog.objects.filter(topic="bad_value").exists()


def test_both_sides_changed_the_newer_wins_and_the_conflict_is_logged_once(pipedrive):
    org, company = known(pipedrive)
    company.name = "Here"
    company.save()
    pipedrive.account.update("organization", org["id"], name="There")
    event = pipedrive.tell("change", "organization", org["id"])
    event["meta"]["id"] = "again"
    pipedrive.deliver(event)

    company.refresh_from_db()
    conflict = Conflict.objects.get()
    assert company.name == "There"
    assert (conflict.hub_value, conflict.remote_value, conflict.winner) == (
        "Here", "There", "remote",
    )  # fmt: skip


def test_a_record_archived_by_a_person_is_not_brought_back_by_a_late_message(pipedrive):
    org, company = known(pipedrive)
    late = pipedrive.event("change", "organization", org["id"])
    company.archive()
    pipedrive.send()
    pipedrive.deliver(late)

    company.refresh_from_db()
    assert company.archived_at is not None


def test_a_won_deal_is_not_opened_again_by_a_sync(pipedrive):
    deal = pipedrive.create("deal", title="Onboarding")
    pipedrive.tell("create", "deal", deal["id"])
    stale = pipedrive.event("change", "deal", deal["id"])
    pipedrive.account.update("deal", deal["id"], status="won")
    pipedrive.tell("change", "deal", deal["id"])
    pipedrive.deliver(stale)
    ours = pipedrive.linked("deal", deal["id"])
    ours.name = "Renamed"
    ours.save()

    assert ours.status == "won"
    assert [call.body for call in pipedrive.send()] == [{"title": "Renamed"}]


def test_changing_the_email_keeps_the_persons_other_addresses(pipedrive):
    org, _ = known(pipedrive)
    emails = [{"value": "priya@work.example", "primary": True, "label": "work"},
              {"value": "priya@home.example", "primary": False, "label": "home"}]  # fmt: skip
    person = pipedrive.create("person", name="Priya Nair", org_id=org["id"], emails=emails)
    pipedrive.tell("create", "person", person["id"])
    contact = pipedrive.linked("contact", person["id"])
    contact.email = "priya@new.example"
    contact.save()
    pipedrive.send()

    values = [item["value"] for item in pipedrive.remote(contact)["emails"]]
    assert values == ["priya@new.example", "priya@home.example"]


def test_what_a_dead_worker_had_is_taken_up_one_by_one(pipedrive):
    for number in range(3):
        org = pipedrive.create("organization", name=f"Larkfield {number}")
        pipedrive.post(json.dumps(pipedrive.event("create", "organization", org["id"])).encode())
    assert len(inbox.claim(10)) == 3
    WebhookEvent.objects.update(next_attempt_at=timezone.now())

    assert len(inbox.claim_lost()) == 1
    assert inbox.drain() == 2


def test_a_message_of_a_system_that_is_gone_waits_for_a_person(pipedrive):
    WebhookEvent.objects.create(system="goodbye", dedupe_key="1", body=b"{}")
    inbox.drain()

    event = WebhookEvent.objects.get()
    assert (event.state, event.reason) == ("dead", "config")


@pytest.mark.parametrize("name", ["Lark\x00field", "Larkfield \ud800"])
def test_a_name_that_postgresql_cannot_keep_is_cleaned_and_kept(pipedrive, name):
    org = pipedrive.create("organization", name="Larkfield")
    event = pipedrive.event("create", "organization", org["id"])
    event["data"] = {**event["data"], "name": name}
    pipedrive.deliver(event)

    assert pipedrive.linked("company", org["id"]).name.startswith("Lark")
    assert WebhookEvent.objects.get().state == "done"


# -- polls ------------------------------------------------------------------------------------


def test_while_polls_are_refused_the_card_says_so(pipedrive, admin_client):
    pipedrive.sandbox.trouble.add("error", system="pipedrive", status=400, times=None)
    with pytest.raises(Rejected):
        poll.poll(SYSTEM)
    assert "Checks fail" in admin_client.get("/admin/").content.decode()

    pipedrive.sandbox.trouble.clear()
    poll.poll(SYSTEM)

    assert "Checks fail" not in admin_client.get("/admin/").content.decode()
    assert SyncLog.objects.get(topic="walk").message.startswith("Pipedrive: “Check for changes”")


def test_a_poll_that_a_fault_of_ours_ends_is_said_on_the_card(pipedrive, admin_client):
    def fail():
        raise TypeError("no number")

    with pytest.raises(TypeError):
        poll.poll(replace(SYSTEM, connect=fail))

    assert "TypeError: no number" in admin_client.get("/admin/").content.decode()
