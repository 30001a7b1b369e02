"""How TC2 sends: signatures, styles, retries, the end by failures."""

import hashlib
import hmac
import threading

import pytest

from integrations.sandbox.tc2.signatures import signature
from tests.sandbox.tc2.conftest import INES

KEY = "sandbox-tc2-key"


def signed(raw, key=KEY):
    return hmac.new(key.encode(), raw, hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            '{"events": [], "request_time": 1767261600}',
            "a1d458e0522fe39e183ee445755ebaec1ed987164b372021af1b3ea1d97dc784",
        ),
        (
            '{"events":[{"action":"EDITED_A_CLIENT","verb":"Edited a Client",'
            '"subject":{"model":"Client","id":8101,"last_name":"Núñez"}}],'
            '"_request_time":1767261600}',
            "754acf9aab88fe713bf2c4ac88bb149fb019d4a2a68546be2e36fef84a850de5",
        ),
    ],
)
def test_signature_is_the_one_of_the_known_examples(body, expected):
    assert signature("tc2-webhook-key-0001", body.encode()) == expected


@pytest.mark.usefixtures("tc2_receiver")
def test_single_style_is_one_event_in_spaced_ascii(sandbox, receiver):
    client = sandbox.tc2.sign_up(**INES)

    (arrival,) = receiver.wait_for(1)
    raw = arrival.raw
    assert raw.isascii()
    assert raw.startswith(b'{"events": [{"action": "CLIENT_SIGN_UP", ')
    assert arrival.headers["webhook-signature"] == signed(raw)
    assert arrival.headers["user-agent"] == "TutorCruncher"
    assert arrival.headers["content-type"] == "application/json"
    assert set(arrival.body) == {"events", "request_time"}
    (event,) = arrival.body["events"]
    assert event["subject"] == {"model": "Client"} | client
    assert (event["branch"], event["actor"]["id"]) == (3, client["id"])


@pytest.mark.usefixtures("tc2_receiver")
def test_batch_style_is_many_events_in_compact_utf_8(sandbox, tc2, receiver):
    tc2.control("POST", "/tc2/switches", {"style": "batch"})
    tc2.control("POST", "/tc2/seed", {"clients": 60})

    tc2.control("POST", "/tc2/resend")
    sandbox.tc2.sign_up(**INES)

    arrivals = sorted(receiver.wait_for(3), key=lambda each: len(each.body["events"]))
    assert [len(each.body["events"]) for each in arrivals] == [1, 10, 50]
    assert set(arrivals[0].body) == {"events", "_request_time"}
    assert arrivals[0].raw.startswith(b'{"events":[{"action":')
    assert "Núñez".encode() in arrivals[0].raw
    assert all(each.headers["webhook-signature"] == signed(each.raw) for each in arrivals)


@pytest.mark.parametrize("kind", ["none", "wrong"])
def test_unsigned_or_wrongly_signed_request_is_sent_on_demand(
    sandbox, tc2, client_id, tc2_receiver, kind
):
    tc2.control("POST", "/tc2/events/send", {"events": [1], "signature": kind})

    (arrival,) = tc2_receiver.wait_for(1)
    assert arrival.body["events"][0]["subject"]["id"] == client_id
    assert arrival.headers.get("webhook-signature") != signed(arrival.raw)
    assert ("webhook-signature" in arrival.headers) is (kind == "wrong")


@pytest.mark.parametrize("status", [500, 503, 429])
def test_failed_delivery_is_tried_five_times_with_the_same_bytes(
    sandbox, client_id, tc2_receiver, status
):
    sandbox.tc2.switches.set(retry_scale=0.0001)
    tc2_receiver.status_for = lambda _arrival: status

    sandbox.tc2.edit(client_id, phone="1")

    assert sandbox.tc2.settle()
    assert len(tc2_receiver.arrivals) == 5
    assert len({arrival.raw for arrival in tc2_receiver.arrivals}) == 1
    assert sandbox.tc2.deliveries[-1].state == "failed"


def test_retries_come_after_1_10_100_and_1000_seconds(sandbox, client_id, tc2_receiver):
    sandbox.clock.freeze()
    tc2_receiver.status_for = lambda _arrival: 500
    sandbox.tc2.edit(client_id, phone="1")

    for count, wait in enumerate((1, 10, 100, 1000), start=1):
        tc2_receiver.wait_for(count)
        # The queue learns of the failure a moment after the receiver has answered.
        assert not sandbox.tc2.settle(0.1)
        sandbox.clock.advance(wait - 0.5)
        assert not sandbox.tc2.settle(0.1)
        assert len(tc2_receiver.arrivals) == count
        sandbox.clock.advance(0.5)

    assert sandbox.tc2.settle()
    assert len(tc2_receiver.arrivals) == 5


@pytest.mark.parametrize("status", [302, 400, 403, 404, 410])
def test_redirects_and_other_refusals_are_not_tried_again(sandbox, client_id, tc2_receiver, status):
    tc2_receiver.status_for = lambda _arrival: status

    sandbox.tc2.edit(client_id, phone="1")

    assert sandbox.tc2.settle()
    (delivery,) = sandbox.tc2.deliveries
    assert (delivery.state, len(delivery.tries)) == ("failed", 1)


@pytest.mark.parametrize(
    ("status", "state"), [(201, "delivered"), (204, "delivered"), (206, "failed")]
)
def test_only_200_201_202_and_204_are_success(sandbox, client_id, tc2_receiver, status, state):
    tc2_receiver.status_for = lambda _arrival: status

    sandbox.tc2.edit(client_id, phone="1")

    assert sandbox.tc2.settle()
    assert sandbox.tc2.deliveries[-1].state == state


def test_slow_receiver_is_given_up_and_tried_again(sandbox, client_id, tc2_receiver):
    assert sandbox.tc2.switches.delivery_timeout_seconds == 8
    sandbox.tc2.switches.set(delivery_timeout_seconds=0.1, retry_scale=0)
    end = threading.Event()
    tc2_receiver.status_for = lambda _arrival: end.wait(10) and 200

    sandbox.tc2.edit(client_id, phone="1")

    assert sandbox.tc2.settle()
    end.set()
    (delivery,) = sandbox.tc2.deliveries
    assert [each["error"] for each in delivery.tries] == ["ReadTimeout"] * 5


def test_nobody_there_is_tried_again(sandbox, client_id):
    sandbox.tc2.switches.set(retry_scale=0)
    sandbox.tc2.send_webhooks_to("http://127.0.0.1:9/")

    sandbox.tc2.edit(client_id, phone="1")

    assert sandbox.tc2.settle()
    assert len(sandbox.tc2.deliveries[-1].tries) == 5


def fail_some(sandbox, receiver, client_id, *, good, bad):
    """So many tries that arrive, then so many that do not, one after the other."""
    for status, count in ((200, good), (400, bad)):
        receiver.status_for = lambda _arrival, status=status: status
        for _ in range(count):
            sandbox.tc2.edit(client_id, phone="1")
            assert sandbox.tc2.settle()


def webhook(tc2):
    return tc2.control("GET", "/tc2/webhook")["webhook"]


def test_more_than_a_fifth_of_ten_tries_failing_switches_it_off(
    sandbox, tc2, client_id, tc2_receiver
):
    fail_some(sandbox, tc2_receiver, client_id, good=8, bad=2)
    assert webhook(tc2)["enabled"]

    fail_some(sandbox, tc2_receiver, client_id, good=0, bad=1)

    assert not webhook(tc2)["enabled"]
    assert webhook(tc2)["switched_off_at"]
    sandbox.tc2.edit(client_id, phone="2")
    assert sandbox.tc2.deliveries[-1].state == "lost"


def test_fewer_than_ten_tries_within_an_hour_switch_nothing_off(
    sandbox, tc2, client_id, tc2_receiver
):
    fail_some(sandbox, tc2_receiver, client_id, good=0, bad=9)
    sandbox.clock.advance(3601)
    fail_some(sandbox, tc2_receiver, client_id, good=0, bad=1)

    assert webhook(tc2)["enabled"]


def test_person_turns_it_on_again(sandbox, tc2, client_id, tc2_receiver):
    fail_some(sandbox, tc2_receiver, client_id, good=0, bad=10)
    assert not webhook(tc2)["enabled"]

    tc2.control("POST", "/tc2/webhook", {"enabled": True})
    fail_some(sandbox, tc2_receiver, client_id, good=1, bad=0)

    assert sandbox.tc2.deliveries[-1].state == "delivered"
    assert webhook(tc2)["failed_in_an_hour"] == 0


def test_delivery_log_has_the_bytes_and_what_came_of_each_try(
    sandbox, tc2, client_id, tc2_receiver
):
    sandbox.tc2.edit(client_id, phone="1")
    assert sandbox.tc2.settle()

    (delivery,) = tc2.control("GET", "/tc2/deliveries")["deliveries"]

    assert (delivery["action"], delivery["state"]) == ("EDITED_A_CLIENT", "delivered")
    assert delivery["tries"][0]["status"] == 200
    assert delivery["payload"]["body"].encode() == tc2_receiver.arrivals[0].raw


def test_without_an_address_nothing_is_sent_and_events_are_kept(sandbox, tc2, client_id):
    assert sandbox.tc2.deliveries == []
    assert len(tc2.control("GET", "/tc2/events")["events"]) == 1
