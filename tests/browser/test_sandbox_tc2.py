"""The sandbox's page: what a person does in TC2's stand-in."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def customer(sandbox):
    return sandbox.tc2.sign_up(first_name="Ada", last_name="Quill", email="ada@quill.example")


def test_customer_is_signed_up_and_stands_in_the_list(page, sandbox):
    page.goto(f"{sandbox.url}/")
    page.get_by_role("link", name="TC2").click()
    page.get_by_text("Sign up a customer").click()
    page.get_by_label("First name").fill("Ines")
    page.get_by_label("Last name").fill("Carvalho")
    page.get_by_label("Price plan").select_option("3-startup")

    page.get_by_role("button", name="Sign up").click()

    row = page.get_by_role("row").filter(has_text="8101")
    expect(row).to_contain_text("Ines Carvalho Tutors")
    expect(row).to_contain_text("3-startup")
    expect(row).to_contain_text("Anna Whitlock")
    assert sandbox.tc2.client(8101)["meta_agency"]["status"] == "pending_email_conf"


def test_page_says_how_to_call_its_api(page, sandbox):
    page.goto(f"{sandbox.url}/#tc2")

    command = f'curl -H "Authorization: token sandbox-tc2-key" {sandbox.url}/tc2/api/clients/'
    expect(page.locator("footer")).to_contain_text(command)


def test_client_is_edited_pays_is_deleted_and_comes_back(page, sandbox, customer):
    page.goto(f"{sandbox.url}/#tc2/{customer['id']}")
    page.get_by_label("Phone").fill("+44 20 7946 0000")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    page.get_by_role("button", name="Pay an invoice").click()
    expect(page.get_by_role("row").filter(has_text="paid_invoice_count")).to_contain_text("1")

    page.get_by_role("button", name="Delete this client").click()
    page.get_by_role("button", name="Recover this client").click()

    expect(page.get_by_role("button", name="Save")).to_be_visible()
    client = sandbox.tc2.client(customer["id"])
    assert client["phone"] == "+44 20 7946 0000"
    assert client["meta_agency"]["paid_invoice_count"] == 1
    assert client["first_name"] == "Ada"


def test_held_events_are_let_go_and_one_is_sent_unsigned(page, sandbox, customer):
    sandbox.tc2.send_webhooks_to(f"{sandbox.url}/nobody")
    sandbox.tc2.switches.set(hold_deliveries=True)
    sandbox.tc2.edit(customer["id"], phone="1")
    page.goto(f"{sandbox.url}/#tc2-events")
    expect(page.get_by_text("(held)")).to_have_count(1)

    page.get_by_role("button", name="Let go what is held").click()
    expect(page.get_by_text("(held)")).to_have_count(0)
    page.get_by_text("CLIENT_SIGN_UP").first.click()
    page.get_by_role("button", name="Send unsigned").click()
    expect(page.get_by_role("status")).to_have_text("Sent without a signature.")

    signatures = [bool(each.payload["signature"]) for each in sandbox.tc2.deliveries]
    assert signatures == [True, False]


@pytest.mark.parametrize("section", ["tc2", "tc2/8101", "tc2-events", "tc2-controls", "trouble"])
def test_nothing_is_wider_than_a_phone(page, sandbox, customer, section):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{sandbox.url}/#{section}")
    expect(page.locator("main h2").first).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
