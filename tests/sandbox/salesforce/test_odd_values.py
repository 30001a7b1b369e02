"""Values by hand that no field can have: they are kept, and every call goes on."""

import pytest

from tests.sandbox.salesforce.conftest import AMOUNT, BORROWER, LOAN, STATUS

PARENT = BORROWER.replace("__c", "__r")
NOBODY = "003000000000001"
ODD = [{"a": 1}, [1], 5, True, "nobody"]


@pytest.mark.parametrize("value", ODD)
def test_a_lookup_with_a_value_that_is_no_id_leads_to_nobody(salesforce, value):
    loan = salesforce.control("POST", "/records/loan", {"values": {"borrower": value}})["record"]

    assert loan[BORROWER] == value
    assert salesforce.records(f"SELECT {BORROWER}, {PARENT}.Name FROM {LOAN}") == [
        {
            "attributes": {
                "type": LOAN,
                "url": f"/services/data/v62.0/sobjects/{LOAN}/{loan['Id']}",
            },
            BORROWER: value,
            PARENT: None,
        }
    ]
    (listed,) = salesforce.control("GET", "/records/loan?q=a")["records"]
    assert listed["borrower_name"] is None


@pytest.mark.parametrize("value", ODD)
@pytest.mark.parametrize("field", [BORROWER, STATUS, AMOUNT, "OwnerId"])
def test_conditions_and_orders_go_on_over_a_value_of_another_kind(salesforce, org, field, value):
    usual = org.add("loan", name="Usual")["Id"]
    odd = org.add("loan", name="Odd")["Id"]
    salesforce.control("PATCH", f"/records/loan/{odd}", {"values": {field: value}})

    named = "12" if field == AMOUNT else f"'{NOBODY}'"
    for condition in (f"= {named}", f"!= {named}", f"IN ({named}, {named})"):
        salesforce.records(f"SELECT Id FROM {LOAN} WHERE {field} {condition}")
    found = salesforce.column(f"SELECT Id FROM {LOAN} ORDER BY {field}")
    assert sorted(found) == sorted([usual, odd])


@pytest.mark.parametrize("value", ODD)
def test_a_day_of_another_kind_is_no_day_to_compare(salesforce, org, value):
    usual = org.add("loan", close_date="2026-11-02")["Id"]
    odd = org.add("loan")["Id"]
    salesforce.control("PATCH", f"/records/loan/{odd}", {"values": {"close_date": value}})

    closes = org.account.schema.loan_fields["close_date"]
    wanted = f"{closes} > 2026-01-01 AND {closes} < 2027-01-01"
    assert salesforce.column(f"SELECT Id FROM {LOAN} WHERE {wanted}") == [usual]
    assert len(salesforce.column(f"SELECT Id FROM {LOAN} ORDER BY {closes}")) == 2


@pytest.mark.parametrize("value", [{"a": 1}, [1], 5])
def test_a_name_that_is_no_text_is_kept_and_found(salesforce, value):
    control = salesforce.control
    person = {"FirstName": "Ann", "LastName": value}
    made = control("POST", "/records/contact", {"values": person})["record"]

    assert made["Name"] == f"Ann {value}"
    (found,) = control("GET", "/records/contact?q=ann")["records"]
    assert found["LastName"] == value
    assert salesforce.column("SELECT LastName FROM Contact WHERE Name LIKE 'Ann%'") == [value]
