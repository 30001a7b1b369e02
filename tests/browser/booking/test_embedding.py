"""A visitor books a call inside of another site."""

from __future__ import annotations

import os
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import expect

from meetings.models import Meeting
from tests.browser.booking.visits import PHONE, book, booked, fill_in


@pytest.fixture
def site(live_server):
    """Another site, whose only page has our script on it; its address."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            script = f'<script src="{live_server.url}/book/embed.js" data-plan="payg" '
            script += 'data-accent="#F2C94C"></script>'
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
    button = frame.get_by_role("button", name="Book this call")
    expect(button).to_have_css("background-color", "rgb(242, 201, 76)")
    expect(button).to_have_css("color", "rgb(0, 0, 0)")
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
