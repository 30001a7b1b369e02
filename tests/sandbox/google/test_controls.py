"""Google by hand: the JSON behind its page."""

import pytest
import requests

from integrations.sandbox import Sandbox
from tests.sandbox.google.conftest import ANNA, CALL

WEEK = f"/calendars/{ANNA}?from=2030-03-04"


def test_the_staff_have_calendars_and_others_get_them(google):
    google.control("POST", "/calendars", {"email": "Eve@larkfield.example"})

    listed = google.control("GET", "/calendars")["calendars"]
    assert listed[0]["id"] == ANNA
    assert listed[-1] == {"id": "eve@larkfield.example", "readable": True, "events": 0}


def test_a_week_shows_what_is_drawn_and_what_was_booked(google):
    google.insert(CALL | {"id": "call5"})
    times = {"start": "2030-03-06T11:00:00Z", "end": "2030-03-06T12:30:00Z"}
    google.control("POST", f"/calendars/{ANNA}/busy", times)

    week = google.control("GET", WEEK)
    assert [event["id"] for event in week["events"]] == ["call5"]
    assert [one["start"] for one in week["busy"]] == ["2030-03-06T11:00:00Z"]
    later = google.control("GET", f"/calendars/{ANNA}?from=2030-03-11")
    assert (later["events"], later["busy"]) == ([], [])


def test_an_event_is_moved_cancelled_and_restored_and_its_guests_are_told(sandbox, google):
    google.insert(CALL | {"id": "call5"})
    event = f"/calendars/{ANNA}/events/call5"
    times = {"start": "2030-03-06T11:00:00Z", "end": "2030-03-06T12:30:00Z"}
    moved = google.control("POST", f"{event}/move", times)["event"]
    assert (moved["start"]["dateTime"], moved["sequence"]) == (times["start"], 1)

    google.control("POST", f"{event}/cancel")
    assert sandbox.google.events(ANNA) == []
    google.control("POST", f"{event}/restore")
    assert len(sandbox.google.events(ANNA)) == 1
    assert [kind for kind, _ in sandbox.google.mails] == ["update", "cancellation"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/calendars/nobody@larkfield.example", None),
        ("GET", f"/calendars/{ANNA}?from=someday", None),
        ("POST", "/calendars", {"email": "nobody"}),
        ("POST", f"/calendars/{ANNA}/busy", {"start": "x", "end": "y"}),
        ("POST", f"/calendars/{ANNA}/busy", {"start": 1}),
        ("POST", f"/calendars/{ANNA}/events/never5/move", {}),
        ("POST", f"/calendars/{ANNA}/events/never5/cancel", {}),
        ("PATCH", f"/calendars/{ANNA}", {"readable": "no"}),
        ("POST", "/tokens", {"error": "nonsense"}),
        ("POST", "/tokens", {"error": ["nonsense"]}),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(sandbox, method, path, body):
    url = f"{sandbox.url}/_sandbox/google{path}"
    answer = requests.request(method, url, json=body, timeout=10)

    assert 400 <= answer.status_code < 500
    assert answer.json()["error"]


def test_calendars_outlive_the_process_and_a_reset_empties_them(tmp_path):
    with Sandbox(tmp_path) as first:
        first.google.account.add_calendar("eve@larkfield.example")
        anna = f"{first.url}/_sandbox/google/calendars/{ANNA}"
        times = {"start": "2030-03-06T11:00:00Z", "end": "2030-03-06T12:30:00Z"}
        requests.post(f"{anna}/busy", json=times, timeout=10).raise_for_status()
        requests.post(f"{anna}/events", json=CALL, timeout=10).raise_for_status()
    with Sandbox(tmp_path) as second:
        assert len(second.google.events(ANNA)) == 1
        assert len(second.google.mails) == 1
        assert "eve@larkfield.example" in second.google.account.calendars
        assert second.google.account.calendars[ANNA].busy == [{"id": 1, **times}]
        second.reset()
        assert second.google.events(ANNA) == []
        assert "eve@larkfield.example" not in second.google.account.calendars


def test_its_calls_have_a_log_of_their_own_and_its_numbers_are_in_the_state(google):
    google.insert(CALL)

    calls = requests.get(f"{google.url}/_sandbox/calls?system=google", timeout=10).json()["calls"]
    assert [call["path"] for call in calls] == ["/token", f"/calendar/v3/calendars/{ANNA}/events"]
    state = requests.get(f"{google.url}/_sandbox/state", timeout=10).json()["google"]
    assert state == {"calendars": 4, "events": 1, "mails": 0, "token_refusal": ""}
