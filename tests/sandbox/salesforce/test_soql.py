"""The parser, and what conditions mean."""

import pytest

from integrations.sandbox.salesforce.errors import Refusal
from integrations.sandbox.salesforce.soql.conditions import Column, sorted_rows
from integrations.sandbox.salesforce.soql.conditions import test as condition
from integrations.sandbox.salesforce.soql.parser import parse

TYPES = {
    "Id": "id", "Name": "string", "Amount": "currency", "Closed": "boolean",
    "Day": "date", "Changed": "datetime",
}  # fmt: skip
ROWS = [
    {"Name": "O'Brien", "Amount": 5, "Closed": True, "Day": "2026-01-02"},
    {"Name": "back\\slash", "Amount": 0, "Changed": "2026-01-02T03:04:05.000+0000"},
    {"Amount": 2.5, "Day": "2026-01-03", "Changed": "2026-01-02T03:04:06.000+0000"},
]


def column(name):
    return Column(name.text, TYPES[name.text], lambda row: row.get(name.text))


def fitting(where):
    """Which of the rows fit."""
    text = f"SELECT Id FROM Loan WHERE {where}"
    fits = condition(parse(text).where, column, text)
    return [number for number, row in enumerate(ROWS) if fits(row)]


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        (r"Name = 'o\'brien'", [0]),
        (r"Name = 'back\\slash'", [1]),
        ("Name != 'O\\'BRIEN'", [1, 2]),
        ("Name = null", [2]),
        ("Name = ''", [2]),
        ("Name IN ('x', null)", [2]),
        ("Name NOT IN ('back\\\\slash')", [0, 2]),
        ("Name LIKE 'o_b%'", [0]),
        (r"Name LIKE '%\\s%'", [1]),
        (r"Name LIKE '\%'", []),
        ("Amount > 0", [0, 2]),
        ("Amount >= 2.5 AND Amount < 5", [2]),
        ("Amount = 0 OR Amount = 5", [0, 1]),
        ("NOT Amount = 0", [0, 2]),
        ("NOT (Amount = 0 OR Amount = 5)", [2]),
        ("(Amount = 0 OR Amount = 5) AND Closed = true", [0]),
        ("Closed = FALSE", [1, 2]),
        ("Day <= 2026-01-02", [0]),
        ("Day < null", []),
        ("Changed = 2026-01-02T03:04:05.999Z", [1]),
        ("Changed > 2026-01-02T03:04:05Z", [2]),
        ("Changed >= 2026-01-02T05:04:05+02:00", [1, 2]),
        ("changed = null".replace("changed", "Changed"), [0]),
    ],
)
def test_condition_picks_the_rows_that_salesforce_would(where, rows):
    assert fitting(where) == rows


@pytest.mark.parametrize(
    ("order", "amounts"),
    [
        ("Amount", [0, 2.5, 5]),
        ("Amount DESC", [5, 2.5, 0]),
        ("Day", [0, 5, 2.5]),
        ("Day ASC NULLS LAST", [5, 2.5, 0]),
        ("Day DESC NULLS LAST, Amount", [2.5, 5, 0]),
        ("Closed, Amount DESC", [2.5, 0, 5]),
    ],
)
def test_rows_are_sorted_by_several_fields_nulls_first_unless_said(order, amounts):
    query = parse(f"SELECT Id FROM Loan ORDER BY {order}")

    assert [row["Amount"] for row in sorted_rows(ROWS, query.order, column)] == amounts


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT FROM Loan",
        "SELECT * FROM Loan",
        "SELECT Id Name FROM Loan",
        "SELECT Id FROM Loan WHERE",
        "SELECT Id FROM Loan WHERE Name",
        "SELECT Id FROM Loan WHERE Name = O'Brien",
        "SELECT Id FROM Loan WHERE Name = 'O'Brien'",
        r"SELECT Id FROM Loan WHERE Name = 'a\c'",
        "SELECT Id FROM Loan WHERE Name IN ()",
        "SELECT Id FROM Loan WHERE Name LIKE 5",
        "SELECT Id FROM Loan WHERE (Name = 'a'",
        "SELECT Id FROM Loan WHERE Name = 'a' AND Name = 'b' OR Name = 'c'",
        "SELECT Id FROM Loan WHERE Changed > 2026-01-02T03:04:05",
        "SELECT Id FROM Loan WHERE Changed > 2026-01-02T03:04:05 00:00",
        "SELECT Id FROM Loan WHERE Day = 2026-02-30",
        "SELECT Id FROM Loan ORDER Name",
        "SELECT Id FROM Loan LIMIT many",
        "SELECT Id FROM Loan; DELETE",
    ],
)
def test_what_is_no_query_is_malformed(text):
    with pytest.raises(Refusal) as refusal:
        parse(text)

    assert refusal.value.code == "MALFORMED_QUERY"


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("Changed > 2026-01-02", "INVALID_FIELD"),
        ("Changed > '2026-01-02T03:04:05Z'", "INVALID_FIELD"),
        ("Day = 2026-01-02T03:04:05Z", "INVALID_FIELD"),
        ("Name = 5", "INVALID_FIELD"),
        ("Amount = '5'", "INVALID_FIELD"),
        ("Id = 'short'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("Amount LIKE '5%'", "INVALID_QUERY_FILTER_OPERATOR"),
    ],
)
def test_value_that_does_not_go_with_its_field_is_refused(where, code):
    with pytest.raises(Refusal) as refusal:
        fitting(where)

    assert refusal.value.code == code
    assert "ERROR at Row:1:Column:27\n" in str(refusal.value)
