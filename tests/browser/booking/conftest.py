"""A host who takes calls, and visitors at their own screens."""

from __future__ import annotations

import pytest

from tests.browser.booking.visits import DESK
from tests.factories import TeamMemberFactory


@pytest.fixture
def host(transactional_db):
    return TeamMemberFactory(
        first_name="Mia",
        last_name="Lind",
        email="mia@hermes.example",
        plans=["payg", "startup", "enterprise"],
        territories=["GB", "EU"],
        is_support_person=True,
    )


@pytest.fixture(autouse=True)
def _settings(settings, calendar):
    settings.CALLBOOKER_READS_PER_MINUTE = 100_000
    settings.CALLBOOKER_BOOKINGS_PER_MINUTE = 100_000
    settings.CALLBOOKER_FASTEST_SECONDS = 0
    settings.CALLS_TEAM_NAME = "Larkfield"


@pytest.fixture
def browse(transactional_db, live_server, settings, browser):
    """Opens a tab of a visitor. What its scripts complain of fails the test."""
    settings.SITE_URL = live_server.url
    tabs, faults = [], []

    def open_tab(path="/book/", **options):
        options = {"timezone_id": "Europe/Lisbon", "reduced_motion": "reduce", **options}
        context = browser.new_context(**{"viewport": DESK, "base_url": live_server.url, **options})
        context.set_default_timeout(15_000)
        tab = context.new_page()
        tabs.append(context)
        tab.on("pageerror", lambda error: faults.append(str(error)))
        tab.on(
            "console",
            lambda said: (
                said.type == "error"
                # What the server refuses is said so on the page.
                and "Failed to load resource" not in said.text
                and "frame-ancestors" not in said.text
                and faults.append(said.text)
            ),
        )
        if path:
            tab.goto(path)
        return tab

    yield open_tab
    for context in tabs:
        context.close()
    assert faults == []
