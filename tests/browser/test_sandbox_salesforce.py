"""The sandbox's page: what a person does in Salesforce's stand-in."""

from playwright.sync_api import expect


def test_a_loan_is_made_edited_hidden_and_deleted(page, sandbox):
    borrower = sandbox.salesforce.add("contact", FirstName="Sean", LastName="O'Brien")["Id"]
    page.goto(f"{sandbox.url}/")
    page.get_by_role("link", name="Salesforce").click()
    page.get_by_text("New loan").click()
    for label, value in {
        "Name": "Loan 1", "Loan officer": "Anna Whitlock", "Borrower (id)": borrower,
        "Status": "Application", "Amount": "250000",
    }.items():  # fmt: skip
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Make this loan").click()
    expect(page.get_by_role("row").filter(has_text="Loan 1")).to_contain_text("Sean O'Brien")

    page.get_by_role("link", name="Loan 1").click()
    page.get_by_label("Status", exact=True).fill("Closed")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    (loan,) = sandbox.salesforce.rows("loan")
    assert loan[sandbox.salesforce.account.schema.loan_fields["status"]] == "Closed"

    page.get_by_role("button", name="Hide it by sharing").click()
    expect(page.get_by_role("button", name="Share it again")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Take it out of the recycle bin")).to_be_visible()

    page.get_by_role("link", name="Events").click()
    expect(page.get_by_text("DELETE MtgPlanner_CRM__Transaction_Property__c")).to_be_visible()


def test_switches_and_receivers_are_set(page, sandbox):
    page.goto(f"{sandbox.url}/#salesforce-controls")
    page.get_by_label("page size").fill("200")
    page.get_by_role("button", name="Set").nth(1).click()
    expect(page.get_by_text("Set.", exact=True)).to_be_visible()
    assert sandbox.salesforce.switches.page_size == 200

    page.get_by_label("The relay posts change events to").fill("http://127.0.0.1:9/cdc/")
    with page.expect_response("**/receivers"):
        page.get_by_role("button", name="Set").first.click()
    assert "http://127.0.0.1:9/cdc/" in sandbox.salesforce.account.receivers.urls.values()
