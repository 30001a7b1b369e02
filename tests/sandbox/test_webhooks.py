"""Webhooks: registration, payloads, retries, the ban, and switches."""

import pytest

DAY = 86_400


def change(sandbox, record_id, name, **more):
    return sandbox.pipedrive.update("organization", record_id, name=name, **more)


def test_unreachable_address_is_refused(api):
    body = {
        "subscription_url": "http://127.0.0.1:9/",
        "event_action": "*",
        "event_object": "*",
        "name": "Test",
    }

    answer = api.post("/api/v1/webhooks", body)

    assert answer.status_code == 400
    assert "subscription_url" in answer.json()["errors"]


@pytest.mark.parametrize("body", [None, [], {"subscription_url": 5}, {"event_action": {}}])
def test_registration_that_cannot_be_is_refused(api, body):
    answer = api.post("/api/v1/webhooks", body)

    assert answer.status_code == 400
    assert answer.json()["status"] == "error"


def test_edit_by_hand_tells_what_was_before(sandbox, api, receiver, subscribe):
    text = sandbox.pipedrive.add_field("organization", "Ours", "varchar")
    person = sandbox.pipedrive.add_field("organization", "Support", "user")
    record_id = sandbox.pipedrive.create("organization", name="Before")["id"]
    webhook = subscribe("organization", http_auth_user="pipedrive", http_auth_password="secret")

    change(sandbox, record_id, "After", custom_fields={text: "417", person: 24002})

    (arrival,) = receiver.wait_for(1)
    assert arrival.headers["Authorization"].startswith("Basic ")
    meta, data, previous = arrival.meta, arrival.body["data"], arrival.body["previous"]
    assert (meta["action"], meta["change_source"], meta["attempt"]) == ("change", "app", 1)
    assert (meta["entity_id"], meta["webhook_id"]) == (str(record_id), str(webhook["id"]))
    assert data["custom_fields"] == {
        text: {"type": "varchar", "value": "417"},
        person: {"type": "user", "id": 24002},
    }
    assert data["visible_to"] == "3"
    assert "is_deleted" not in data
    assert previous["name"] == "Before"
    assert previous["custom_fields"] == {text: None, person: None}


def test_own_write_through_the_api_comes_back_as_such(api, receiver, subscribe):
    subscribe("person", "create")

    api.post("/api/v2/persons", {"name": "Sam"})

    assert receiver.wait_for(1)[0].meta["change_source"] == "api"
    assert receiver.arrivals[0].body["previous"] is None


def test_delete_has_no_data_and_the_whole_past(sandbox, receiver, subscribe):
    record_id = sandbox.pipedrive.create("organization", name="Gone")["id"]
    subscribe("organization", "delete")

    sandbox.pipedrive.delete("organization", record_id)

    body = receiver.wait_for(1)[0].body
    assert body["data"] is None
    assert body["previous"]["name"] == "Gone"


@pytest.mark.parametrize("order", ["delete_first", "change_first"])
def test_merge_sends_two_events_in_the_chosen_order(sandbox, receiver, subscribe, order):
    sandbox.pipedrive.switches.set(merge_events=order)
    kept, gone = (sandbox.pipedrive.create("organization", name=name)["id"] for name in "ab")
    subscribe()

    sandbox.pipedrive.merge("organization", gone, kept)

    metas = [arrival.meta for arrival in receiver.wait_for(2)]
    metas = metas if order == "delete_first" else metas[::-1]
    assert [meta["action"] for meta in metas] == ["delete", "change"]
    assert (metas[0]["merged_to_id"], metas[1]["merged_from_id"]) == (str(kept), str(gone))
    assert metas[0]["correlation_id"] == metas[1]["correlation_id"]


def test_pipelines_and_users_have_the_names_of_v1(sandbox, receiver, subscribe):
    subscribe()

    sandbox.pipedrive.update("pipeline", 4, name="Pay as you go")
    sandbox.pipedrive.update("user", 24003, active_flag=False)

    bodies = {arrival.meta["entity"]: arrival.body for arrival in receiver.wait_for(2)}
    assert bodies["pipeline"]["data"]["active_flag"] is True
    assert bodies["user"]["previous"]["active_flag"] is True
    assert isinstance(bodies["user"]["meta"]["timestamp"], int)
    assert bodies["user"]["meta"]["id"] == bodies["user"]["data"]["id"] == "24003"


def test_failed_delivery_is_tried_four_times_under_one_id(sandbox, receiver, subscribe):
    sandbox.pipedrive.switches.set(retry_scale=0.001)
    receiver.status_for = lambda _arrival: 302
    subscribe()

    sandbox.pipedrive.create("organization", name="A")

    assert sandbox.pipedrive.settle()
    metas = [arrival.meta for arrival in receiver.arrivals]
    assert [meta["attempt"] for meta in metas] == [1, 2, 3, 4]
    assert len({meta["id"] for meta in metas}) == 1
    assert sandbox.pipedrive.deliveries[-1].state == "failed"


def test_retry_waits_for_the_simulated_clock(sandbox, receiver, subscribe):
    sandbox.clock.freeze()
    receiver.status_for = lambda arrival: 200 if arrival.meta["attempt"] == 2 else 500
    subscribe()
    sandbox.pipedrive.create("organization", name="A")
    receiver.wait_for(1)
    # The queue learns of the failure a moment after the receiver has answered.
    settled = sandbox.pipedrive.settle(0.2)
    assert not settled

    sandbox.clock.advance(3)

    assert sandbox.pipedrive.settle()
    assert [arrival.meta["attempt"] for arrival in receiver.arrivals] == [1, 2]


def test_ten_failed_first_attempts_ban_the_webhook_for_half_an_hour(sandbox, receiver, subscribe):
    sandbox.pipedrive.switches.set(retry_scale=0)
    receiver.status_for = lambda _arrival: 500
    subscribe()
    record_id = sandbox.pipedrive.create("organization", name="0")["id"]
    for number in range(1, 10):
        change(sandbox, record_id, str(number))
    assert sandbox.pipedrive.settle()
    receiver.status_for = lambda _arrival: 200

    change(sandbox, record_id, "lost")
    assert sandbox.pipedrive.deliveries[-1].state == "lost"

    sandbox.clock.advance(30 * 60 + 1)
    change(sandbox, record_id, "heard")
    assert sandbox.pipedrive.settle()
    assert receiver.arrivals[-1].body["data"]["name"] == "heard"


def test_webhook_that_only_fails_for_three_days_is_deleted(sandbox, api, receiver, subscribe):
    sandbox.pipedrive.switches.set(retry_scale=0)
    receiver.status_for = lambda _arrival: 500
    subscribe()
    sandbox.pipedrive.create("organization", name="A")
    assert sandbox.pipedrive.settle()

    sandbox.clock.advance(3 * DAY)

    assert api.get("/api/v1/webhooks").json()["data"] == []


def test_changes_of_one_record_arrive_in_order(sandbox, receiver, subscribe):
    record_id = sandbox.pipedrive.create("organization", name="0")["id"]
    subscribe()

    for number in range(1, 31):
        change(sandbox, record_id, str(number))

    names = [arrival.body["data"]["name"] for arrival in receiver.wait_for(30)]
    assert names == [str(number) for number in range(1, 31)]


def test_switches_duplicate_and_reorder(sandbox, receiver, subscribe):
    sandbox.pipedrive.switches.set(duplicate_deliveries=1, reorder_deliveries=True)
    record_id = sandbox.pipedrive.create("organization", name="0")["id"]
    subscribe()

    change(sandbox, record_id, "first")
    change(sandbox, record_id, "second")

    names = [arrival.body["data"]["name"] for arrival in receiver.wait_for(4)]
    assert names == ["second", "second", "first", "first"]
    assert len({arrival.meta["id"] for arrival in receiver.arrivals}) == 2


def test_held_deliveries_leave_when_they_are_flushed(sandbox, api, receiver, subscribe):
    api.control("POST", "/switches", {"hold_deliveries": True})
    subscribe()
    sandbox.pipedrive.create("organization", name="A")
    assert api.control("GET", "/deliveries")["open"] == 1
    assert receiver.arrivals == []

    api.control("POST", "/deliveries/flush")

    assert sandbox.pipedrive.settle()
    assert len(receiver.arrivals) == 1


def test_dropped_deliveries_never_arrive(sandbox, receiver, subscribe):
    sandbox.pipedrive.switches.set(drop_deliveries=True)
    subscribe()

    sandbox.pipedrive.create("organization", name="A")

    assert sandbox.pipedrive.settle()
    assert receiver.arrivals == []
    assert sandbox.pipedrive.deliveries[-1].state == "dropped"
