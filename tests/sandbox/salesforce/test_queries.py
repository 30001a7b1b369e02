"""Queries over HTTP: shapes, pages, what is hidden."""

import pytest

from integrations.sandbox.salesforce.by_hand import Late
from tests.sandbox.salesforce.conftest import AMOUNT, BORROWER, LOAN, STATUS, refused

PARENT = BORROWER.replace("__c", "__r")


def test_row_has_its_attributes_its_fields_and_its_parents(salesforce, org):
    borrower = org.add("contact", FirstName="Seán", LastName="O'Brien")
    loan = org.add("loan", name="Loan 1", borrower=borrower["Id"], amount=412000.5)

    (row,) = salesforce.records(
        f"select id, NAME, {AMOUNT}, {STATUS}, {PARENT}.Name, {PARENT}.Owner.Name FROM {LOAN}"
    )

    base = "/services/data/v62.0/sobjects"
    owner = borrower["OwnerId"]
    assert row == {
        "attributes": {"type": LOAN, "url": f"{base}/{LOAN}/{loan['Id']}"},
        "Id": loan["Id"],
        "Name": "Loan 1",
        AMOUNT: 412000.5,
        STATUS: None,
        PARENT: {
            "attributes": {"type": "Contact", "url": f"{base}/Contact/{borrower['Id']}"},
            "Name": "Seán O'Brien",
            "Owner": {
                "attributes": {"type": "User", "url": f"{base}/User/{owner}"},
                "Name": "Anna Whitlock",
            },
        },
    }


def test_loan_without_a_borrower_has_no_parent_and_fits_no_condition_on_one(salesforce, org):
    org.add("loan", name="Loan 1")

    assert salesforce.records(f"SELECT {PARENT}.Name FROM {LOAN}")[0][PARENT] is None
    assert not salesforce.records(f"SELECT Id FROM {LOAN} WHERE {PARENT}.Name LIKE '%'")


def test_pages_are_gone_through_by_their_locator(salesforce, org):
    org.seed(loans=450)

    first = salesforce.query(
        f"SELECT Id FROM {LOAN} ORDER BY SystemModstamp, Id",
        **{"Sforce-Query-Options": "batchSize=200"},
    ).json()
    second = salesforce.call("GET", first["nextRecordsUrl"]).json()
    third = salesforce.call("GET", second["nextRecordsUrl"]).json()

    pages = [first, second, third]
    assert [page["done"] for page in pages] == [False, False, True]
    assert [len(page["records"]) for page in pages] == [200, 200, 50]
    assert {page["totalSize"] for page in pages} == {450}
    ids = [row["Id"] for page in pages for row in page["records"]]
    assert ids == [row["Id"] for row in org.rows("loan")]
    assert "nextRecordsUrl" not in third


@pytest.mark.parametrize(("asked", "got"), [("1", 200), ("9999", 300), ("250", 250)])
def test_page_has_200_to_2000_rows(salesforce, org, asked, got):
    org.seed(loans=300)
    options = {"Sforce-Query-Options": f"batchSize={asked}"}

    assert len(salesforce.query(f"SELECT Id FROM {LOAN}", **options).json()["records"]) == got


def test_locator_is_good_until_it_is_expired_too_old_or_the_eleventh(sandbox, salesforce, org):
    org.seed(loans=3)
    org.switches.set(page_size=1, session_seconds=100_000)
    text = f"SELECT Id FROM {LOAN}"
    gone = (400, "INVALID_QUERY_LOCATOR")

    page = salesforce.query(text).json()["nextRecordsUrl"]
    salesforce.control("POST", "/locators/expire")
    assert refused(salesforce.call("GET", page)) == gone

    pages = [salesforce.query(text).json()["nextRecordsUrl"] for _ in range(11)]
    assert refused(salesforce.call("GET", pages[0])) == gone
    assert salesforce.call("GET", pages[1]).status_code == 200

    sandbox.clock.advance(3 * 86_400)
    assert refused(salesforce.log_in().call("GET", pages[10])) == gone


def test_deleted_rows_are_in_query_all_for_fifteen_days(sandbox, salesforce, org):
    kept, gone = org.add("loan", name="Kept")["Id"], org.add("loan", name="Gone")["Id"]
    org.delete("loan", gone)
    everything = f"SELECT Id FROM {LOAN} WHERE IsDeleted = true"

    assert salesforce.column(f"SELECT Id FROM {LOAN}") == [kept]
    assert salesforce.column(everything, "/queryAll") == [gone]

    sandbox.clock.advance(15 * 86_400 + 1)
    assert salesforce.log_in().column(everything, "/queryAll") == []


@pytest.mark.parametrize(
    ("soql", "code", "words"),
    [
        (f"SELECT Nope FROM {LOAN}", "INVALID_FIELD", "No such column 'Nope' on entity"),
        (f"SELECT Id FROM {LOAN} WHERE Nope = 1", "INVALID_FIELD", "ERROR at Row:1:Column:"),
        (f"SELECT Id FROM {LOAN} ORDER BY Nope", "INVALID_FIELD", "No such column 'Nope'"),
        (f"SELECT Nope__r.Id FROM {LOAN}", "INVALID_FIELD", "understand relationship 'Nope__r'"),
        (f"SELECT Id, id FROM {LOAN}", "INVALID_FIELD", "duplicate field selected: id"),
        ("SELECT Id FROM Nope__c", "INVALID_TYPE", "sObject type 'Nope__c' is not supported"),
        ("SELECT Id", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
    ],
)
def test_query_for_what_there_is_not_is_refused_in_salesforces_words(salesforce, soql, code, words):
    answer = salesforce.query(soql)

    assert refused(answer) == (400, code)
    assert words in answer.json()[0]["message"]


def test_field_that_is_hidden_is_as_if_it_were_not_there(salesforce, org):
    row = org.add("loan", name="Loan 1", status="Closed")["Id"]
    salesforce.control("PATCH", f"/fields/loan/{STATUS}", {"hidden": True})

    assert refused(salesforce.query(f"SELECT {STATUS} FROM {LOAN}")) == (400, "INVALID_FIELD")
    assert STATUS not in salesforce.call("GET", f"/sobjects/{LOAN}/{row}").json()

    salesforce.control("PATCH", f"/fields/loan/{STATUS}", {"hidden": False})
    assert salesforce.column(f"SELECT {STATUS} FROM {LOAN}") == ["Closed"]


def test_record_that_is_not_shared_is_nowhere(salesforce, org):
    borrower = org.add("contact", LastName="Moss")["Id"]
    loan = org.add("loan", name="Loan 1", borrower=borrower)["Id"]

    org.share("contact", borrower, shared=False)
    assert salesforce.column("SELECT Id FROM Contact") == []
    assert salesforce.records(f"SELECT {BORROWER}, {PARENT}.Name FROM {LOAN}")[0][PARENT] is None
    assert refused(salesforce.call("GET", f"/sobjects/Contact/{borrower}")) == (404, "NOT_FOUND")

    org.share("loan", loan, shared=False)
    assert salesforce.column(f"SELECT Id FROM {LOAN}") == []


def test_late_commit_is_seen_later_and_has_its_earlier_stamp(sandbox, salesforce, org):
    sandbox.clock.freeze()
    edited = org.add("loan", name="Edited", amount=1)["Id"]
    late = org.add("loan", name="Late", late=Late(300))
    org.edit("loan", edited, amount=2, late=Late(300))
    text = f"SELECT Id, {AMOUNT} FROM {LOAN} ORDER BY Id"
    seen = [(row["Id"], row[AMOUNT]) for row in salesforce.records(text)]
    assert seen == [(edited, 1)]

    sandbox.clock.advance(300)

    seen = [(row["Id"], row[AMOUNT]) for row in salesforce.records(text)]
    assert sorted(seen) == sorted([(edited, 2), (late["Id"], None)])
    stamps = salesforce.column(f"SELECT SystemModstamp FROM {LOAN} WHERE Id = '{late['Id']}'")
    assert stamps == [late["SystemModstamp"]]


def test_text_of_each_query_is_in_the_list_of_calls(sandbox, salesforce):
    salesforce.query("SELECT Id FROM Contact WHERE Name = 'a & b'")

    call = sandbox.calls[-1]
    assert (call.system, call.query["q"]) == (
        "salesforce", "SELECT Id FROM Contact WHERE Name = 'a & b'",
    )  # fmt: skip
    assert call.headers["authorization"] == "Bearer ***"
