"""Records over the API: shapes, strictness, ids, soft deletes, merges."""

import pytest

ORGANIZATIONS = "/api/v2/organizations"


def add_field(api, entity="organization", kind="varchar", **more):
    body = {"field_name": "Ours", "field_type": kind} | more
    return api.post(f"/api/v2/{entity}Fields", body).json()["data"]


def test_created_organization_reads_back_as_it_was_written(api):
    code = add_field(api)["field_code"]
    body = {"name": "Larkfield", "address": {"value": "Leeds"}, "custom_fields": {code: "417"}}

    created = api.post(ORGANIZATIONS, body)

    assert created.status_code == 200
    organization = created.json()["data"]
    assert organization["custom_fields"] == {code: "417"}
    assert organization["address"]["value"] == "Leeds"
    assert organization["address"]["country"] is None
    assert api.get(f"{ORGANIZATIONS}/{organization['id']}").json()["data"] == organization


def test_person_name_is_split_and_first_email_becomes_primary(api):
    body = {"name": "Priya Nair", "emails": [{"value": "a@x.example"}, {"value": "b@x.example"}]}

    person = api.post("/api/v2/persons", body).json()["data"]

    assert (person["first_name"], person["last_name"]) == ("Priya", "Nair")
    assert [email["primary"] for email in person["emails"]] == [True, False]


def test_deal_starts_in_the_first_stage_and_is_timed_when_won(api):
    deal = api.post("/api/v2/deals", {"title": "Onboarding"}).json()["data"]
    won = api.patch(f"/api/v2/deals/{deal['id']}", {"status": "won"}).json()["data"]

    assert (deal["pipeline_id"], deal["stage_id"], deal["won_time"]) == (4, 30, None)
    assert won["won_time"] == won["close_time"] == won["update_time"]


def test_activity_takes_its_person_from_the_primary_participant(api, sandbox):
    person = sandbox.pipedrive.create("person", name="Sam")
    body = {
        "subject": "Call",
        "type": "meeting",
        "due_time": "14:30",
        "participants": [{"person_id": person["id"], "primary": True}],
    }

    activity = api.post("/api/v2/activities", body).json()["data"]

    assert activity["person_id"] == person["id"]
    assert activity["due_time"] == "14:30:00"


def test_ids_grow_and_are_never_used_again(api, sandbox):
    first = api.post(ORGANIZATIONS, {"name": "One"}).json()["data"]["id"]
    api.delete(f"{ORGANIZATIONS}/{first}")
    sandbox.clock.advance(31 * 86_400)

    assert api.post(ORGANIZATIONS, {"name": "Two"}).json()["data"]["id"] == first + 1
    assert api.get(f"{ORGANIZATIONS}/{first}").status_code == 404


def test_deleted_record_is_hidden_from_lists_and_readable_by_id(api):
    record_id = api.post(ORGANIZATIONS, {"name": "One"}).json()["data"]["id"]

    assert api.delete(f"{ORGANIZATIONS}/{record_id}").json()["data"] == {"id": record_id}

    assert api.get(ORGANIZATIONS).json()["data"] == []
    assert api.get(ORGANIZATIONS, ids=record_id).json()["data"] == []
    assert api.get(f"{ORGANIZATIONS}/{record_id}").json()["data"]["is_deleted"] is True
    assert api.patch(f"{ORGANIZATIONS}/{record_id}", {"name": "New"}).status_code == 404


@pytest.mark.parametrize("status", [404, 410])
def test_switch_decides_how_gone_records_answer(api, sandbox, status):
    sandbox.pipedrive.switches.set(gone_status=status, deleted_read_status=status)
    record_id = sandbox.pipedrive.create("organization", name="One")["id"]
    sandbox.pipedrive.delete("organization", record_id)

    assert api.get(f"{ORGANIZATIONS}/{record_id}").status_code == status
    assert api.patch(f"{ORGANIZATIONS}/{record_id}", {"name": "New"}).status_code == status


def test_deleted_deals_are_listed_only_with_their_status(api):
    record_id = api.post("/api/v2/deals", {"title": "One"}).json()["data"]["id"]
    api.delete(f"/api/v2/deals/{record_id}")

    assert api.get("/api/v2/deals").json()["data"] == []
    listed = api.get("/api/v2/deals", status="deleted").json()["data"]
    assert [deal["id"] for deal in listed] == [record_id]


def test_time_moves_only_with_the_record(api, sandbox):
    sandbox.clock.freeze()
    before = api.post(ORGANIZATIONS, {"name": "One"}).json()["data"]
    sandbox.clock.advance(90)
    same = api.patch(f"{ORGANIZATIONS}/{before['id']}", {"name": "One"}).json()["data"]
    after = api.patch(f"{ORGANIZATIONS}/{before['id']}", {"name": "Two"}).json()["data"]

    assert same["update_time"] == before["update_time"] < after["update_time"]


BAD_BODIES = [
    ({"name": "A", "colour": "red"}, "colour"),
    ({"name": 5}, "name"),
    ({}, "name"),
    ([], "body"),
    ("text", "body"),
    (7, "body"),
    ({"name": "A", "owner_id": "24001"}, "owner_id"),
    ({"name": "A", "owner_id": None}, "owner_id"),
    ({"name": "A", "owner_id": 1}, "owner_id"),
    ({"name": "A", "owner_id": True}, "owner_id"),
    ({"name": "A", "owner_id": 10**400}, "owner_id"),
    ({"name": "A", "visible_to": [3]}, "visible_to"),
    ({"name": "A", "label_ids": "1"}, "label_ids"),
    ({"name": "A", "address": "Leeds"}, "address"),
    ({"name": "A", "address": {"locality": "Leeds"}}, "address"),
    ({"name": "A", "custom_fields": []}, "custom_fields"),
    ({"name": "A", "custom_fields": {"0" * 40: "x"}}, "custom_fields"),
]


@pytest.mark.parametrize(("body", "field"), BAD_BODIES)
def test_body_that_cannot_be_is_refused_with_the_field_in_words(api, body, field):
    answer = api.post(ORGANIZATIONS, body)

    assert answer.status_code == 400
    refusal = answer.json()
    assert refusal["success"] is False
    assert refusal["error"].startswith(f"Validation failed: {field}")
    assert refusal["code"] == "ERR_SCHEMA_VALIDATION_FAILED"


VALUES = [
    ("varchar", {"value": "x"}),
    ("varchar", 5),
    ("double", "5"),
    ("enum", "62"),
    ("enum", 9999),
    ("set", []),
    ("set", 62),
    ("set", [[62]]),
    ("user", "24001"),
    ("date", "5 March"),
    ("time", "09:00:00"),
    ("monetary", {"value": 5}),
    ("address", {"country": "x"}),
]


@pytest.mark.parametrize(("kind", "value"), VALUES)
def test_custom_field_refuses_a_value_of_another_type(api, kind, value):
    options = {"options": [{"label": "payg"}]} if kind in ("enum", "set") else {}
    code = add_field(api, kind=kind, **options)["field_code"]

    answer = api.post(ORGANIZATIONS, {"name": "A", "custom_fields": {code: value}})

    assert answer.status_code == 400
    assert code in answer.json()["error"]


def test_patch_leaves_other_custom_fields_alone(api):
    one, two = add_field(api)["field_code"], add_field(api)["field_code"]
    body = {"name": "A", "custom_fields": {one: "1", two: "2"}}
    record_id = api.post(ORGANIZATIONS, body).json()["data"]["id"]

    changed = api.patch(f"{ORGANIZATIONS}/{record_id}", {"custom_fields": {one: None}})

    assert changed.json()["data"]["custom_fields"] == {one: None, two: "2"}


def test_options_are_added_as_a_bare_list(api):
    field = add_field(api, kind="enum", options=[{"label": "payg"}])
    path = f"/api/v2/organizationFields/{field['field_code']}"

    added = api.post(path + "/options", [{"label": "startup"}]).json()["data"]

    assert [option["label"] for option in added] == ["startup"]
    assert len(api.get(path).json()["data"]["options"]) == 2


def test_merge_keeps_the_survivor_joins_text_and_moves_links(api, sandbox):
    code = add_field(api)["field_code"]
    survivor, loser = (
        api.post(ORGANIZATIONS, {"name": name, "custom_fields": {code: ours}}).json()["data"]["id"]
        for name, ours in (("Kept", "417"), ("Duplicate", "522"))
    )
    person = sandbox.pipedrive.create("person", name="Sam", org_id=loser)["id"]

    answer = api.put(f"/api/v1/organizations/{loser}/merge", {"merge_with_id": survivor})

    assert answer.json() == {"success": True, "data": {"id": survivor}}
    merged = api.get(f"{ORGANIZATIONS}/{survivor}").json()["data"]
    assert (merged["name"], merged["custom_fields"][code]) == ("Kept", "417, 522")
    assert api.get(f"{ORGANIZATIONS}/{loser}").json()["data"]["is_deleted"] is True
    assert api.get(f"/api/v2/persons/{person}").json()["data"]["org_id"] == survivor


def test_switch_keeps_only_the_survivors_text_in_a_merge(api, sandbox):
    sandbox.pipedrive.switches.set(merge_text="survivor")
    code = add_field(api)["field_code"]
    one, two = (
        sandbox.pipedrive.create("organization", name=ours, custom_fields={code: ours})["id"]
        for ours in ("417", "522")
    )

    assert sandbox.pipedrive.merge("organization", two, one)["custom_fields"] == {code: "417"}


@pytest.mark.parametrize("body", [None, [], {"merge_with_id": "5001"}, {"merge_with_id": 99}])
def test_merge_with_nothing_is_refused(api, sandbox, body):
    record_id = sandbox.pipedrive.create("organization", name="A")["id"]

    answer = api.put(f"/api/v1/organizations/{record_id}/merge", body)

    assert answer.status_code in (400, 404)
