"""A guest moves or cancels a booked call."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from meetings import guest_links
from tests.browser.booking.visits import DESK, PHONE, booked, seen
from tests.factories import MeetingFactory


@pytest.fixture
def meeting(host):
    day = timezone.now().replace(hour=13, minute=0) + timedelta(days=3)
    return MeetingFactory(
        host=host, starts_at=day, ends_at=day + timedelta(minutes=30),
        guest_timezone="Europe/Lisbon", kind="sales",
    )  # fmt: skip


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_a_guest_moves_the_call(browse, meeting, viewport):
    tab = browse(guest_links.path(meeting), viewport=viewport)
    tab.get_by_role("link", name="Move the call").click()
    seen(tab, "7-move")
    tab.locator("input[name=time]").first.check()
    tab.get_by_role("button", name="Move the call").last.click()

    booked(tab)
    before = meeting.starts_at
    meeting.refresh_from_db()
    assert meeting.starts_at != before


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_a_guest_cancels_the_call(browse, meeting, viewport):
    tab = browse(guest_links.path(meeting), viewport=viewport)
    tab.get_by_role("link", name="Cancel the call").click()
    seen(tab, "8-cancel")
    tab.get_by_role("button", name="Cancel the call").click()

    expect(tab.get_by_role("heading", name="This call is cancelled")).to_be_visible()
    seen(tab, "9-cancelled")


def test_an_old_link_says_what_to_do(browse, host):
    tab = browse("/book/calls/forged/", viewport=PHONE)

    expect(tab.get_by_role("heading", name="This link is not right")).to_be_visible()
    seen(tab, "11-forged")
