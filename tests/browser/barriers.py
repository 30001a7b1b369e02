"""What keeps people from using a page."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]


def too_wide(page: Page, width: int) -> int:
    """By how many pixels the page scrolls sideways on a screen of this width."""
    page.set_viewport_size({"width": width, "height": 800})
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


def barriers(page: Page) -> list[str]:
    """What keeps people out, as axe sees it."""
    options = {"resultTypes": ["violations"], "runOnly": WCAG}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:200]}"
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]
