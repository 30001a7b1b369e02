"""Messages with wrong credentials, again and again."""

from __future__ import annotations

import json
import logging
import time

import pytest

from integrations.models import Connection, WebhookEvent
from integrations.sandbox.salesforce import relay
from integrations.sandbox.salesforce.demo_settings import OUTBOUND_TOKEN
from tests.integrations.salesforce.conftest import CDC, SECRET

pytestmark = pytest.mark.django_db

OUTBOUND = "/salesforce/webhooks/outbound/guess/"


@pytest.fixture(autouse=True)
def _two_a_minute(settings):
    settings.SALESFORCE_REFUSALS_PER_MINUTE = 2


def refused() -> int:
    return Connection.objects.get(system="salesforce").refused_deliveries


def knock(relayed, path=CDC, **sender):
    return relayed.client.post(path, b"{}", content_type="application/json", **sender)


def test_who_comes_without_a_good_seal_too_often_is_told_when_to_come_again(relayed, loan):
    answers = [knock(relayed) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [401, 401, 429, 429]
    assert answers[-1].json() == {"error": "Too many deliveries with wrong credentials"}
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert refused() == 2


def test_a_good_seal_is_taken_from_wherever_bad_ones_come(relayed, loan):
    for _ in range(4):
        knock(relayed)

    event = relayed.message([relayed.emit("UPDATE", loan)])

    assert relayed.post(event).status_code == 202
    assert WebhookEvent.objects.count() == 1
    assert knock(relayed).status_code == 429


def test_another_address_is_another_stranger(relayed, loan, settings):
    for _ in range(3):
        knock(relayed, REMOTE_ADDR="203.0.113.7")

    assert knock(relayed, REMOTE_ADDR="203.0.113.7").status_code == 429
    assert knock(relayed, REMOTE_ADDR="203.0.113.8").status_code == 401


def test_at_wrong_addresses_for_outbound_messages_it_is_the_same_and_nothing_is_logged(
    relayed, loan, caplog
):
    caplog.set_level(logging.DEBUG)
    answers = [knock(relayed, OUTBOUND) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [404, 404, 429]
    assert answers[-1]["Content-Type"].startswith("text/plain")
    assert answers[-1]["Retry-After"]
    assert "guess" not in caplog.text
    address = OUTBOUND.replace("guess", OUTBOUND_TOKEN)
    assert knock(relayed, address).status_code == 400


def test_a_relay_that_finds_no_secret_set_is_no_stranger(relayed, loan, settings):
    settings.SALESFORCE_RELAY_SECRETS = []

    assert [knock(relayed).status_code for _ in range(4)] == [503] * 4


def test_a_relay_with_an_old_clock_is_one(relayed, loan):
    raw = b'{"events":[]}'
    stale = relay.headers(raw, ["sandbox-relay-secret"], "stale", 1767225600, "one")

    answers = [relayed.post_raw(raw, stale).status_code for _ in range(3)]

    assert answers == [401, 401, 429]


def test_what_comes_without_the_slash_at_the_end_is_kept_as_well(relayed, loan):
    raw = json.dumps(relayed.message([relayed.emit("UPDATE", loan)])).encode()
    signed = relay.headers(raw, [SECRET], "valid", int(time.time()), "one")

    assert relayed.post_raw(raw, signed, CDC.rstrip("/")).status_code == 202
    assert WebhookEvent.objects.count() == 1
    assert knock(relayed, OUTBOUND.rstrip("/")).status_code == 404
