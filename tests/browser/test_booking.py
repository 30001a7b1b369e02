"""A visitor books a call: at a desk, on a phone, without JavaScript, inside of another site."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from meetings import guest_links, support_links
from meetings.models import Meeting
from tests.factories import CompanyFactory, MeetingFactory, TeamMemberFactory

PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}
WCAG = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]


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
        context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 900}, "base_url": live_server.url, **options}
        )
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


def seen(tab, name):
    """Nobody is kept out of the page as it is now, and nothing of it leaves the screen."""
    if os.environ.get("SHOTS"):
        width = tab.viewport_size["width"]
        tab.screenshot(path=f"{os.environ['SHOTS']}/{name}-{width}.png", full_page=True)
    found = Axe().run(tab, options={"runOnly": WCAG, "resultTypes": ["violations"]}).response
    grave = [
        (each["id"], each["nodes"][0]["html"])
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
    ]
    assert grave == []
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not tab.evaluate(wide)


def start(tab, plan="Startup", country="Portugal"):
    tab.get_by_role("radio", name=plan).check()
    tab.get_by_label("Country").select_option(country)
    tab.get_by_role("button", name="See free times").click()


def fill_in(tab, **values):
    given = {"Name": "Ines Duarte", "E-mail": "ines@brightpath.example",
             "Company": "Brightpath", **values}  # fmt: skip
    for label, text in given.items():
        tab.get_by_label(label).fill(text)


def book(tab):
    tab.get_by_role("button", name="Book this call").click()


def booked(tab):
    expect(tab.get_by_role("heading", name="Your call is booked")).to_be_visible()


@pytest.mark.parametrize(
    "viewport", [{"width": 1280, "height": 900}, PHONE, NARROW], ids=["desk", "phone", "narrow"]
)
def test_a_visitor_books_a_call(browse, host, viewport):
    tab = browse(viewport=viewport)
    seen(tab, "1-start")
    start(tab)
    expect(tab.get_by_label("Times are shown for")).to_have_value("Europe/Lisbon")
    seen(tab, "2-times")
    tab.get_by_role("button", name="Next free time:").click()
    expect(tab.locator("input[name=time]:checked")).to_have_count(1)
    expect(tab.locator("#chosen")).not_to_be_empty()
    fill_in(tab)
    expect(tab.locator("input[name=altcha]")).not_to_have_value("")
    seen(tab, "3-details")
    book(tab)

    booked(tab)
    seen(tab, "4-done")
    meeting = Meeting.objects.get()
    assert (meeting.host, meeting.guest_timezone) == (host, "Europe/Lisbon")


def test_the_same_without_javascript(browse, host):
    tab = browse(java_script_enabled=False, viewport=PHONE)
    start(tab)
    tab.get_by_role("button", name="Later days").click()
    tab.get_by_role("button", name="Earlier days").click()
    tab.locator("input[name=time]").first.check()
    book(tab)
    expect(tab.get_by_role("alert")).to_contain_text("Type your name.")
    fill_in(tab)
    book(tab)

    booked(tab)
    assert Meeting.objects.count() == 1


def test_the_visitors_zone_is_found_out_and_can_be_changed(browse, host):
    tab = browse(f"/book/{host.pk}/", timezone_id="America/New_York")
    expect(tab.locator("#timezone")).to_have_value("America/New_York")
    expect(tab.locator("#times summary").first).to_be_visible()
    tab.get_by_label("Name").fill("Ines")
    eastern = tab.locator(".chip span").nth(-1).text_content()

    tab.get_by_label("Times are shown for").select_option("Asia/Tokyo")

    expect(tab.locator("#timezone option:checked")).to_have_text("Tokyo (GMT+9)")
    expect(tab.locator("#timezone")).to_be_focused()
    expect(tab.locator(".chip span").nth(-1)).not_to_have_text(eastern)
    expect(tab.get_by_label("Name")).to_have_value("Ines")


def test_the_whole_is_done_with_the_keyboard(browse, host):
    tab = browse(f"/book/{host.pk}/?plan=payg&country=GB", timezone_id="Europe/London")
    first = tab.locator("input[name=time]").first
    first.focus()
    tab.keyboard.press("Space")
    tab.keyboard.press("ArrowRight")
    expect(tab.locator("input[name=time]").nth(1)).to_be_checked()
    fill_in(tab)
    tab.get_by_label("Company").press("Enter")

    booked(tab)


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, PHONE], ids=["desk", "phone"])
def test_a_time_that_is_taken_meanwhile_keeps_what_was_typed(browse, host, viewport):
    tab = browse(f"/book/{host.pk}/?plan=payg&country=PT", viewport=viewport)
    chosen = tab.locator("input[name=time]").nth(2)
    at = timezone.datetime.fromisoformat(chosen.get_attribute("value"))
    chosen.check()
    fill_in(tab)
    MeetingFactory(host=host, starts_at=at, ends_at=at + timedelta(minutes=30))
    book(tab)

    expect(tab.get_by_role("alert")).to_be_focused()
    expect(tab.get_by_role("alert")).to_contain_text("This time has just been taken.")
    expect(tab.get_by_label("Company")).to_have_value("Brightpath")
    seen(tab, "5-taken")
    nearest = tab.get_by_role("group", name="The nearest free times")
    expect(nearest.get_by_role("radio")).to_have_count(3)
    nearest.get_by_role("radio").first.check()
    book(tab)
    booked(tab)


def test_what_is_wrong_is_said_at_the_fields_and_above(browse, host):
    tab = browse(f"/book/{host.pk}/", viewport=PHONE)
    fill_in(tab, **{"E-mail": "ines", "Company": ""})
    book(tab)

    alert = tab.get_by_role("alert")
    expect(alert).to_be_focused()
    seen(tab, "6-errors")
    alert.get_by_role("link", name="Type the name of your company.").click()
    expect(tab.get_by_label("Company")).to_be_focused()
    alert.get_by_role("link", name="Choose a time.").click()
    expect(tab.get_by_role("group", name="Choose a time")).to_be_focused()
    expect(tab.get_by_label("E-mail")).to_have_value("ines")


@pytest.fixture
def meeting(host):
    day = timezone.now().replace(hour=13, minute=0) + timedelta(days=3)
    return MeetingFactory(
        host=host, starts_at=day, ends_at=day + timedelta(minutes=30),
        guest_timezone="Europe/Lisbon", kind="sales",
    )  # fmt: skip


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, PHONE], ids=["desk", "phone"])
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


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, PHONE], ids=["desk", "phone"])
def test_a_guest_cancels_the_call(browse, meeting, viewport):
    tab = browse(guest_links.path(meeting), viewport=viewport)
    tab.get_by_role("link", name="Cancel the call").click()
    seen(tab, "8-cancel")
    tab.get_by_role("button", name="Cancel the call").click()

    expect(tab.get_by_role("heading", name="This call is cancelled")).to_be_visible()
    seen(tab, "9-cancelled")


def test_a_customer_follows_a_support_link(browse, host, settings, live_server):
    settings.SUPPORT_LINK_KEY = "link-key-0001"
    settings.CALLBOOKER_BASE_URL = f"{live_server.url}/book"
    tab = browse(support_links.link(host, CompanyFactory(name="Brightpath")))
    expect(tab.get_by_text("For Brightpath")).to_be_visible()
    tab.get_by_role("button", name="Next free time:").click()
    expect(tab.locator("#chosen")).not_to_be_empty()
    tab.get_by_label("Name").fill("Ines Duarte")
    tab.get_by_label("E-mail").fill("ines@brightpath.example")
    seen(tab, "10-support")
    book(tab)

    booked(tab)
    assert Meeting.objects.get().company.name == "Brightpath"


def test_an_old_link_says_what_to_do(browse, host):
    tab = browse("/book/calls/forged/", viewport=PHONE)

    expect(tab.get_by_role("heading", name="This link is not right")).to_be_visible()
    seen(tab, "11-forged")


@pytest.fixture
def site(live_server):
    """Another site, whose only page has our script on it; its address."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            script = f'<script src="{live_server.url}/book/embed.js" data-plan="payg"></script>'
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            head = "<!DOCTYPE html><html lang=en><title>Larkfield</title><h1>Talk to us</h1>"
            self.wfile.write(f"{head}{script}".encode())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_another_site_shows_the_form_as_high_as_it_is(browse, host, settings, site):
    settings.CALLBOOKER_ALLOWED_ORIGINS = [site]
    tab = browse(f"{site}/?utm_source=news", viewport=PHONE)
    frame = tab.frame_locator("iframe")
    frame.get_by_label("Country").select_option("Portugal")
    frame.get_by_role("button", name="See free times").click()
    frame.get_by_role("button", name="Next free time:").click()
    expect(frame.locator("#chosen")).not_to_be_empty()
    inner = tab.frames[1].evaluate("document.documentElement.getBoundingClientRect().height")
    expect(tab.locator("iframe")).to_have_css(
        "height", re.compile(rf"{int(inner)}|{int(inner) + 1}")
    )
    fill_in(frame)
    book(frame)

    booked(frame)
    if os.environ.get("SHOTS"):
        tab.screenshot(path=f"{os.environ['SHOTS']}/12-embedded-390.png", full_page=True)
    assert Meeting.objects.get().company.utm_source == "news"


def test_a_site_that_is_not_allowed_shows_nothing(browse, host, site):
    tab = browse("")
    with tab.expect_event("console", lambda said: "frame-ancestors" in said.text):
        tab.goto(site)

    expect(tab.locator("iframe")).to_be_visible()
    expect(tab.frame_locator("iframe").get_by_label("Country")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_from_right_to_left_and_in_the_dark(browse, host, scheme):
    tab = browse(f"/book/{host.pk}/?lang=fa&plan=startup", viewport=NARROW, color_scheme=scheme)
    expect(tab.locator("html")).to_have_attribute("dir", "rtl")
    seen(tab, f"13-rtl-{scheme}")


def test_targets_are_large_enough_for_a_thumb(browse, host):
    tab = browse(f"/book/{host.pk}/", viewport=PHONE)
    small = tab.evaluate(
        """() => [...document.querySelectorAll("a, button, input, select, summary")]
            .filter((each) => each.checkVisibility() && !each.closest(".unseen, .skip")
                && !each.matches(".unseen, .skip, [type=hidden]"))
            .filter((each) => each.getBoundingClientRect().height < 44)
            .map((each) => each.outerHTML)"""
    )

    assert small == []
