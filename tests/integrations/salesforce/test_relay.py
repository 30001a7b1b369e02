"""The door that a relay of change events posts to."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError
from django.utils import timezone

from integrations.models import Connection, SyncLog, WebhookEvent
from integrations.salesforce import SYSTEM
from integrations.salesforce.relay import is_authentic
from integrations.sandbox.salesforce import relay
from integrations.sync import inbox, signs_of_life, upkeep
from integrations.tasks import poll_due
from tests.integrations.salesforce.conftest import SECRET

pytestmark = pytest.mark.django_db

NOTHING = {"version": 1, "events": []}


@time_machine.travel("2026-01-01T00:00:00Z", tick=False)
def test_signature_is_the_one_of_the_known_example(settings):
    settings.SALESFORCE_RELAY_SECRETS = ["test-relay-secret"]
    signature = "v1=e8d3fa2385dfd9a70d7d6dc4058357981add9366466ada37da25f81a727590b6"

    assert is_authentic(b'{"events":[]}', "1767225600", signature)
    assert not is_authentic(b'{"events":[ ]}', "1767225600", signature)


def test_a_signed_event_is_kept_before_it_is_acknowledged(relayed, event):
    response = relayed.post(event)

    assert response.status_code == 202
    assert response.json() == {"accepted": 1, "duplicates": 0, "ignored": 0}
    kept = json.loads(bytes(WebhookEvent.objects.get().body))
    assert kept["event"] == json.loads(event)["events"][0]


@pytest.mark.parametrize("signed", ["wrong", "none", "stale", "future"])
def test_what_is_not_sealed_just_now_by_a_secret_of_ours_is_refused_and_only_counted(
    relayed, event, signed
):
    response = relayed.post(event, signed=signed)

    assert (response.status_code, response.json()) == (401, {"error": "signature"})
    assert not WebhookEvent.objects.exists()
    assert Connection.objects.get(system="salesforce").refused_deliveries == 1


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("X-Hermes-Signature", lambda value: value[:-1]),
        ("X-Hermes-Signature", lambda value: value.upper()),
        ("X-Hermes-Signature", lambda value: value.removeprefix("v1=")),
        ("X-Hermes-Signature", lambda value: "é"),
        ("X-Hermes-Signature", lambda value: ","),
        ("X-Hermes-Timestamp", lambda value: str(int(value) + 1)),
        ("X-Hermes-Timestamp", lambda value: ""),
        ("X-Hermes-Timestamp", lambda value: "now"),
        ("X-Hermes-Timestamp", lambda value: "9" * 400),
        ("X-Hermes-Timestamp", lambda value: "²"),
    ],
)
def test_a_seal_or_a_time_that_was_tampered_with_is_refused(relayed, event, name, change):
    headers = relay.headers(event, [SECRET], "valid", int(timezone.now().timestamp()), "one")

    response = relayed.post_raw(event, headers | {name: change(headers[name])})

    assert (response.status_code, response.json()) == (401, {"error": "signature"})


def test_a_body_of_which_one_byte_differs_is_refused_before_it_is_read(relayed, event):
    headers = relay.headers(event, [SECRET], "valid", int(timezone.now().timestamp()), "one")

    assert relayed.post_raw(b"[" + event[1:], headers).status_code == 401


def test_while_a_secret_is_changed_the_old_and_the_new_one_are_good(relayed, event, settings):
    settings.SALESFORCE_RELAY_SECRETS = ["the new one", "the old one"]

    for secrets in (["the old one"], ["the new one"], ["a stranger's", "the new one"]):
        assert relayed.post(event, secrets=secrets).status_code == 202
    assert relayed.post(event, secrets=["a stranger's"]).status_code == 401


@pytest.mark.parametrize(
    "setting", [{"SALESFORCE_RELAY_SECRETS": []}, {"SALESFORCE_RELAY_SECRETS": [""]},
                {"SALESFORCE_ENABLED": False}]
)  # fmt: skip
def test_without_a_secret_the_relay_is_told_to_come_again(relayed, event, settings, setting):
    for name, value in setting.items():
        setattr(settings, name, value)

    response = relayed.post(event)

    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert not WebhookEvent.objects.exists()


def test_while_the_database_is_down_the_relay_is_told_to_come_again(relayed, event, monkeypatch):
    def down(rows):
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(inbox, "_insert", down)
    monkeypatch.setattr(inbox.connection, "close", lambda: None)

    response = relayed.post(event)

    assert (response.status_code, response["Retry-After"]) == (503, "60")


def test_a_repeat_is_acknowledged_and_kept_once_in_whatever_form_it_comes(relayed, loan):
    event = relayed.emit("UPDATE", loan)
    answers = [
        relayed.post(relayed.message([event], form)).json()
        for form in ("relay", "pubsub", "cometd", "bare")
    ]

    assert answers == [
        {"accepted": 1, "duplicates": 0, "ignored": 0},
        *[{"accepted": 0, "duplicates": 1, "ignored": 0}] * 3,
    ]
    assert WebhookEvent.objects.count() == 1


def test_without_a_transaction_the_place_on_the_bus_tells_repeats(relayed, loan):
    first, second = (relayed.emit("UPDATE", loan, transactionKey=None) for _ in range(2))

    assert relayed.post(relayed.message([first, second, first])).json() == {
        "accepted": 2, "duplicates": 1, "ignored": 0,
    }  # fmt: skip


def test_each_event_of_a_message_is_kept_by_itself(relayed, salesforce):
    loans = [salesforce.loan(name=f"Loan {number}") for number in range(3)]
    events = [one for one in relayed.happened() if one.header["recordIds"][0] in loans]

    assert relayed.post(relayed.message(events)).json()["accepted"] == 3
    assert WebhookEvent.objects.count() == 3


def test_what_says_nothing_to_hermes_is_kept_and_counted_apart(relayed, loan):
    message = relayed.message([relayed.emit("UPDATE", loan), relayed.emit("UPDATE", loan)])
    message["events"][0]["payload"]["ChangeEventHeader"]["entityName"] = "Account"

    assert relayed.post(message).json() == {"accepted": 1, "duplicates": 0, "ignored": 1}
    inbox.drain()
    ignored, _ = WebhookEvent.objects.order_by("pk")
    assert (ignored.state, ignored.note) == ("ignored", "Hermes keeps no Account")


# -- what the relay says of itself ----------------------------------------------------------------


def hear(relayed, **message):
    response = relayed.post({"version": 1, **message})
    assert response.json()["duplicates"] == 0
    return response


@pytest.mark.parametrize("version", [2, "one", None])
def test_a_message_of_another_version_is_refused_and_nothing_of_it_is_kept(relayed, version):
    event = relayed.emit("UPDATE", "a0X5f000000EfGhEAK")
    message = relayed.message([event]) | {"version": version}

    response = relayed.post(message)

    assert (response.status_code, response.json()["error"]) == (
        400, "version must be 1: no other is known here",
    )  # fmt: skip
    assert not WebhookEvent.objects.exists()


def test_a_heartbeat_is_a_sign_of_life_and_no_message(relayed):
    response = hear(relayed, type="heartbeat", latestReplayId="00a1")

    assert response.status_code == 202
    assert Connection.objects.get(system="salesforce").last_sign_at is not None
    assert not WebhookEvent.objects.exists()


def test_a_heartbeat_of_another_org_is_no_sign_of_life(relayed):
    other = {"version": 1, "type": "heartbeat", "organizationId": "00D000000000001"}

    response = relayed.post(other)

    assert response.status_code == 400
    assert not Connection.objects.filter(last_sign_at__isnull=False).exists()


def test_a_relay_that_falls_silent_is_told_once_and_all_of_three_days_is_read(relayed, salesforce):
    hear(relayed, type="heartbeat")
    salesforce.poll()
    start = timezone.now()
    with time_machine.travel(start + timedelta(minutes=29)):
        signs_of_life.look()
        assert not SyncLog.objects.filter(topic="deliveries").exists()
    with time_machine.travel(start + timedelta(minutes=31)):
        poll_due()
        signs_of_life.look()
        (said,) = SyncLog.objects.filter(topic="deliveries")
        connection = Connection.objects.get(system="salesforce")
        assert (said.level, connection.poll_from) == (
            "error", connection.no_sign_since - timedelta(hours=72),
        )  # fmt: skip
        assert SYSTEM in upkeep.due_for_poll()
        hear(relayed, type="heartbeat")
        assert Connection.objects.get(system="salesforce").no_sign_since is None
    assert SyncLog.objects.filter(topic="deliveries", level="info").count() == 1


def test_nobody_is_missed_who_never_gave_a_sign(salesforce):
    salesforce.poll()

    signs_of_life.look()

    assert not SyncLog.objects.filter(topic="deliveries").exists()


def test_a_relay_that_lost_its_place_alarms_staff_and_has_three_days_polled(
    relayed, salesforce, loan
):
    hear(relayed, type="replay_lost", reason="older than the bus keeps")
    inbox.drain()

    event = WebhookEvent.objects.get()
    assert (event.state, event.action) == ("done", "replay_lost")
    assert "older than the bus keeps" in SyncLog.objects.get(topic="deliveries").message
    connection = Connection.objects.get(system="salesforce")
    assert connection.poll_from == event.received_at - timedelta(hours=72)
    assert SYSTEM in upkeep.due_for_poll()

    salesforce.sandbox.forget_calls()
    salesforce.poll()

    asked = f"{connection.poll_from:%Y-%m-%dT%H:%M:%S}"
    assert any(asked in query for query in salesforce.queries())
    assert SYSTEM not in upkeep.due_for_poll()


def test_the_connection_shows_when_the_relay_was_last_heard(relayed, admin_client):
    hear(relayed, type="heartbeat")
    pk = Connection.objects.get(system="salesforce").pk

    page = admin_client.get(f"/admin/integrations/connection/{pk}/change/", follow=True)

    assert "Last sign of life of its relay" in page.content.decode()
