"""What events say, read without trust."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from integrations.google_calendar import event_ids
from integrations.google_calendar.event_ids import EventId
from integrations.google_calendar.inbound import record, video_link

OURS = str(EventId(42, 7, 1_767_607_200_000_000))
EVENT = {
    "id": OURS,
    "status": "confirmed",
    "updated": "2030-03-01T10:00:00.123Z",
    "htmlLink": "https://calendar.example/e",
    "hangoutLink": "https://meet.example/abc",
    "start": {"dateTime": "2030-03-05T15:30:00+01:00", "timeZone": "Europe/Berlin"},
    "end": {"dateTime": "2030-03-05T15:00:00Z"},
}


def test_an_event_says_when_the_call_is_and_where():
    told = record(EVENT)

    assert told.fields == {
        "status": "planned",
        "starts_at": datetime(2030, 3, 5, 14, 30, tzinfo=UTC),
        "ends_at": datetime(2030, 3, 5, 15, 0, tzinfo=UTC),
        "calendar_event_id": OURS,
        "calendar_link": "https://calendar.example/e",
        "video_link": "https://meet.example/abc",
    }
    assert told.modified_at == datetime(2030, 3, 1, 10, 0, 0, 123_000, tzinfo=UTC)
    assert told.hub_ids == (42,)


def test_a_cancelled_event_says_so_and_nothing_else():
    gone = {"id": OURS, "status": "cancelled"}

    assert record(gone).fields == {"status": "cancelled"}
    assert record(gone, may_cancel=False).fields == {}


@pytest.mark.parametrize(
    "wrong",
    [{"date": "2030-03-05"}, {"dateTime": "soon"}, {"dateTime": None}, [], None, "x",
     {"dateTime": "2030-03-05T15:30:00"}, {"dateTime": 7}],
)  # fmt: skip
def test_a_time_that_cannot_be_read_leaves_both_and_is_told(wrong):
    told = record(EVENT | {"end": wrong})

    assert not {"starts_at", "ends_at"} & told.fields.keys()
    assert len(told.problems) == 1


@pytest.mark.parametrize("wrong", [None, 7, [], {}, "soon", "2030-03-05T15:30:00"])
def test_nothing_else_that_is_odd_does_any_harm(wrong):
    odd = {"updated": wrong, "htmlLink": wrong, "hangoutLink": wrong, "conferenceData": wrong}
    told = record(EVENT | odd)

    assert told.modified_at is None
    assert "starts_at" in told.fields


def test_the_room_may_stand_among_the_ways_in():
    points = [None, {"entryPointType": "phone", "uri": "tel:1"},
              {"entryPointType": "video", "uri": "https://meet.example/x"}]  # fmt: skip

    assert video_link({"conferenceData": {"entryPoints": points}}) == "https://meet.example/x"
    assert video_link({"conferenceData": {"entryPoints": 7}}) == ""


@pytest.mark.parametrize("text", ["", None, 7, "hermes", "hermes1h2t3", "hermes1h2t3g4x", [OURS]])
def test_an_id_that_is_not_ours_has_no_parts(text):
    assert event_ids.parse(text) is None


def test_our_ids_are_made_of_what_google_takes():
    longest = str(EventId(10**18, 10**18, 10**16, 99))

    assert set(longest) <= set("0123456789abcdefghijklmnopqrstuv")
    assert 5 <= len(longest) <= 255
    assert event_ids.parse(OURS) == EventId(42, 7, 1_767_607_200_000_000)
