"""What stands around the pages: the menu, the filters, the chart, the look."""

from __future__ import annotations

from playwright.sync_api import expect


def test_the_chart_shows_a_week_and_has_its_numbers_as_a_table(as_, known):
    known("Larkfield")
    page = as_("sales")
    page.get_by_role("link", name="7 days").click()
    chart = page.get_by_role("region", name="The last 7 days")
    expect(chart.get_by_role("img")).to_be_visible()

    chart.get_by_text("The same numbers as a table").click()

    numbers = chart.get_by_role("cell", name="1", exact=True)
    expect(numbers.first).to_be_visible()


def test_the_menu_opens_on_a_phone_and_leads_on(as_, known):
    known("Larkfield")
    page = as_("sales")
    page.set_viewport_size({"width": 390, "height": 844})
    entry = page.get_by_role("link", name="Companies", exact=True)
    expect(entry).to_be_hidden()

    page.get_by_role("button", name="Menu").click()
    entry.click()

    expect(page.get_by_role("heading", name="Companies", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="Larkfield", exact=True)).to_be_visible()


def test_a_filter_narrows_the_list_and_is_taken_away_again(as_, known):
    known("Larkfield")
    page = as_("sales")
    page.get_by_role("link", name="Companies", exact=True).click()
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("link", name="Archived").click()
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()

    page.get_by_role("main").get_by_role("link", name="Show all").click()

    expect(page.get_by_role("link", name="Larkfield", exact=True)).to_be_visible()


def test_a_record_is_found_from_any_page(as_, known):
    known("Larkfield")
    page = as_("sales")
    box = page.get_by_role("searchbox", name="Find a company, contact or deal")
    box.fill("larkf")
    box.press("Enter")

    page.get_by_role("link", name="Larkfield").click()

    expect(page.get_by_role("region", name="Linked records")).to_be_visible()


def test_a_person_chooses_the_dark_look_and_logs_out(as_):
    page = as_("sales")
    page.get_by_role("button", name="sales").click()
    page.get_by_text("Dark", exact=True).click()
    page.get_by_role("button", name="Log out").click()

    expect(page.get_by_role("button", name="Log in")).to_be_visible()


def test_a_connection_is_paused_and_resumed_from_the_dashboard(as_, known, pipedrive):
    company = known("Larkfield")
    page = as_("operations")
    page.get_by_role("button", name="Pause: Pipedrive").click()
    expect(page.get_by_role("heading", name="Pipedrive Paused")).to_be_visible()
    company.name = "Larkfield Tutors"
    company.save()
    assert pipedrive.send() == []

    page.get_by_role("button", name="Resume: Pipedrive").click()

    expect(page.get_by_role("button", name="Pause: Pipedrive")).to_be_visible()
    assert [call.body for call in pipedrive.send()] == [{"name": "Larkfield Tutors"}]
