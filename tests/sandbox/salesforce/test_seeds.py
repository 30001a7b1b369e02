"""What is in the org from the start, and what is added in bulk."""

from integrations.sandbox import Sandbox
from tests.sandbox.salesforce.conftest import BORROWER, LOAN, STATUS, SalesforceClient


def test_new_org_has_two_loan_officers_and_the_user_of_programs(salesforce):
    assert salesforce.column("SELECT Name FROM User ORDER BY CreatedDate") == [
        "Hermes Integration", "Anna Whitlock", "Ben Adeyemi",
    ]  # fmt: skip
    assert salesforce.records("SELECT Id FROM Contact") == []


def test_demo_has_loans_of_both_officers_and_the_people_with_whom_much_goes_wrong(monkeypatch):
    monkeypatch.setenv("SANDBOX_SALESFORCE_DEMO", "1")
    with Sandbox() as sandbox:
        salesforce = SalesforceClient(sandbox.url).log_in()
        loans = salesforce.records(f"SELECT {BORROWER}, {STATUS}, Loan_Officer__c FROM {LOAN}")
        names = salesforce.column("SELECT Name FROM Contact WHERE Email != null")

    assert len(loans) == 12
    assert {loan["Loan_Officer__c"] for loan in loans} == {"Anna Whitlock", "Ben Adeyemi"}
    assert {"In Process", "Waiting for the moon"} <= {loan[STATUS] for loan in loans}
    assert None in {loan[BORROWER] for loan in loans}
    assert {"Sean O'Brien", "Łukasz Żółkiewski", "ليلى حداد"} <= set(names)


def test_seed_is_as_large_as_asked_and_has_the_stamps_asked_for(salesforce, org):
    body = {"loans": 300, "contacts": 7, "officers": ["Eve O'Hara"], "step_seconds": 0,
            "until": "2026-01-02T03:04:05Z"}  # fmt: skip
    assert salesforce.control("POST", "/seed", body) == {"added": {"loans": 300, "contacts": 7}}

    text = f"SELECT Id FROM {LOAN} WHERE SystemModstamp = 2026-01-02T03:04:05Z"
    assert len(salesforce.records(text + r" AND Loan_Officer__c = 'eve o\'hara'")) == 300
    assert len({loan[BORROWER] for loan in org.rows("loan")}) == 7


def test_org_may_keep_its_loans_in_an_object_of_its_own_until_the_next_reset(
    sandbox, salesforce, org
):
    salesforce.control("POST", "/reset", {"loans": "plain"})
    org.seed(loans=3)

    text = "SELECT Stage__c, Primary_Borrower__r.Email FROM Loan__c ORDER BY Name"
    assert len(salesforce.log_in().records(text)) == 3
    objects = salesforce.call("GET", "/sobjects").json()["sobjects"]
    assert {each["name"] for each in objects} == {"Loan__c", "Contact", "User"}

    sandbox.reset()
    assert salesforce.log_in().records(f"SELECT Id FROM {LOAN}") == []


def test_records_are_there_after_a_restart_and_new_ids_are_new(tmp_path):
    with Sandbox(tmp_path) as sandbox:
        kept = sandbox.salesforce.add("contact", LastName="Moss")
        sandbox.salesforce.share("contact", kept["Id"], shared=False)
        gone = sandbox.salesforce.add("contact", LastName="Reyes")
        sandbox.salesforce.erase("contact", gone["Id"])

    with Sandbox(tmp_path) as sandbox:
        assert sandbox.salesforce.rows("contact") == [kept]
        assert sandbox.salesforce.account.unshared == {kept["Id"]}
        assert sandbox.salesforce.add("contact", LastName="Blum")["Id"] not in (
            kept["Id"], gone["Id"],
        )  # fmt: skip
        assert len(sandbox.salesforce.rows("user")) == 3
