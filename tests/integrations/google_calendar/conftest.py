"""A host with a calendar, and a call that is in it."""

from __future__ import annotations

import pytest

from meetings.calendars import calendar
from tests.factories import CompanyFactory, ContactFactory


@pytest.fixture
def host(google):
    return google.host(first_name="Mia", last_name="Lind")


@pytest.fixture
def booked(google, host):
    """A call that awaits its calendar."""
    company = CompanyFactory(name="Brightpath", estimated_income="2000", country="PT")
    contact = ContactFactory(
        company=company, first_name="Inês", last_name="Reis", email="ines@brightpath.example",
        phone="+351 21 000 0000",
    )  # fmt: skip
    return google.booked(host, contact=contact)


@pytest.fixture
def meeting(google, booked):
    """A call that was booked; Google has it and has told nobody but its guest."""
    calendar().write(booked)
    google.send()
    google.sandbox.forget_calls()
    return booked
