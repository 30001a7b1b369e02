"""When hosts are busy: one question for all, and who cannot be read is not free."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from integrations.google_calendar import SYSTEM
from integrations.google_calendar.free_busy import taken
from integrations.models import Connection
from meetings.calendars import CalendarUnavailable, Span, calendar
from tests.google_loop import HALF_AN_HOUR, START

pytestmark = pytest.mark.django_db

DAY = Span(datetime(2030, 3, 5, tzinfo=UTC), datetime(2030, 3, 6, tzinfo=UTC))
QUESTION = ("POST", "freeBusy")


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2030, 3, 5, hour, minute, tzinfo=UTC)


def test_a_host_is_busy_as_drawn_and_in_every_event(google, host):
    google.account.draw_busy(host.email, at(11), at(12, 30))
    google.add(host, summary="Dentist")

    busy = calendar().busy([host], DAY)
    assert busy == {host.pk: [Span(at(11), at(12, 30)), Span(START, START + HALF_AN_HOUR)]}


def test_a_call_that_was_written_is_busy_at_once(google, meeting):
    assert calendar().busy([meeting.host], DAY) == {
        meeting.host.pk: [Span(START, START + HALF_AN_HOUR)]
    }


def test_all_hosts_are_asked_about_in_one_call(google):
    hosts = [google.host() for _ in range(10)]

    assert calendar().busy(hosts, DAY) == {host.pk: [] for host in hosts}
    assert google.paths == [("POST", "token"), QUESTION]
    asked = google.sandbox.calls[-1].body
    assert [item["id"] for item in asked["items"]] == [host.email for host in hosts]
    assert (asked["timeMin"], asked["timeMax"]) == (
        "2030-03-05T00:00:00+00:00", "2030-03-06T00:00:00+00:00",
    )  # fmt: skip


def test_more_than_fifty_hosts_are_asked_about_in_two(google):
    hosts = [google.host() for _ in range(51)]

    assert len(calendar().busy(hosts, DAY)) == 51
    assert google.paths.count(QUESTION) == 2


def test_nobody_is_asked_about_nobody(google):
    assert calendar().busy([], DAY) == {}
    assert google.sandbox.calls == []


def test_who_cannot_be_read_is_missing_and_not_free(google, host):
    other = google.host()
    google.account.account.calendars[other.email].readable = False

    assert list(calendar().busy([host, other], DAY)) == [host.pk]


def test_whom_google_does_not_know_is_missing_though_asked_first(google, host):
    stranger = google.host()
    stranger.email = "stranger@hermes.example"
    stranger.save()

    assert list(calendar().busy([stranger, host], DAY)) == [host.pk]


@pytest.mark.parametrize("why", ["hidden", "unknown"])
def test_where_nobody_can_be_read_all_is_unavailable(google, host, why):
    if why == "hidden":
        google.account.account.calendars[host.email].readable = False
    else:
        host.email = "stranger@hermes.example"
        host.save()

    with pytest.raises(CalendarUnavailable):
        calendar().busy([host], DAY)


def test_capitals_in_an_address_make_no_difference(google, host):
    host.email = host.email.title()
    host.save()
    google.account.draw_busy(host.email, at(11), at(12))

    assert calendar().busy([host], DAY) == {host.pk: [Span(at(11), at(12))]}


@pytest.mark.parametrize("trouble", ["error", "reset", "lost_answer", "burst"])
def test_one_failure_is_tried_again(google, host, trouble):
    google.sandbox.trouble.add(trouble, path="*/freeBusy", status=503)

    assert calendar().busy([host], DAY) == {host.pk: []}


def test_after_two_tries_it_is_unavailable(google, host):
    google.sandbox.trouble.add("error", path="*/freeBusy", status=503, times=None)
    with pytest.raises(CalendarUnavailable, match="503"):
        calendar().busy([host], DAY)

    assert google.paths.count(QUESTION) == 2


def test_google_that_is_down_is_left_alone_for_a_while(google, host):
    google.sandbox.trouble.add("error", path="*/freeBusy", status=503, times=None)
    for _ in range(6):
        with pytest.raises(CalendarUnavailable):
            calendar().busy([host], DAY)

    assert google.paths.count(QUESTION) == 10
    assert Connection.objects.get(system=SYSTEM.name).broken_until is not None


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        {},
        {"busy": None},
        {"busy": [{"start": "2030-03-05T11:00:00Z"}]},
        {"busy": [{"start": "2030-03-05", "end": "2030-03-06"}]},
        {"busy": [{"start": "2030-03-05T11:00:00", "end": "2030-03-05T12:00:00"}]},
        {"busy": [{"start": 5, "end": 6}]},
        {"busy": ["now"]},
        {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []},
    ],
)
def test_what_cannot_be_read_is_not_free(told):
    assert taken(told) is None


def test_busy_times_are_read_as_they_are_and_in_any_zone():
    told = [
        {"start": "2030-03-05T11:00:00.000Z", "end": "2030-03-05T12:00:00+00:00"},
        {"start": "2030-03-05T07:30:00-04:00", "end": "2030-03-05T13:00:00+01:00"},
        {"start": "2030-03-01T00:00:00Z", "end": "2030-03-09T00:00:00Z"},
    ]

    week = Span(datetime(2030, 3, 1, tzinfo=UTC), datetime(2030, 3, 9, tzinfo=UTC))
    assert taken({"busy": told}) == [
        week, Span(at(11), at(12)), Span(at(11, 30), at(11, 30) + timedelta(minutes=30)),
    ]  # fmt: skip
