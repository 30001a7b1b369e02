"""What sales staff do in a day, in their browser: what the page says, and what was sent."""

from __future__ import annotations

from playwright.sync_api import expect

from integrations.models import Conflict
from integrations.sync import inbox

from .conftest import PASSWORD


def open_menu(page, entry: str) -> None:
    """Choose an entry of the menu at the side."""
    page.get_by_role("link", name=entry, exact=True).first.click()


def find(page, text: str) -> None:
    """Search the list that is open."""
    page.get_by_role("main").get_by_role("textbox").first.fill(text)
    page.get_by_role("main").get_by_role("textbox").first.press("Enter")


def open_company(page, name: str) -> None:
    open_menu(page, "Companies")
    find(page, name)
    page.get_by_role("link", name=name, exact=True).click()


def save(page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def test_someone_logs_in_and_finds_a_company(page, live_server, someone, known):
    someone("sales")
    known("Larkfield")
    known("Bath Tutors")
    page.goto(live_server.url)
    page.get_by_label("Username").fill("sales")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Dashboard", level=1)).to_be_visible()

    open_menu(page, "Companies")
    find(page, "larkf")

    expect(page.get_by_role("link", name="Bath Tutors")).to_have_count(0)
    page.get_by_role("link", name="Larkfield", exact=True).click()
    expect(page.get_by_label("Name")).to_have_value("Larkfield")


def test_a_wrong_password_is_told_and_opens_nothing(page, live_server, someone):
    someone("sales")
    page.goto(live_server.url)
    page.get_by_label("Username").fill("sales")
    page.get_by_label("Password").fill("a guess")
    page.get_by_role("button", name="Log in").click()

    expect(page.get_by_text("Please enter the correct username and password")).to_be_visible()
    expect(page.get_by_role("link", name="Companies")).to_have_count(0)


def test_a_changed_company_is_sent_and_its_page_says_so(as_, known, pipedrive):
    company = known("Larkfield")
    page = as_("sales")
    open_company(page, "Larkfield")
    page.get_by_label("Name").fill("Larkfield Tutors")
    page.get_by_role("button", name="Save and continue editing").click()
    links = page.get_by_role("region", name="Linked records")
    expect(links.get_by_text("Waiting")).to_be_visible()

    calls = pipedrive.send()

    assert [(call.method, call.body) for call in calls] == [("PATCH", {"name": "Larkfield Tutors"})]
    assert pipedrive.remote(company)["name"] == "Larkfield Tutors"
    page.reload()
    expect(links.get_by_text("In sync")).to_be_visible()
    expect(page.get_by_role("region", name="Timeline")).to_contain_text(
        "sales changed name from Larkfield to Larkfield Tutors"
    )


def test_a_send_that_failed_is_tried_again_from_the_list(as_, known, pipedrive, sandbox):
    company = known("Larkfield")
    page = as_("sales")
    open_company(page, "Larkfield")
    page.get_by_label("Name").fill("Larkfield Tutors")
    sandbox.trouble.add("error", method="PATCH", status=400)
    save(page)
    pipedrive.send()
    open_menu(page, "Dashboard")
    page.get_by_role("link", name="Needs you").first.click()
    page.get_by_role("row").filter(has_text="Larkfield Tutors").get_by_role("link").first.click()
    expect(page.get_by_text("Needs you").last).to_be_visible()

    page.get_by_role("button", name="Try again", exact=True).click()
    expect(page.get_by_text("Waiting").first).to_be_visible()
    pipedrive.send()

    assert pipedrive.remote(company)["name"] == "Larkfield Tutors"
    page.reload()
    expect(page.get_by_text("Done").first).to_be_visible()


def test_a_message_that_failed_is_applied_again(as_, pipedrive, sandbox):
    org = pipedrive.create("organization", name="Larkfield")
    deal = pipedrive.create("deal", title="Onboarding", org_id=org["id"])
    sandbox.trouble.add("error", method="GET", path="/api/v2/organizations*", status=400)
    pipedrive.tell("create", "deal", deal["id"])
    page = as_("operations")
    open_menu(page, "Messages received")
    row = page.get_by_role("row").filter(has_text=f"deal {deal['id']}")
    expect(row).to_contain_text("Needs you")
    row.get_by_role("link").first.click()

    page.get_by_role("button", name="Apply again").click()
    expect(page.get_by_text("1 message will be applied again.")).to_be_visible()
    inbox.drain()

    page.reload()
    expect(page.locator(".hermes-badge", has_text="Done")).to_be_visible()
    open_menu(page, "Companies")
    expect(page.get_by_role("link", name="Larkfield", exact=True)).to_be_visible()


def test_two_companies_become_one_there_too(as_, known, pipedrive, sandbox):
    winner, loser = known("Larkfield", website="https://larkfield.example"), known("Lark Field")
    page = as_("sales lead")
    open_menu(page, "Companies")
    for name in ["Larkfield", "Lark Field"]:
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))
        row.get_by_role("checkbox").check()
    page.get_by_label("Select action to run").select_option("Merge the selected records …")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("heading", name="Larkfield (number")).to_be_visible()

    page.get_by_role("button", name="Merge", exact=True).click()

    expect(page.get_by_text("They are one record now: Larkfield.")).to_be_visible()
    pipedrive.send()
    assert pipedrive.remote(winner)["name"] == "Larkfield"
    assert any(call.path.endswith("/merge") for call in pipedrive.writes)
    loser.refresh_from_db()
    assert loser.merged_into == winner


def test_a_value_is_put_back_and_the_change_is_sent(as_, known, pipedrive):
    company = known("Larkfield")
    page = as_("sales")
    open_company(page, "Larkfield")
    page.get_by_label("Name").fill("A mistake")
    save(page)
    pipedrive.send()
    open_company(page, "A mistake")
    page.get_by_role("link", name="Put name back to Larkfield").click()
    expect(page.get_by_text("It was Larkfield.")).to_be_visible()

    page.get_by_role("button", name="Put it back").click()

    expect(page.get_by_role("textbox", name="Name", exact=False)).to_have_value("Larkfield")
    assert [call.body for call in pipedrive.send()] == [{"name": "Larkfield"}]
    assert pipedrive.remote(company)["name"] == "Larkfield"


def test_the_buttons_of_a_link_send_compare_and_unlink(as_, known, pipedrive):
    company = known("Larkfield")
    company.name = "Larkfield Tutors"
    company.save()
    page = as_("sales")
    open_company(page, "Larkfield Tutors")
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("row").filter(has_text="Name").first).to_contain_text("Different")
    page.get_by_role("link", name="Back to the record").click()
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text("Its changes are on their way to Pipedrive.")).to_be_visible()
    assert [call.body for call in pipedrive.send()] == [{"name": "Larkfield Tutors"}]

    page.get_by_role("link", name="Unlink").click()
    page.get_by_role("button", name="Remove the link").click()

    links = page.get_by_role("region", name="Linked records")
    expect(links.get_by_text("Not linked")).to_be_visible()
    links.get_by_label("Number in Pipedrive").fill("5001")
    links.get_by_role("button", name="Link", exact=True).click()
    expect(page.get_by_text("It is linked to Pipedrive 5001 now.")).to_be_visible()


def test_a_conflict_is_settled_with_one_button(as_, known, pipedrive):
    company = known("Larkfield", website="https://old.example")
    Conflict.objects.create(
        system="pipedrive", kind="company", record_id=company.pk, field="website",
        base_value="https://old.example", hub_value="https://ours.example",
        remote_value="https://theirs.example", policy="ask",
    )  # fmt: skip
    page = as_("sales")
    page.get_by_role("link", name="Conflicts 1").click()
    page.get_by_role("row").filter(has_text="Larkfield").get_by_role("link").first.click()
    expect(page.get_by_text("https://theirs.example")).to_be_visible()

    page.get_by_role("button", name="Take theirs").click()

    expect(page.get_by_text("Answered.", exact=True)).to_be_visible()
    company.refresh_from_db()
    assert company.website == "https://theirs.example"
