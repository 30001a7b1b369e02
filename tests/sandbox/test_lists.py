"""Lists, cursors and search."""

import pytest

ORGANIZATIONS = "/api/v2/organizations"


def walk(api, path, **query):
    ids, cursor = [], None
    while True:
        answer = api.get(path, **query, **({"cursor": cursor} if cursor else {})).json()
        ids += [record["id"] for record in answer["data"]]
        cursor = answer["additional_data"]["next_cursor"]
        if cursor is None:
            return ids


@pytest.mark.parametrize("sort_by", ["id", "update_time", "add_time"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_walk_visits_each_record_once_in_order(api, sandbox, sort_by, direction):
    sandbox.pipedrive.seed(organizations=23)

    ids = walk(api, ORGANIZATIONS, limit=5, sort_by=sort_by, sort_direction=direction)

    everyone = [record["id"] for record in sandbox.pipedrive.records("organization")]
    assert ids == (everyone if direction == "asc" else everyone[::-1])


def test_record_deleted_during_a_walk_neither_repeats_nor_hides_others(api, sandbox):
    sandbox.pipedrive.seed(organizations=6)
    first = api.get(ORGANIZATIONS, limit=3).json()
    sandbox.pipedrive.delete("organization", first["data"][2]["id"])

    cursor = first["additional_data"]["next_cursor"]
    rest = api.get(ORGANIZATIONS, limit=3, cursor=cursor).json()["data"]

    assert len(rest) == 3


def test_window_includes_its_start_and_excludes_its_end(api, sandbox):
    sandbox.clock.freeze()
    times = []
    for name in "abc":
        times.append(sandbox.pipedrive.create("organization", name=name)["update_time"])
        sandbox.clock.advance(10)

    found = api.get(ORGANIZATIONS, updated_since=times[0], updated_until=times[2]).json()["data"]

    assert [record["name"] for record in found] == ["a", "b"]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 501},
        {"limit": 0},
        {"limit": "x"},
        {"updated_since": "2026-03-02T09:15:00.123Z"},
        {"updated_since": "2026-13-02T09:15:00Z"},
        {"sort_by": "name"},
        {"cursor": "!"},
        {"cursor": "AAAA"},
        {"cursor": "W10"},
        {"cursor": "ünicode"},
        {"ids": "1,x"},
        {"ids": ",".join(["1"] * 101)},
        {"owner_id": "²"},
        {"colour": "red"},
    ],
)
def test_query_that_cannot_be_is_refused(api, query):
    answer = api.get(ORGANIZATIONS, **query)

    assert answer.status_code == 400
    assert answer.json()["success"] is False


def test_ids_answer_only_those_that_live(api, sandbox):
    one, two = (sandbox.pipedrive.create("organization", name=name)["id"] for name in "ab")
    sandbox.pipedrive.delete("organization", two)

    found = api.get(ORGANIZATIONS, ids=f"{one},{two},999999").json()["data"]

    assert [record["id"] for record in found] == [one]


def test_lists_filter_by_link(api, sandbox):
    home = sandbox.pipedrive.create("organization", name="Home")["id"]
    sandbox.pipedrive.create("person", name="Stranger")
    inside = sandbox.pipedrive.create("person", name="Insider", org_id=home)["id"]

    assert walk(api, "/api/v2/persons", org_id=home) == [inside]


def test_optional_parts_are_sent_when_asked_for(api, sandbox):
    code = sandbox.pipedrive.add_field("organization", "Plan", "enum", ["payg"])
    home = sandbox.pipedrive.create("organization", name="Home", custom_fields={code: 62})["id"]
    sandbox.pipedrive.create("person", name="Insider", org_id=home)

    asked = {"include_fields": "people_count", "include_option_labels": "true"}
    found = api.get(f"{ORGANIZATIONS}/{home}", **asked).json()["data"]

    assert found["people_count"] == 1
    assert found["custom_fields"][code] == {"id": 62, "label": "payg"}


def test_search_finds_a_record_only_after_the_lag(api, sandbox):
    sandbox.clock.freeze()
    body = {"name": "Priya Nair", "emails": [{"value": "priya@larkfield.example"}]}
    api.post("/api/v2/persons", body)
    query = {"term": "PRIYA@larkfield.example", "fields": "email", "exact_match": "true"}

    assert api.get("/api/v2/persons/search", **query).json()["data"]["items"] == []

    sandbox.clock.advance(sandbox.pipedrive.switches.search_lag_seconds)
    (found,) = api.get("/api/v2/persons/search", **query).json()["data"]["items"]
    assert found["item"]["emails"] == ["priya@larkfield.example"]


@pytest.mark.parametrize(
    ("term", "match", "found"),
    [
        ("Ab12", "exact", 1),
        ("ab12", "exact", 0),
        ("Ab", "beginning", 1),
        ("b1", "middle", 1),
        ("b12", "beginning", 0),
    ],
)
def test_field_search_minds_case(api, sandbox, term, match, found):
    sandbox.pipedrive.switches.set(search_lag_seconds=0)
    code = sandbox.pipedrive.add_field("organization", "Ours", "varchar")
    sandbox.pipedrive.create("organization", name="A", custom_fields={code: "Ab12"})

    query = {"term": term, "match": match, "entity_type": "organization", "field": code}
    items = api.get("/api/v2/itemSearch/field", **query).json()["data"]

    assert len(items) == found


def test_search_over_all_entities_mixes_them(api, sandbox):
    sandbox.pipedrive.switches.set(search_lag_seconds=0)
    sandbox.pipedrive.create("organization", name="Larkfield Tutors")
    sandbox.pipedrive.create("deal", title="Larkfield onboarding")

    items = api.get("/api/v2/itemSearch", term="larkfield").json()["data"]["items"]

    assert {found["item"]["type"] for found in items} == {"organization", "deal"}


def test_search_for_one_letter_is_refused(api):
    assert api.get("/api/v2/persons/search", term="a").status_code == 400
