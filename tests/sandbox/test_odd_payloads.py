"""Nothing that is sent may break a handler."""

import itertools

import pytest

ODD = [None, True, 0, -1, 1.5, 10**30, "", "x", "\ud800", [], [[]], [None], {}, {"id": {}}]
KEYS = [
    ("organization", "name owner_id visible_to label_ids address website industry add_time"),
    ("person", "name org_id emails phones label_ids"),
    ("deal", "title value currency stage_id pipeline_id status person_id won_time label_ids"),
    ("activity", "subject type participants due_time due_date done location attendees"),
    ("stage", "name pipeline_id deal_probability"),
]
PATHS = {
    "organization": "/api/v2/organizations",
    "person": "/api/v2/persons",
    "deal": "/api/v2/deals",
    "activity": "/api/v2/activities",
    "stage": "/api/v2/stages",
}
REQUIRED = {
    "organization": {"name": "A"},
    "person": {"name": "A"},
    "deal": {"title": "A"},
    "activity": {"subject": "A", "type": "call"},
    "stage": {"name": "A", "pipeline_id": 4},
}
OTHERS = [
    ("POST", "/api/v2/organizationFields"),
    ("POST", "/api/v2/organizationFields/name/options"),
    ("PATCH", "/api/v2/organizationFields/name"),
    ("PUT", "/api/v1/organizations/5001/merge"),
    ("POST", "/api/v1/webhooks"),
    ("POST", "/api/v1/notes"),
    ("PUT", "/api/v1/notes/1"),
    ("POST", "/_sandbox/trouble"),
    ("POST", "/_sandbox/switches"),
    ("POST", "/_sandbox/clock"),
    ("POST", "/_sandbox/budget"),
    ("POST", "/_sandbox/seed"),
    ("POST", "/_sandbox/records/deal"),
    ("POST", "/_sandbox/records/user"),
    ("POST", "/_sandbox/records/deal/merge"),
]


@pytest.mark.parametrize(("entity", "keys"), KEYS)
def test_odd_value_of_any_key_is_taken_or_refused(api, entity, keys):
    created = api.post(PATHS[entity], REQUIRED[entity]).json()["data"]["id"]

    for key, value in itertools.product(keys.split(), ODD):
        for answer in (
            api.post(PATHS[entity], REQUIRED[entity] | {key: value}),
            api.patch(f"{PATHS[entity]}/{created}", {key: value}),
        ):
            assert answer.status_code in (200, 400), (key, value, answer.text)


@pytest.mark.parametrize("kind", ["varchar", "double", "set", "enum", "user", "time", "address"])
def test_odd_value_of_any_custom_field_is_taken_or_refused(api, sandbox, kind):
    options = ["one"] if kind in ("set", "enum") else []
    code = sandbox.pipedrive.add_field("deal", "Ours", kind, options)

    for value in ODD:
        answer = api.post("/api/v2/deals", {"title": "A", "custom_fields": {code: value}})
        assert answer.status_code in (200, 400), (value, answer.text)


@pytest.mark.parametrize(("method", "path"), OTHERS)
def test_odd_body_of_any_call_is_refused(api, method, path):
    for value in ODD:
        answer = api.call(method, path, value)
        assert answer.status_code < 500, (value, answer.text)


def test_odd_values_in_control_objects_are_refused(api):
    keys = {
        "trouble": ("kind", "times", "seconds", "status", "path", "probability"),
        "switches": ("search_lag_seconds", "merge_text", "duplicate_deliveries"),
        "clock": ("advance", "set"),
        "budget": ("plan", "daily_limit", "enforced"),
        "seed": ("organizations", "nothing"),
    }
    for path, names in keys.items():
        for name, value in itertools.product(names, ODD):
            answer = api.post(f"/_sandbox/{path}", {name: value})
            assert answer.status_code < 500, (path, name, value, answer.text)


def test_body_that_is_no_json_is_refused(sandbox, api):
    for raw in (b"{", b"\xff\xfe", b"[" * 100_000, b'{"name": NaN}', b'{"name": 1e999}'):
        answer = api._session.post(
            f"{sandbox.url}/api/v2/organizations",
            data=raw,
            headers={"Content-Type": "application/json"},
            timeout=10,
        )
        assert answer.status_code == 400
