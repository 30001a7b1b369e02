"""What a relay may post of a wrong or an odd shape."""

from __future__ import annotations

import json

import pytest

from deals.models import Deal
from integrations.models import WebhookEvent
from integrations.sync import inbox

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "The body is not JSON"),
        (b"no JSON", "The body is not JSON"),
        (b"\xff\xfe\x00", "The body is not JSON"),
        (b"[" * 100_000, "The body is not JSON"),
        (b'{"events":' * 50_000, "The body is not JSON"),
        (b"9" * 5_000, "The body is not JSON"),
        (b"[]", "The body is no JSON object"),
        (b"null", "The body is no JSON object"),
        (b"{}", "The message has neither events nor a type that is known"),
        (b'{"type": "greeting"}', "The message has neither events nor a type that is known"),
        (b'{"events": {}}', "events must be a list"),
        (b'{"events": null}', "events must be a list"),
        (b'{"events": [5]}', "events[0]: it has no payload.ChangeEventHeader"),
        (b'{"events": [null]}', "events[0]: it has no payload.ChangeEventHeader"),
        (b'{"events": [{"payload": []}]}', "events[0]: it has no payload.ChangeEventHeader"),
        (b'{"payload": 1}', "events[0]: it has no payload.ChangeEventHeader"),
        (b'{"data": "x"}', "events[0]: it has no payload.ChangeEventHeader"),
        (b'{"events": [], "organizationId": 7}', "organizationId is not that of our org"),
        (
            b'{"events": [], "organizationId": "00D000000000001"}',
            "organizationId is not that of our org",
        ),
    ],
)
def test_a_signed_message_of_a_wrong_shape_is_told_what_is_wrong(relayed, body, error):
    response = relayed.post(body)

    assert (response.status_code, response.json()) == (400, {"error": error})
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize(
    ("header", "error"),
    [
        ({"entityName": None}, "entityName must be a text"),
        ({"entityName": ["Contact"]}, "entityName must be a text"),
        ({"changeType": 5}, "changeType must be a text"),
        ({"recordIds": None}, "recordIds must be a list of ids"),
        ({"recordIds": "a0X5f000000EfGhEAK"}, "recordIds must be a list of ids"),
        ({"recordIds": []}, "recordIds must be a list of ids"),
        ({"recordIds": [5]}, "recordIds[0] is no id"),
        ({"recordIds": ["a0X5f000000EfGhEAK", None]}, "recordIds[1] is no id"),
        ({"recordIds": ["a0X5f000000EfGhEA\x00"]}, "recordIds[0] is no id"),
        ({"recordIds": ["x' OR Id != '"]}, "recordIds[0] is no id"),
        ({"changeType": "GAP_OVERFLOW", "recordIds": "all"}, "recordIds must be a list of ids"),
    ],
)
def test_an_event_of_a_wrong_shape_is_named_and_its_neighbours_are_kept(
    relayed, loan, header, error
):
    events = [relayed.emit("UPDATE", loan), relayed.emit("UPDATE", loan, **header)]

    response = relayed.post(relayed.message(events))

    assert (response.status_code, response.json()) == (400, {"error": f"events[1]: {error}"})
    assert WebhookEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("header", "state", "value"),
    [
        ({"changeType": "UP\x00DATE \ud800"}, "ignored", 250_000),
        ({"entityName": "Acc\x00ount" * 100}, "ignored", 250_000),
        ({"commitTimestamp": 10**40}, "done", 1),
        ({"commitTimestamp": "yesterday"}, "done", 1),
        ({"commitTimestamp": True}, "done", 1),
        ({"sequenceNumber": {"a": [1]}, "transactionKey": ["x"]}, "done", 1),
        ({"changeOrigin": 7, "changedFields": "0x400080", "nulledFields": None}, "done", 1),
        ({"recordIds": ["a0X5f000000EfGhEAK"] * 300}, "retrying", 250_000),
    ],
)
def test_odd_values_in_an_event_harm_nobody(salesforce, relayed, loan, header, state, value):
    salesforce.org.edit("loan", loan, amount=1)
    (event,) = relayed.happened()
    event.header |= header

    assert relayed.post(relayed.message([event])).status_code == 202
    inbox.drain()

    assert WebhookEvent.objects.get().state == state
    assert (salesforce.deal(loan).value, Deal.objects.count()) == (value, 1)


def test_ten_thousand_ids_in_one_event_are_kept(relayed, loan):
    ids = [f"a0X5f0000{number:06d}" for number in range(10_000)]
    event = relayed.emit("UPDATE", loan, recordIds=ids)

    assert relayed.post(relayed.message([event])).json()["accepted"] == 1


def test_more_events_than_a_message_may_have_are_to_be_split(relayed, loan):
    message = relayed.message([relayed.emit("UPDATE", loan)])
    message["events"] *= 201

    assert relayed.post(message).status_code == 413


def test_a_message_may_have_five_mebibytes_and_no_more(relayed, event):
    message = json.loads(event)
    message["events"][0]["payload"]["Note__c"] = "x" * (4 * 1024 * 1024)

    assert relayed.post(message).status_code == 202
    response = relayed.post(b" " * (5 * 1024 * 1024 + 1))
    assert (response.status_code, response.json()) == (413, {"error": "Larger than 5 MiB"})
