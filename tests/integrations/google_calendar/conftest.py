"""A host with a calendar, and a call that is in it."""

from __future__ import annotations

import pytest

from meetings.calendars import calendar
from tests.factories import ContactFactory


@pytest.fixture
def host(google):
    return google.host(first_name="Mia", last_name="Lind")


@pytest.fixture
def meeting(google, host):
    """A call that was booked; Google has it and has told nobody but its guest."""
    contact = ContactFactory(first_name="Inês", email="ines@brightpath.example")
    booked = google.booked(host, contact=contact)
    calendar().write(booked)
    google.send()
    google.sandbox.forget_calls()
    return booked
