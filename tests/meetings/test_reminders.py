"""Guests are reminded of their calls."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from meetings import services
from meetings.invitations import uid
from meetings.models import Letter, Meeting
from tests.factories import MeetingFactory
from tests.meetings.mailbox import sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("guest_mails")]


def at(meeting, **before):
    """The clock is so long before the call."""
    start = timezone.now() + timedelta(**before)
    Letter.objects.update(created_at=timezone.now() - timedelta(days=5))
    for row in (Meeting.objects, Letter.objects):
        row.update(starts_at=start, ends_at=start + timedelta(minutes=30))


def test_a_guest_is_reminded_a_day_and_an_hour_before_once_each(meeting):
    sent()
    at(meeting, hours=25)
    assert sent() == []
    at(meeting, hours=23)
    (day,) = sent()
    assert day.subject == "Soon: Product demo with Mia Lind"
    assert not day.alternatives
    assert sent() == []
    at(meeting, minutes=50)
    assert len(sent()) == 1
    assert sent() == []
    kinds = Letter.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["confirmation", "day_before", "hour_before"]


def test_what_was_just_told_needs_no_reminder_but_the_hour_before_does(meeting):
    start = timezone.now() + timedelta(hours=5)
    Meeting.objects.update(starts_at=start, ends_at=start + timedelta(minutes=30))
    assert len(sent()) == 1
    assert sent() == []
    at(meeting, minutes=30)

    (letter,) = sent()

    assert Letter.objects.filter(kind="hour_before").count() == 1
    assert "a reminder" in letter.body


def test_a_moved_call_is_reminded_of_at_its_new_time(meeting):
    sent()
    at(meeting, hours=23)
    assert len(sent()) == 1
    later = timezone.now() + timedelta(days=3)
    Meeting.objects.update(starts_at=later, ends_at=later + timedelta(minutes=30))
    assert len(sent()) == 1
    at(meeting, hours=22)

    assert len(sent()) == 1


def test_a_cancelled_call_is_not_reminded_of(meeting):
    sent()
    services.cancel(meeting)
    sent()
    at(meeting, hours=23)

    assert sent() == []


def told_of_tomorrow():
    """A call of which its guest was told days ago."""
    start = timezone.now() + timedelta(hours=23)
    call = MeetingFactory(starts_at=start)
    told = {"host": call.host, "starts_at": start, "ends_at": call.ends_at, "uid": uid(call)}
    call.letters.create(
        kind="confirmation", sequence=0, state="sent", to=call.contact.email, **told
    )
    call.letters.update(created_at=start - timedelta(days=5))


def test_many_calls_are_looked_through_as_quickly_as_one():
    def look_ups():
        with CaptureQueriesContext(connection) as asked:
            assert sent() == []
        return len(asked)

    told_of_tomorrow()
    assert len(sent()) == 1
    for_one = look_ups()
    for _ in range(3):
        told_of_tomorrow()
    assert len(sent()) == 3

    assert look_ups() == for_one
