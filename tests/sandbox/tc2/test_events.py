"""What TC2 tells of: every change, and events in whatever order is asked for."""

import pytest

from tests.sandbox.tc2.conftest import INES, events


@pytest.mark.usefixtures("tc2_receiver")
def test_change_through_the_api_says_so(tc2, receiver):
    client_id = tc2.post("/clients/", INES).json()["id"]
    tc2.post(f"/clients/{client_id}/", {"phone": "1"})
    tc2.delete(f"/clients/{client_id}/")

    told = {event["action"]: event for event in events(receiver, 3)}
    assert told["CREATED_A_CLIENT"]["extra_msg"] == "Created via the API."
    assert told["EDITED_A_CLIENT"]["extra_msg"] == "Edited via the API."
    assert told["EDITED_A_CLIENT"]["actor"]["name"] == "API"
    assert told["DELETED_A_CLIENT"]["subject"] == {
        "model": "Client",
        "id": client_id,
        "first_name": "Ines",
        "last_name": "Núñez",
    }


def test_change_by_hand_is_told_with_who_did_it(tc2, client_id, tc2_receiver):
    path = f"/tc2/clients/{client_id}"
    tc2.control("PATCH", path, {"phone": "1", "agency": {"status": "active", "narc": True}})
    tc2.control("DELETE", path)
    tc2.control("POST", f"{path}/recover")

    told = {event["action"]: event for event in events(tc2_receiver, 3)}
    assert set(told) == {"EDITED_A_CLIENT", "DELETED_A_CLIENT", "RECOVERED_A_CLIENT"}
    edited = told["EDITED_A_CLIENT"]
    assert (edited["extra_msg"], edited["actor"]["name"]) == ("", "Anna Whitlock")
    assert edited["subject"]["phone"] == "1"
    assert edited["subject"]["meta_agency"]["status"] == "active"
    assert edited["subject"]["meta_agency"]["narc"] is True


def test_agency_is_terminated_and_gets_another_plan(tc2, client_id, tc2_receiver):
    path = f"/tc2/clients/{client_id}"
    tc2.control("POST", f"{path}/price-plan", {"price_plan": "3-startup"})
    tc2.control("POST", f"{path}/terminate")

    told = {event["action"]: event["subject"] for event in events(tc2_receiver, 2)}
    assert told["EDITED_PRICE_PLAN"]["meta_agency"]["price_plan"] == "3-startup"
    assert told["TERMINATED_AGENCY"]["meta_agency"]["status"] == "terminated"


def test_paid_invoices_are_counted_and_date_the_milestones(tc2, client_id, tc2_receiver):
    dated = []
    for _ in range(4):
        tc2.control("POST", f"/tc2/clients/{client_id}/pay-invoice")
        agency = tc2.get(f"/clients/{client_id}/").json()["meta_agency"]
        dated.append([name for name in ("pay0_dt", "pay1_dt", "pay3_dt") if agency[name]])

    assert agency["paid_invoice_count"] == 4
    two = ["pay0_dt", "pay1_dt"]
    assert dated == [["pay0_dt"], two, two, [*two, "pay3_dt"]]
    told = events(tc2_receiver, 4)
    assert {event["action"] for event in told} == {"CLIENT_PAID_INVOICE"}
    subject = told[0]["subject"]
    assert (subject["model"], subject["status"]) == ("Invoice", "paid")
    assert subject["client"]["id"] == client_id


def test_version_1_nests_user_in_subjects_thin_ones_too(sandbox, client_id, tc2_receiver):
    sandbox.tc2.switches.set(role_version=1)

    sandbox.tc2.edit(client_id, phone="1")
    sandbox.tc2.delete(client_id)

    told = {event["action"]: event["subject"] for event in events(tc2_receiver, 2)}
    assert told["EDITED_A_CLIENT"]["user"]["phone"] == "1"
    assert "last_name" not in told["EDITED_A_CLIENT"]
    assert told["DELETED_A_CLIENT"]["user"] == {"first_name": "Ines", "last_name": "Núñez"}


def test_old_forms_have_no_time_and_another_form_of_created(sandbox, client_id, tc2_receiver):
    sandbox.tc2.switches.set(event_timestamps=False, agency_created="iso")

    sandbox.tc2.edit(client_id, phone="1")

    (event,) = events(tc2_receiver, 1)
    assert "timestamp" not in event
    assert event["subject"]["meta_agency"]["created"].endswith("Z")


@pytest.mark.usefixtures("client_id")
def test_event_is_sent_twice_and_is_the_same_event(tc2, tc2_receiver):
    tc2.control("POST", "/tc2/events/send", {"events": [1, 1]})

    first, second = events(tc2_receiver, 2)
    assert first == second


@pytest.mark.usefixtures("client_id")
def test_chosen_events_go_in_one_request(tc2, tc2_receiver):
    tc2.control("POST", "/tc2/events", {"action": "AGREE_TERMS", "client": 8101})
    tc2_receiver.wait_for(1)

    tc2.control("POST", "/tc2/events/send", {"events": [2, 1], "style": "batch"})

    body = tc2_receiver.wait_for(2)[1].body
    assert [event["action"] for event in body["events"]] == ["AGREE_TERMS", "CLIENT_SIGN_UP"]


def phones(receiver, count):
    return [event["subject"]["phone"] for event in events(receiver, count)]


@pytest.mark.parametrize(
    ("order", "expected"), [(None, ["3", "2", "1"]), ([3, 2, 4], ["2", "1", "3"])]
)
def test_held_events_are_released_out_of_order(
    sandbox, tc2, client_id, tc2_receiver, order, expected
):
    tc2.control("POST", "/tc2/switches", {"hold_deliveries": True})
    for phone in "123":
        sandbox.tc2.edit(client_id, phone=phone)
    assert tc2.control("GET", "/tc2/state")["held_events"] == 3
    assert tc2_receiver.arrivals == []

    tc2.control("POST", "/tc2/events/release", {} if order is None else {"order": order})

    assert phones(tc2_receiver, 3) == expected


def test_no_held_event_is_forgotten(sandbox, tc2, client_id, tc2_receiver, monkeypatch):
    monkeypatch.setattr("integrations.sandbox.tc2.events.KEPT", 2)
    sandbox.tc2.switches.set(hold_deliveries=True, style="batch")
    for phone in "123":
        sandbox.tc2.edit(client_id, phone=phone)

    tc2.control("POST", "/tc2/events/release")

    assert phones(tc2_receiver, 1) == ["3", "2", "1"]


def test_held_events_leave_as_they_came_when_holding_ends(sandbox, tc2, client_id, tc2_receiver):
    tc2.control("POST", "/tc2/switches", {"hold_deliveries": True})
    for phone in "123":
        sandbox.tc2.edit(client_id, phone=phone)

    tc2.control("POST", "/tc2/switches", {"hold_deliveries": False})

    assert phones(tc2_receiver, 3) == ["1", "2", "3"]


def test_stale_snapshot_has_the_facts_and_the_time_of_before(sandbox, tc2, client_id, tc2_receiver):
    sandbox.tc2.edit(client_id, phone="old")
    sandbox.tc2.edit(client_id, phone="new")
    old, new = sorted(events(tc2_receiver, 2), key=lambda event: event["timestamp"])

    tc2.control("POST", f"/tc2/clients/{client_id}/stale")

    stale = tc2_receiver.wait_for(3)[2].body["events"][0]
    assert stale["subject"] == old["subject"]
    assert stale["timestamp"] != old["timestamp"]
    assert stale["timestamp"] > old["timestamp"]
    assert stale["action"] == new["action"] == "EDITED_A_CLIENT"


@pytest.mark.usefixtures("client_id")
def test_all_living_clients_are_sent_again_without_news(sandbox, tc2, tc2_receiver):
    gone = sandbox.tc2.sign_up(last_name="Gone")["id"]
    sandbox.tc2.delete(gone)
    tc2_receiver.wait_for(2)

    assert tc2.control("POST", "/tc2/resend") == {"events": 1}

    event = tc2_receiver.wait_for(3)[2].body["events"][0]
    assert event["subject"] == {"model": "Client"} | sandbox.tc2.client(8101)


@pytest.mark.parametrize("subject", [None, [], "text", {}, {"model": "Tutor", "id": 4}])
def test_any_event_at_all_can_be_sent(tc2, tc2_receiver, subject):
    tc2.control("POST", "/tc2/events", {"action": "NEVER_HEARD_OF", "subject": subject})

    (event,) = events(tc2_receiver, 1)
    assert (event["action"], event["subject"]) == ("NEVER_HEARD_OF", subject)
