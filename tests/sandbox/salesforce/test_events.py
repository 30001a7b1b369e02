"""What a relay makes of the event bus."""

import json
from datetime import datetime

import pytest

from integrations.sandbox.salesforce.by_hand import Late
from integrations.sandbox.salesforce.relay import signature
from tests.sandbox.salesforce.conftest import AMOUNT, LOAN, STATUS

SECRET = "sandbox-relay-secret"


@pytest.fixture
def relay(org, receiver):
    """The receiver of its messages."""
    receiver.status_for = lambda _arrival: 202
    org.tell(relay=receiver.url)
    return receiver


@pytest.fixture
def loan(org):
    """Somebody made it before anybody listened."""
    return org.add("loan", name="Loan 1", status="Submitted", amount=5)["Id"]


def event(arrival):
    """The only one of a message."""
    (found,) = arrival.body["events"]
    return found


def header(arrival):
    return event(arrival)["payload"]["ChangeEventHeader"]


def test_signature_is_the_one_of_the_known_example():
    assert signature("test-relay-secret", "1767225600", b'{"events":[]}') == (
        "v1=e8d3fa2385dfd9a70d7d6dc4058357981add9366466ada37da25f81a727590b6"
    )


def test_write_through_the_api_is_told_with_the_name_of_who_wrote(salesforce, org, loan, relay):
    salesforce.call(
        "PATCH", f"/sobjects/{LOAN}/{loan}", {STATUS: "Closed", AMOUNT: None},
        headers={"Sforce-Call-Options": "client=hermes"},
    )  # fmt: skip

    (arrival,) = relay.wait_for(1)
    assert {key: arrival.body[key] for key in ("version", "organizationId", "channel")} == {
        "version": 1,
        "organizationId": "00D5f000000aBcDEAU",
        "channel": "/data/MtgPlanner_CRM__Transaction_Property__ChangeEvent",
    }
    at = arrival.headers["X-Hermes-Timestamp"]
    assert arrival.headers["X-Hermes-Signature"] == signature(SECRET, at, arrival.raw)
    head = header(arrival)
    assert (head["entityName"], head["recordIds"], head["changeType"]) == (LOAN, [loan], "UPDATE")
    assert head["changeOrigin"] == "com/salesforce/api/rest/62.0;client=hermes"
    changed = {STATUS, AMOUNT, "LastModifiedById"}
    assert changed <= set(head["changedFields"])
    assert head["nulledFields"] == [AMOUNT]
    payload = event(arrival)["payload"]
    assert (payload[STATUS], payload[AMOUNT]) == ("Closed", None)
    assert not {"SystemModstamp", "IsDeleted", "Id"} & set(payload)


def test_new_contact_is_told_with_its_name_in_parts(org, relay):
    org.add("contact", FirstName="Sean", LastName="O'Brien", Birthdate="1980-01-02")

    (arrival,) = relay.wait_for(1)
    payload = event(arrival)["payload"]
    assert arrival.body["channel"] == "/data/ContactChangeEvent"
    assert payload["Name"] == {"FirstName": "Sean", "LastName": "O'Brien"}
    assert "FirstName" not in payload
    assert datetime.fromisoformat(payload["CreatedDate"]).tzinfo
    assert payload["ChangeEventHeader"]["changedFields"] == []


def test_delete_undelete_and_merge_are_told(org, loan, relay):
    loser, winner = (org.add("contact", LastName=name)["Id"] for name in ("Moss", "Reyes"))
    org.delete("loan", loan)
    org.undelete("loan", loan)
    org.merge(loser, winner)

    arrivals = relay.wait_for(5)
    assert [header(each)["changeType"] for each in arrivals[2:4]] == ["DELETE", "UNDELETE"]
    merged = [each["payload"]["ChangeEventHeader"] for each in arrivals[4].body["events"]]
    assert [(each["changeType"], each["recordIds"]) for each in merged] == [
        ("DELETE", [loser]), ("UPDATE", [winner]),
    ]  # fmt: skip
    assert [each["sequenceNumber"] for each in merged] == [1, 2]
    assert len({each["transactionKey"] for each in merged}) == 1


def test_late_commit_is_told_when_it_is_seen_or_if_wanted_before(sandbox, salesforce, org, relay):
    sandbox.clock.freeze()
    early = org.add("loan", name="Early event", late=Late(60, told=True))
    late = org.add("loan", name="Late event", late=Late(60))
    assert header(relay.wait_for(1)[0])["recordIds"] == [early["Id"]]
    assert salesforce.column(f"SELECT Id FROM {LOAN}") == []

    sandbox.clock.advance(60)
    assert [header(each)["recordIds"] for each in relay.wait_for(2)][1] == [late["Id"]]
    assert len(salesforce.column(f"SELECT Id FROM {LOAN}")) == 2


def test_nothing_is_told_without_a_receiver_or_with_the_switch_off(org, loan, relay):
    org.switches.set(change_events=False)
    org.edit("loan", loan, amount=1)
    org.tell()
    org.switches.set(change_events=True)
    org.edit("loan", loan, amount=2)

    assert org.deliveries == relay.arrivals == []


def test_formula_is_never_told(salesforce, org, loan, relay):
    salesforce.control("PATCH", f"/fields/loan/{AMOUNT}", {"calculated": True})
    org.edit("loan", loan, amount=7)

    assert AMOUNT not in event(relay.wait_for(1)[0])["payload"]


@pytest.mark.parametrize(
    "kind",
    ["GAP_CREATE", "GAP_UPDATE", "GAP_DELETE", "GAP_UNDELETE"],
)
def test_gap_is_a_header_with_ids_and_nothing_more(salesforce, loan, relay, kind):
    salesforce.control("POST", "/events", {"change_type": kind, "records": [loan, "a0X*"]})

    payload = event(relay.wait_for(1)[0])["payload"]
    assert list(payload) == ["ChangeEventHeader"]
    assert payload["ChangeEventHeader"]["recordIds"] == [loan, "a0X*"]


def test_overflow_has_no_ids_and_a_header_says_what_it_is_told_to(salesforce, relay):
    body = {"change_type": "GAP_OVERFLOW", "kind": "contact",
            "header": {"commitTimestamp": 5, "transactionKey": "again"}}  # fmt: skip
    salesforce.control("POST", "/events", body)

    head = header(relay.wait_for(1)[0])
    assert (head["entityName"], head["recordIds"]) == ("Contact", [])
    assert (head["commitTimestamp"], head["transactionKey"]) == (5, "again")


def test_pubsub_form_has_bitmaps_and_milliseconds(salesforce, org, relay):
    contact = org.add("contact", FirstName="A", LastName="B", Birthdate="1970-01-02")["Id"]
    body = {"change_type": "UPDATE", "kind": "contact", "records": [contact],
            "fields": ["Birthdate", "LastName"], "form": "pubsub"}  # fmt: skip
    salesforce.control("POST", "/events", body)

    payload = event(relay.wait_for(2)[1])["payload"]
    assert payload["Birthdate"] == 86_400_000
    assert payload["ChangeEventHeader"]["changedFields"] == ["0x8000", "9-0x2"]


@pytest.mark.parametrize("form", ["cometd", "bare"])
def test_streaming_form_is_one_event_with_a_number(salesforce, org, loan, relay, form):
    org.edit("loan", loan, amount=7)
    relay.wait_for(1)
    numbers = [org.account.events.since(0, 9)[-1]["number"]]
    salesforce.control("POST", "/events/send", {"events": numbers, "form": form})

    body = relay.wait_for(2)[1].body
    data = body["data"] if form == "cometd" else body
    assert data["payload"][AMOUNT] == 7
    assert isinstance(data["event"]["replayId"], int)
    assert ("data" in body) is (form == "cometd")


def test_events_are_sent_again_in_any_order_together_or_apart(salesforce, org, loan, relay):
    for amount in (1, 2, 3):
        org.edit("loan", loan, amount=amount)
    relay.wait_for(3)
    last = [each["number"] for each in org.account.events.since(0, 3)]

    salesforce.control("POST", "/events/send", {"events": last[::-1], "copies": 2})
    salesforce.control("POST", "/events/send", {"events": last[::-1], "together": False})

    arrivals = relay.wait_for(8)[3:]
    amounts = [[each["payload"][AMOUNT] for each in one.body["events"]] for one in arrivals]
    assert amounts == [[3, 2, 1], [3, 2, 1], [3], [2], [1]]


@pytest.mark.parametrize(("signed", "away"), [("stale", -600), ("future", 600)])
def test_signature_may_be_of_another_time(salesforce, relay, signed, away):
    for each in ("valid", signed):
        salesforce.control("POST", "/events/signal", {"type": "heartbeat", "signature": each})

    now, other = relay.wait_for(2)
    times = [int(each.headers["X-Hermes-Timestamp"]) for each in (now, other)]
    assert abs(times[1] - times[0] - away) <= 2
    assert other.headers["X-Hermes-Signature"] == signature(SECRET, str(times[1]), other.raw)


@pytest.mark.parametrize("signed", ["wrong", "none"])
def test_signature_may_be_wrong_or_missing(salesforce, relay, signed):
    salesforce.control("POST", "/events/raw", {"body": '{"events": [', "signature": signed})

    (arrival,) = relay.wait_for(1)
    at = arrival.headers["X-Hermes-Timestamp"]
    assert arrival.raw == b'{"events": ['
    assert arrival.headers.get("X-Hermes-Signature") != signature(SECRET, at, arrival.raw)
    assert ("X-Hermes-Signature" in arrival.headers) is (signed == "wrong")


def test_relay_signs_with_all_of_its_secrets_and_speaks_of_itself(salesforce, relay):
    salesforce.control("POST", "/receivers", {"secrets": ["new", "old"]})
    salesforce.control("POST", "/events/signal", {"type": "heartbeat"})
    salesforce.control("POST", "/events/signal", {"type": "replay_lost", "reason": "too old"})

    heartbeat, lost = relay.wait_for(2)
    at = heartbeat.headers["X-Hermes-Timestamp"]
    signed = [signature(each, at, heartbeat.raw) for each in ("new", "old")]
    assert heartbeat.headers["X-Hermes-Signature"] == ",".join(signed)
    assert (heartbeat.body["type"], set(heartbeat.body)) == (
        "heartbeat", {"version", "type", "latestReplayId"},
    )  # fmt: skip
    assert lost.body == {"version": 1, "type": "replay_lost", "reason": "too old"}


def test_message_is_sent_again_under_its_own_name_until_it_is_taken(org, loan, relay):
    org.switches.set(retry_scale=0)
    answers = iter([503, 429, 202])
    relay.status_for = lambda _arrival: next(answers)

    org.edit("loan", loan, amount=7)

    assert org.settle()
    assert len({each.headers["X-Hermes-Delivery"] for each in relay.arrivals}) == 1
    assert len({each.raw for each in relay.arrivals}) == 1
    assert [each["status"] for each in org.deliveries[0].tries] == [503, 429, 202]


@pytest.mark.parametrize("status", [400, 401, 413])
def test_message_that_is_refused_is_not_sent_again(org, loan, relay, status):
    relay.status_for = lambda _arrival: status

    org.edit("loan", loan, amount=7)

    assert org.settle()
    assert (org.deliveries[0].state, len(relay.arrivals)) == ("failed", 1)


def test_messages_are_held_doubled_and_let_go(salesforce, org, loan, relay):
    salesforce.control("POST", "/switches", {"hold_deliveries": True, "duplicate_deliveries": 1})
    org.edit("loan", loan, amount=7)
    assert salesforce.control("GET", "/state")["open_deliveries"] == 1
    assert relay.arrivals == []

    salesforce.control("POST", "/deliveries/flush")
    one, two = relay.wait_for(2)
    assert json.loads(one.raw) == json.loads(two.raw)
