"""Making, reading, changing and deleting events."""

import pytest
import requests

from tests.sandbox.google.conftest import ANNA, CALL, ROOM, reason

GUEST = "ines@brightpath.example"


def test_an_event_is_as_google_shows_it(google):
    event = google.insert(CALL | ROOM | {"id": "call5"}, conferenceDataVersion=1).json()

    assert (event["id"], event["status"], event["sequence"]) == ("call5", "confirmed", 0)
    assert event["organizer"] == {"email": ANNA, "self": True}
    assert event["etag"]
    assert event["updated"].endswith("Z")
    assert event["htmlLink"].startswith("https://")
    (door,) = event["conferenceData"]["entryPoints"]
    assert (door["entryPointType"], door["uri"]) == ("video", event["hangoutLink"])


def test_a_room_is_made_only_where_the_callers_version_knows_of_rooms(google):
    assert "hangoutLink" not in google.insert(CALL | ROOM).json()


def test_an_event_without_an_id_gets_one(google):
    assert len(google.insert(CALL).json()["id"]) > 4


@pytest.mark.parametrize("event_id", ["abcd", "wxyz123", "ABCDE", "a-b-c-d", "a" * 1025, 7])
def test_an_id_has_its_alphabet_and_its_length(google, event_id):
    assert reason(google.insert(CALL | {"id": event_id})) == (400, "invalid")


def test_an_id_stays_taken_even_when_its_event_was_deleted(google):
    google.insert(CALL | {"id": "call5"})
    assert reason(google.insert(CALL | {"id": "call5"})) == (409, "duplicate")

    assert google.event("DELETE", "call5").status_code == 204
    assert reason(google.insert(CALL | {"id": "call5"})) == (409, "duplicate")


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": None},
        {"end": {}},
        {"start": {"dateTime": "tomorrow"}},
        {"start": {"dateTime": "2030-03-05T14:30:00"}},
        {"end": {"dateTime": "2030-03-05T14:00:00Z"}},
        {"attendees": [{"email": "nobody"}]},
        {"attendees": "ines"},
        {"extendedProperties": {"private": {"note": "x" * 1025}}},
        {"extendedProperties": {"private": {"n" * 45: "x"}}},
    ],
)
def test_what_cannot_be_is_refused(google, wrong):
    assert google.insert(CALL | wrong).status_code == 400


def test_a_patch_changes_what_it_names(google):
    google.insert(CALL | {"id": "call5", "extendedProperties": {"private": {"a": "1", "b": "2"}}})
    later = {"dateTime": "2030-03-05T16:00:00Z"}
    private = {"extendedProperties": {"private": {"a": "3"}}}
    event = google.event("PATCH", "call5", {"end": later} | private).json()

    assert event["end"]["dateTime"] == "2030-03-05T16:00:00Z"
    assert (event["summary"], event["sequence"]) == ("Demo", 1)
    assert event["extendedProperties"]["private"] == {"a": "3", "b": "2"}


def test_a_deleted_event_is_shown_as_cancelled_and_can_be_changed_no_more(google):
    google.insert(CALL | {"id": "call5"})
    google.event("DELETE", "call5")

    assert google.event("GET", "call5").json()["status"] == "cancelled"
    assert reason(google.event("DELETE", "call5")) == (410, "deleted")
    assert reason(google.event("PATCH", "call5", {"summary": "x"})) == (410, "deleted")
    assert reason(google.event("GET", "never5")) == (404, "notFound")


def test_guests_are_told_where_they_are_to_be(sandbox, google):
    google.insert(CALL | {"id": "call5"}, sendUpdates="all")
    google.event("PATCH", "call5", {"end": {"dateTime": "2030-03-05T16:00:00Z"}}, sendUpdates="all")
    google.event("PATCH", "call5", {"summary": "x"}, sendUpdates="none")
    other = [{"email": "tom@brightpath.example"}]
    google.event("PATCH", "call5", {"attendees": other}, sendUpdates="all")
    google.event("DELETE", "call5", sendUpdates="all")

    assert sandbox.google.mails == [
        ("invitation", GUEST), ("update", GUEST), ("invitation", "tom@brightpath.example"),
        ("cancellation", GUEST), ("cancellation", "tom@brightpath.example"),
    ]  # fmt: skip
    assert len(google.control("GET", "/mails")["mails"]) == 5


@pytest.mark.parametrize(
    ("trouble", "status", "why"),
    [
        ("unauthorized", 401, "authError"),
        ("burst", 403, "rateLimitExceeded"),
        ("daily", 403, "quotaExceeded"),
        ("blocked", 403, "forbiddenForServiceAccounts"),
        ("error", 503, "backendError"),
    ],
)
def test_trouble_is_in_googles_words(sandbox, google, trouble, status, why):
    sandbox.trouble.add(trouble, system="google", status=503)

    assert reason(google.insert(CALL)) == (status, why)
    assert google.insert(CALL).status_code == 200


@pytest.mark.parametrize(("trouble", "made"), [("reset", 0), ("lost_answer", 1)])
def test_an_answer_is_lost_before_or_after_the_event_is_made(sandbox, google, trouble, made):
    sandbox.trouble.add(trouble, system="google")
    with pytest.raises(requests.ConnectionError):
        google.insert(CALL)

    assert len(sandbox.google.events(ANNA)) == made


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b'{"start": 7, "end": []}'])
def test_no_body_breaks_it(sandbox, google, body):
    for path in [f"/calendars/{ANNA}/events", "/freeBusy"]:
        headers = {"Authorization": f"Bearer {google._bearer}"}
        url = f"{sandbox.url}/calendar/v3{path}"
        assert requests.post(url, data=body, headers=headers, timeout=10).status_code == 400
