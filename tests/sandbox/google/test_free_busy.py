"""When people are busy."""

from tests.sandbox.google.conftest import ANNA, BEN, CALL, DAY, reason


def test_events_are_busy_at_once_and_no_longer_when_they_are_deleted(google):
    google.insert(CALL | {"id": "call5"})
    assert google.busy()[ANNA]["busy"] == [
        {"start": "2030-03-05T14:30:00Z", "end": "2030-03-05T15:00:00Z"}
    ]

    google.event("DELETE", "call5")
    assert google.busy()[ANNA] == {"busy": []}


def test_an_event_that_takes_no_time_is_not_busy(google):
    google.insert(CALL | {"transparency": "transparent"})

    assert google.busy()[ANNA]["busy"] == []


def test_busy_times_are_drawn_and_erased(google):
    times = {"start": "2030-03-05T11:00:00Z", "end": "2030-03-05T12:30:00Z"}
    drawn = google.control("POST", f"/calendars/{ANNA}/busy", times)["busy"]
    assert google.busy()[ANNA]["busy"] == [times]

    google.control("DELETE", f"/calendars/{ANNA}/busy/{drawn['id']}")
    assert google.busy()[ANNA]["busy"] == []


def test_whole_days_and_what_reaches_out_of_the_question_are_shown_whole(google):
    google.insert({"start": {"date": "2030-03-04"}, "end": {"date": "2030-03-07"}})

    assert google.busy()[ANNA]["busy"] == [
        {"start": "2030-03-04T00:00:00Z", "end": "2030-03-07T00:00:00Z"}
    ]


def test_a_calendar_that_is_not_found_is_an_error_of_its_own_inside_a_200(google):
    google.control("PATCH", f"/calendars/{BEN}", {"readable": False})
    answer = google.busy(ANNA.upper(), BEN, "nobody@larkfield.example")

    missing = {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}
    assert answer == {
        ANNA: {"busy": []}, BEN: missing, "nobody@larkfield.example": missing,
    }  # fmt: skip


def test_more_than_fifty_calendars_are_too_many(google):
    people = [f"p{number}@larkfield.example" for number in range(50)]
    answer = google.busy(*people, ANNA)

    assert answer[ANNA]["errors"][0]["reason"] == "tooManyCalendarsRequested"


def test_an_empty_or_endless_time_is_refused(google):
    empty = {"timeMin": DAY["timeMax"], "timeMax": DAY["timeMin"], "items": []}
    endless = {"timeMin": DAY["timeMin"], "timeMax": "2031-03-05T00:00:00Z", "items": []}

    assert reason(google.call("POST", "/freeBusy", empty)) == (400, "timeRangeEmpty")
    assert reason(google.call("POST", "/freeBusy", endless)) == (400, "timeRangeTooLong")
