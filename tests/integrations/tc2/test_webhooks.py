"""The door that TC2's deliveries come to."""

from __future__ import annotations

import json

import pytest

from companies.models import Company
from integrations.models import Connection, WebhookEvent
from integrations.sync import inbox
from integrations.sync.door import LONGEST
from integrations.tc2.webhooks import is_authentic
from tests.tc2_loop import signature

pytestmark = pytest.mark.django_db

EVENT = {"action": "AGREE_TERMS", "subject": {"model": "Client", "id": 8102}}


def batch(*events, **envelope) -> bytes:
    return json.dumps({"events": list(events), **envelope}).encode()


@pytest.mark.parametrize(
    ("body", "signed"),
    [
        (
            '{"events": [], "request_time": 1767261600}',
            "a1d458e0522fe39e183ee445755ebaec1ed987164b372021af1b3ea1d97dc784",
        ),
        (
            '{"events":[{"action":"EDITED_A_CLIENT","verb":"Edited a Client","subject":'
            '{"model":"Client","id":8101,"last_name":"Núñez"}}],"_request_time":1767261600}',
            "754acf9aab88fe713bf2c4ac88bb149fb019d4a2a68546be2e36fef84a850de5",
        ),
    ],
)
def test_signatures_are_those_of_the_raw_bytes(settings, body, signed):
    settings.TC2_API_KEY = "tc2-webhook-key-0001"

    assert is_authentic(body.encode(), signed)


@pytest.mark.parametrize(
    "signed", ["", "é", "0" * 64, signature(batch(EVENT), "another key"), signature(b"another")]
)
def test_what_is_not_signed_with_our_key_is_refused_and_only_counted(tc2, signed):
    response = tc2.post(batch(EVENT), signed=signed)

    assert response.status_code == 403
    assert response.json() == {"status": "error", "message": "Wrong signature"}
    assert not WebhookEvent.objects.exists()
    assert Connection.objects.get(system="tc2").refused_deliveries == 1


def test_without_a_key_everything_is_refused(tc2, settings):
    settings.TC2_API_KEY = ""

    assert tc2.post(batch(EVENT), signed=signature(batch(EVENT), "")).status_code == 403


def test_each_event_of_a_delivery_is_kept_by_itself_with_the_time_of_its_request(tc2):
    other = {**EVENT, "action": "RECORDED_TERMS_CONSENT"}

    assert tc2.post(batch(EVENT, other, _request_time=1_767_261_600)).status_code == 200

    kept = [json.loads(bytes(each.body)) for each in WebhookEvent.objects.order_by("pk")]
    assert [each["event"] for each in kept] == [EVENT, other]
    assert {each["request_time"] for each in kept} == {1_767_261_600}


def test_a_delivery_without_events_is_acknowledged(tc2):
    assert tc2.post(batch(request_time=1)).status_code == 200
    assert not WebhookEvent.objects.exists()


def test_a_repeat_is_kept_once_whatever_else_comes_with_it(tc2):
    stamped = {**EVENT, "timestamp": "2026-11-20T09:00:00Z"}
    tc2.post(batch(stamped, request_time=1))
    tc2.post(batch(stamped, EVENT, request_time=2))
    tc2.post(batch(stamped, EVENT, request_time=2))

    assert WebhookEvent.objects.count() == 2


def test_the_same_words_in_a_later_request_are_another_event_where_none_has_a_time(tc2):
    """A change there and back again must not be taken for a repeat of the first."""
    tc2.post(batch(EVENT, request_time=1))
    tc2.post(batch(EVENT, request_time=2))

    assert WebhookEvent.objects.count() == 2


@pytest.mark.parametrize(
    "body", [b"", b"no JSON", b"[]", b"{}", b'{"events": 5}', b'{"events": [5]}', b"[" * 100_000]
)
def test_what_nobody_can_read_is_acknowledged_kept_and_shown_as_refused(tc2, body):
    assert tc2.post(body).status_code == 200

    inbox.drain()
    event = WebhookEvent.objects.get()
    assert (event.state, event.reason) == ("dead", "rejected")


def test_a_signed_body_that_is_too_long_is_said_to_be_that(tc2):
    assert tc2.post(b" " * (LONGEST + 1)).status_code == 413


@pytest.mark.parametrize(
    ("event", "state"),
    [
        ({"subject": {"model": "Client"}}, "dead"),
        ({"subject": {"model": "Client", "id": [{}]}}, "dead"),
        ({"subject": 7}, "dead"),
        ({"subject": {"model": "Invoice", "id": 6600}}, "dead"),
        ({"action": None, "subject": {"model": "Lesson", "id": 4}}, "ignored"),
        (EVENT, "ignored"),
        ({"action": "DELETED_A_CLIENT", "subject": {"model": "Client", "id": 77}}, "ignored"),
        ({"action": "EDITED_A_CLIENT", "subject": {"model": "Client", "id": 77}}, "ignored"),
    ],
)
def test_a_strange_event_harms_none_of_its_neighbours(tc2, sales_person, event, state):
    tc2.account.sign_up(first_name="Ada", last_name="Quill", email="ada@quill.example")

    tc2.post(batch(event, *tc2.happened(), request_time=1_767_261_600))
    inbox.drain()

    strange, good = WebhookEvent.objects.order_by("pk")
    assert (strange.state, good.state) == (state, "done")
    assert Company.objects.get().name == "Ada Quill Tutors"
