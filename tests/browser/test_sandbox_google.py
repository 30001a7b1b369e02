"""The sandbox's page: what a person does in Google's stand-in."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from integrations.sandbox.google import by_hand

ANNA = "anna@larkfield.example"
#: Two o'clock today, by UTC.
AT_TWO = datetime.now(UTC).replace(hour=14, minute=0, second=0, microsecond=0)


@pytest.fixture
def event(sandbox):
    """A call in Anna's calendar."""
    body = {
        "summary": "Product demo",
        "start": {"dateTime": AT_TWO.isoformat()},
        "end": {"dateTime": (AT_TWO + timedelta(minutes=30)).isoformat()},
        "attendees": [{"email": ANNA}, {"email": "ines@brightpath.example"}],
    }
    return by_hand.add(sandbox.google.account, ANNA, body)


def test_busy_times_are_drawn_and_erased(page, sandbox):
    page.goto(f"{sandbox.url}/")
    page.get_by_role("link", name="Google").click()
    page.get_by_role("link", name=ANNA).click()
    page.get_by_label("from (UTC)").fill("11:00")
    page.get_by_label("to (UTC)").fill("12:30")

    page.get_by_role("button", name="Draw a busy time").click()

    expect(page.get_by_role("row").filter(has_text="11:00–12:30")).to_contain_text("Busy")
    assert len(sandbox.google.account.calendars[ANNA].busy) == 1
    page.get_by_role("button", name="Erase").click()
    expect(page.get_by_role("row").filter(has_text="11:00–12:30")).to_have_count(0)


def test_an_event_is_moved_cancelled_and_restored_and_its_guest_would_hear(page, sandbox, event):
    page.goto(f"{sandbox.url}/#google/{ANNA}")
    page.get_by_text("Move", exact=True).click()
    page.get_by_label("New start (UTC)").fill("16:00")
    page.get_by_label("New end (UTC)").fill("16:45")
    page.get_by_role("button", name="Move it there").click()
    expect(page.get_by_role("row").filter(has_text="16:00–16:45")).to_contain_text("Product demo")

    page.get_by_role("button", name="Cancel this event").click()
    expect(page.get_by_text("(cancelled) Product demo")).to_be_visible()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("button", name="Cancel this event")).to_be_visible()

    page.get_by_role("link", name="Mails").click()
    for kind in ["invitation", "update", "cancellation"]:
        expect(page.get_by_role("row").filter(has_text=kind)).to_contain_text("ines@brightpath")


def test_a_calendar_is_hidden_and_somebody_gets_one(page, sandbox):
    page.goto(f"{sandbox.url}/#google")
    page.get_by_role("button", name=f"Hide {ANNA}").click()
    expect(page.get_by_role("row").filter(has_text=ANNA)).to_contain_text("no")
    page.get_by_label("Whose? E-mail address").fill("eve@larkfield.example")
    page.get_by_role("button", name="New calendar").click()

    expect(page.get_by_role("link", name="eve@larkfield.example")).to_be_visible()
    assert not sandbox.google.account.calendars[ANNA].readable


@pytest.mark.parametrize("section", ["google", f"google/{ANNA}", "google-mails", "google-trouble"])
def test_nothing_is_wider_than_a_phone(page, sandbox, event, section):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{sandbox.url}/#{section}")
    expect(page.locator("main h2").first).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
