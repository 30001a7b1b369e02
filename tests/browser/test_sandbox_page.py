"""The sandbox's own page."""

from __future__ import annotations


def test_it_says_how_to_call_its_api_and_has_the_form_before_the_list(page, sandbox):
    sandbox.pipedrive.seed(organizations=60)
    page.goto(sandbox.url)

    button, row = page.get_by_role("button", name="Create organization"), page.locator("tbody tr")
    row.first.wait_for()
    assert button.bounding_box()["y"] < row.first.bounding_box()["y"]
    command = page.locator("footer code").first.inner_text()
    assert command == (f'curl -H "x-api-token: sandbox-token" {sandbox.url}/api/v2/organizations')

    page.get_by_label("name", exact=True).fill("Larkfield Tutors")
    button.click()
    page.get_by_role("link", name="Larkfield Tutors").wait_for()


def test_ids_stay_whole_on_a_phone_and_the_page_fits(page, sandbox):
    sandbox.pipedrive.seed(organizations=12)
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(sandbox.url)
    ids = page.locator("tbody td:first-child")
    ids.first.wait_for()

    one_line = page.locator("th").first.bounding_box()["height"]
    assert ids.count() == 12
    for number in range(12):
        box = ids.nth(number).locator("a").bounding_box()
        assert box["height"] < one_line, ids.nth(number).inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
