"""Lists of events, and the tokens by which only changes are listed."""

from tests.sandbox.google.conftest import CALL, reason


def ids(answer):
    return [event["id"] for event in answer.json()["items"]]


def test_what_changed_since_is_listed_and_deleted_events_too(google):
    for name in ["first", "third"]:
        google.insert(CALL | {"id": name})
    token = google.list().json()["nextSyncToken"]
    assert ids(google.list(syncToken=token)) == []

    google.event("PATCH", "third", {"summary": "x"})
    google.event("DELETE", "first")
    news = google.list(syncToken=token)

    assert ids(news) == ["third", "first"]
    (gone,) = [event for event in news.json()["items"] if event["status"] == "cancelled"]
    assert "summary" not in gone
    assert ids(google.list(syncToken=news.json()["nextSyncToken"])) == []


def test_deleted_events_are_left_out_of_a_full_list_unless_they_are_asked_for(google):
    google.insert(CALL | {"id": "call5"})
    google.event("DELETE", "call5")

    assert ids(google.list()) == []
    assert ids(google.list(showDeleted="true")) == ["call5"]


def test_pages_follow_each_other_and_the_last_has_the_token(google):
    for number in range(5):
        google.insert(CALL | {"id": f"call{number}"})
    page, found = google.list(maxResults=2), []
    while token := page.json().get("nextPageToken"):
        assert "nextSyncToken" not in page.json()
        found += ids(page)
        page = google.list(maxResults=2, pageToken=token)

    assert [*found, *ids(page)] == [f"call{number}" for number in range(5)]
    assert page.json()["nextSyncToken"]


def test_what_changes_while_pages_are_read_is_listed_the_next_time(google):
    for number in range(3):
        google.insert(CALL | {"id": f"call{number}"})
    page = google.list(maxResults=2)
    google.event("PATCH", "call0", {"summary": "x"})
    last = google.list(maxResults=2, pageToken=page.json()["nextPageToken"])

    assert ids(google.list(syncToken=last.json()["nextSyncToken"])) == ["call0"]


def test_a_token_that_is_too_old_wants_a_full_list(google):
    token = google.list().json()["nextSyncToken"]
    google.control("POST", "/sync-tokens/forget")

    assert reason(google.list(syncToken=token)) == (410, "fullSyncRequired")
    fresh = google.list().json()["nextSyncToken"]
    assert google.list(syncToken=fresh).status_code == 200


def test_a_token_stands_alone_and_nonsense_is_none(google):
    token = google.list().json()["nextSyncToken"]

    assert google.list(syncToken=token, timeMin="2030-03-05T00:00:00Z").status_code == 400
    assert google.list(syncToken="nonsense").status_code == 400
    assert google.list(maxResults="many").status_code == 400


def test_lists_are_narrowed_by_time_and_by_private_properties(google):
    google.insert(CALL | {"id": "call5"})
    private = {"extendedProperties": {"private": {"hermes": "call"}}}
    google.insert(CALL | {"id": "call6"} | private)

    assert ids(google.list(privateExtendedProperty="hermes=call")) == ["call6"]
    assert "nextSyncToken" not in google.list(privateExtendedProperty="hermes=call").json()
    assert ids(google.list(timeMin="2030-03-05T15:00:00Z")) == []
    assert ids(google.list(timeMax="2030-03-05T14:30:00Z")) == []
    assert ids(google.list(timeMin="2030-03-05T14:59:00Z")) == ["call5", "call6"]
