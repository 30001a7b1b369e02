"""The same call written by several at once, over real connections of their own."""

from __future__ import annotations

import pytest

from integrations.models import ExternalLink
from meetings.calendars import calendar
from meetings.models import Meeting
from tests.at_once import together

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_visitor_and_a_sweep_that_write_one_call_at_once_make_one_event(google):
    meeting = google.booked(google.host())

    together(lambda _: calendar().write(Meeting.objects.get(pk=meeting.pk)), 4)

    assert len(google.events(meeting.host)) == 1
    assert ExternalLink.objects.filter(kind="meeting").count() == 1
    assert [kind for kind, _ in google.account.mails] == ["invitation"]
    assert not Meeting.objects.get(pk=meeting.pk).awaits_calendar
