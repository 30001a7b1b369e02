"""Records by their ids: reading, writing, stamps."""

import pytest

from tests.sandbox.salesforce.conftest import AMOUNT, BORROWER, LOAN, STATUS, refused


def test_record_is_made_read_changed_and_deleted(salesforce):
    made = salesforce.call("POST", f"/sobjects/{LOAN}", {"Name": "Loan 1", AMOUNT: 5})
    assert (made.status_code, set(made.json())) == (201, {"id", "success", "errors"})
    path = f"/sobjects/{LOAN}/{made.json()['id']}"

    changed = salesforce.call("PATCH", path, {STATUS: "Closed", AMOUNT: None})
    assert (changed.status_code, changed.content) == (204, b"")
    read = salesforce.call("GET", path, params={"fields": f"Name,{STATUS},{AMOUNT}"}).json()
    assert (read["Name"], read[STATUS], read[AMOUNT]) == ("Loan 1", "Closed", None)

    assert salesforce.call("DELETE", path).status_code == 204
    assert refused(salesforce.call("GET", path)) == (404, "ENTITY_IS_DELETED")
    assert refused(salesforce.call("PATCH", path, {})) == (404, "ENTITY_IS_DELETED")


def test_both_stamps_move_with_each_write_and_one_of_them_alone_by_the_system(
    sandbox, salesforce, org
):
    sandbox.clock.freeze()
    made = org.add("loan", name="Loan 1")
    row_id = made["Id"]
    sandbox.clock.advance(60)
    salesforce.call("PATCH", f"/sobjects/{LOAN}/{row_id}", {"Name": "Loan 1"})
    written = org.row("loan", row_id)
    assert written["LastModifiedDate"] == written["SystemModstamp"] > made["SystemModstamp"]

    sandbox.clock.advance(60)
    touched = org.touch("loan", row_id)
    assert touched["LastModifiedDate"] == written["LastModifiedDate"]
    assert touched["SystemModstamp"] > written["SystemModstamp"]

    dated = org.edit("loan", row_id, LastModifiedDate="2020-01-02T03:04:05Z")
    assert dated["LastModifiedDate"] == "2020-01-02T03:04:05.000+0000"


def test_ids_are_taken_in_both_lengths_and_those_that_are_none_are_not_found(salesforce, org):
    row_id = org.add("contact", LastName="Moss")["Id"]

    for given in (row_id, row_id[:15], row_id.lower()):
        answer = salesforce.call("GET", f"/sobjects/contact/{given}")
        assert answer.json()["Id"] == row_id
    for given in ("nobody", "003000000000000AAA"):
        assert refused(salesforce.call("GET", f"/sobjects/Contact/{given}")) == (404, "NOT_FOUND")
    assert refused(salesforce.call("GET", f"/sobjects/Nope/{row_id}")) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        (LOAN, {"Nope": 1}, "INVALID_FIELD"),
        (LOAN, {"SystemModstamp": "2026-01-02T03:04:05Z"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ("Contact", {"LastName": "a", "Name": "b"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ("Contact", {"FirstName": "a"}, "REQUIRED_FIELD_MISSING"),
        ("Contact", {"LastName": "a" * 81}, "STRING_TOO_LONG"),
        ("Contact", {"LastName": "a", "Email": "nonsense"}, "INVALID_EMAIL_ADDRESS"),
        ("Contact", {"LastName": "a", "Birthdate": "soon"}, "JSON_PARSER_ERROR"),
        (LOAN, {AMOUNT: "5"}, "JSON_PARSER_ERROR"),
        (LOAN, {BORROWER: "nobody"}, "MALFORMED_ID"),
        (LOAN, {BORROWER: "003000000000000AAA"}, "INVALID_CROSS_REFERENCE_KEY"),
        (LOAN, [], "JSON_PARSER_ERROR"),
    ],
)
def test_record_that_cannot_be_is_refused(salesforce, org, kind, body, code):
    assert refused(salesforce.call("POST", f"/sobjects/{kind}", body)) == (400, code)
    assert org.rows("loan") == org.rows("contact") == []


def test_restricted_picklist_takes_its_own_values_only(salesforce):
    about = {"restricted": True, "picklist": ["Open", ["Won", "Hurray"]]}
    salesforce.control("PATCH", f"/fields/loan/{STATUS}", about)
    path = f"/sobjects/{LOAN}"

    assert salesforce.call("POST", path, {STATUS: "Won"}).status_code == 201
    assert refused(salesforce.call("POST", path, {STATUS: "Hurray"})) == (
        400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
    )  # fmt: skip


def test_many_are_read_by_their_ids_in_the_order_given(salesforce, org):
    one, two = org.add("contact", LastName="One")["Id"], org.add("contact", LastName="Two")["Id"]
    org.delete("contact", org.add("contact", LastName="Gone")["Id"])
    gone = next(row["Id"] for row in org.account.tables["Contact"].values() if row["IsDeleted"])

    body = {"ids": [two, "nobody", gone, one[:15]], "fields": ["LastName"]}
    rows = salesforce.call("POST", "/composite/sobjects/Contact", body).json()

    assert [row and row["LastName"] for row in rows] == ["Two", None, None, "One"]


def test_merged_contact_is_gone_and_names_its_master_and_its_loans_move_unstamped(
    sandbox, salesforce, org
):
    sandbox.clock.freeze()
    loser, winner = (org.add("contact", LastName=name)["Id"] for name in ("Moss", "Moss-Reyes"))
    loan = org.add("loan", name="Loan 1", borrower=loser)
    sandbox.clock.advance(60)

    salesforce.control("POST", f"/records/contact/{loser}/merge", {"into": winner})

    assert refused(salesforce.call("GET", f"/sobjects/Contact/{loser}"))[1] == "ENTITY_IS_DELETED"
    text = "SELECT MasterRecordId FROM Contact WHERE IsDeleted = true"
    assert salesforce.column(text, "/queryAll") == [winner]
    assert org.row("loan", loan["Id"]) == loan | {BORROWER: winner}


def test_undeleted_record_is_back_and_an_erased_one_is_nowhere(salesforce, org):
    row_id = org.add("loan", name="Loan 1")["Id"]
    path = f"/sobjects/{LOAN}/{row_id}"
    org.delete("loan", row_id)
    salesforce.control("POST", f"/records/loan/{row_id}/undelete")
    assert salesforce.call("GET", path).status_code == 200

    org.delete("loan", row_id)
    salesforce.control("POST", f"/records/loan/{row_id}/erase")
    assert refused(salesforce.call("GET", path)) == (404, "NOT_FOUND")
    assert salesforce.column(f"SELECT Id FROM {LOAN}", "/queryAll") == []


def test_description_has_the_fields_with_what_integrations_ask_of_them(salesforce):
    answer = salesforce.call("GET", f"/sobjects/{LOAN}/describe")
    fields = {field["name"]: field for field in answer.json()["fields"]}

    borrower = fields[BORROWER]
    assert (borrower["type"], borrower["referenceTo"]) == ("reference", ["Contact"])
    assert borrower["relationshipName"] == "MtgPlanner_CRM__Borrower_Name__r"
    assert (fields["Loan_Officer__c"]["type"], fields["Loan_Officer__c"]["length"]) == (
        "string", 255,
    )  # fmt: skip
    labels = {each["value"]: each["label"] for each in fields[STATUS]["picklistValues"]}
    assert labels["Getting Things Rolling"] == "GTR"
    assert fields["Name"]["calculated"] is False


def test_description_that_has_not_changed_is_not_sent_again(sandbox, salesforce):
    path = "/sobjects/Contact/describe"
    sandbox.clock.freeze()
    last = salesforce.call("GET", path).headers["Last-Modified"]
    again = {"headers": {"If-Modified-Since": last}}
    assert salesforce.call("GET", path, **again).status_code == 304

    sandbox.clock.advance(60)
    salesforce.control("PATCH", "/fields/contact/Email", {"hidden": True})
    answer = salesforce.call("GET", path, **again)
    assert "Email" not in {field["name"] for field in answer.json()["fields"]}


def test_loan_officer_may_be_a_lookup_and_a_field_a_formula(salesforce, org):
    officer = org.add("loan", name="Loan 1")["OwnerId"]
    about = {"type": "reference", "reference_to": ["User"], "relationship": "Loan_Officer__r"}
    salesforce.control("PATCH", "/fields/loan/Loan_Officer__c", about)
    salesforce.control("PATCH", f"/fields/loan/{AMOUNT}", {"calculated": True})
    org.edit("loan", org.rows("loan")[0]["Id"], officer=officer)

    text = f"SELECT Id FROM {LOAN} WHERE Loan_Officer__r.Name = 'anna whitlock'"
    assert len(salesforce.records(text)) == 1
    answer = salesforce.call("POST", f"/sobjects/{LOAN}", {AMOUNT: 5})
    assert refused(answer) == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")
