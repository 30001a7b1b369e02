"""What a visitor sees and does on the booking page, on screens of several sizes."""

from __future__ import annotations

import os

from playwright.sync_api import expect

from tests.browser.barriers import barriers

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}


def seen(tab, name):
    """Nobody is kept out of the page as it is now, and nothing of it leaves the screen."""
    if os.environ.get("SHOTS"):
        width = tab.viewport_size["width"]
        tab.screenshot(path=f"{os.environ['SHOTS']}/{name}-{width}.png", full_page=True)
    assert barriers(tab) == []
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
