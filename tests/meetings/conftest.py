"""A host with a calendar, and a website that books."""

from __future__ import annotations

import pytest

from meetings.models import Meeting
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    DealFactory,
    TeamMemberFactory,
)
from tests.meetings.visitor import Visitor
from tests.meetings.website import Website


@pytest.fixture(autouse=True)
def _no_limits(settings):
    settings.CALLBOOKER_READS_PER_MINUTE = 100_000
    settings.CALLBOOKER_BOOKINGS_PER_MINUTE = 100_000


@pytest.fixture
def website(calendar):
    return Website()


@pytest.fixture
def host(db):
    """Sells every plan everywhere, and works in London."""
    return TeamMemberFactory(
        first_name="Mia",
        last_name="Lind",
        plans=["payg", "startup", "enterprise"],
        territories=["GB", "EU"],
        is_support_person=True,
    )


@pytest.fixture
def known(entry):
    """A company with a contact and an open deal, of another sales person."""
    company = CompanyFactory(
        name="Brightpath", sales_person=TeamMemberFactory(), price_plan="startup", country="ES"
    )
    contact = ContactFactory(
        company=company, first_name="Inês", last_name="D.", email="Ines@Brightpath.example",
        phone="00351 (21) 555-0100",
    )  # fmt: skip
    DealFactory(company=company, stage=entry)
    return contact


@pytest.fixture
def visitor(calendar, settings):
    settings.CALLBOOKER_FASTEST_SECONDS = 0
    return Visitor()


@pytest.fixture
def meeting(visitor, host, entry):
    """A call that its guest has booked."""
    visitor.start()
    assert visitor.book(visitor.times[-1]).status_code == 303
    return Meeting.objects.get()


@pytest.fixture
def guest_mails(settings):
    """Guests are written to."""
    settings.GUEST_MAILS = True
    settings.SITE_URL = "https://hermes.example"
    settings.CALLS_TEAM_NAME = "Larkfield"
