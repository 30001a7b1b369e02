"""What can be made to go wrong."""

import pytest
import requests

from tests.sandbox.salesforce.conftest import LOAN, refused

TEXT = f"SELECT Id FROM {LOAN}"


@pytest.mark.parametrize(
    ("kind", "status", "code", "words"),
    [
        ("unauthorized", 401, "INVALID_SESSION_ID", "Session expired or invalid"),
        ("daily", 403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
        ("burst", 403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests"),
        ("blocked", 403, "API_DISABLED_FOR_ORG", "not enabled"),
        ("error", 500, "UNKNOWN_EXCEPTION", "unexpected"),
    ],
)
def test_each_kind_of_trouble_is_told_in_salesforces_words(
    sandbox, salesforce, kind, status, code, words
):
    sandbox.trouble.add(kind, system="salesforce")

    answer = salesforce.query(TEXT)

    assert refused(answer) == (status, code)
    assert words in answer.json()[0]["message"]
    assert answer.headers["Sforce-Limit-Info"]
    assert salesforce.query(TEXT).status_code == 200


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "UNABLE_TO_LOCK_ROW"),
        (400, "QUERY_TIMEOUT"),
        (403, "TXN_SECURITY_METERING_ERROR"),
        (503, "SERVER_UNAVAILABLE"),
    ],
)
def test_error_has_the_name_that_is_asked_for(sandbox, salesforce, status, code):
    sandbox.trouble.add("error", path="*/query*", status=status, code=code, retry_after=7)

    answer = salesforce.query(TEXT)

    assert refused(answer) == (status, code)
    assert answer.headers["Retry-After"] == "7"


def test_session_ends_in_the_midst_of_a_query(sandbox, salesforce, org):
    org.seed(loans=3)
    org.switches.set(page_size=1)
    sandbox.trouble.add("unauthorized", path="*/query/*", skip=1)
    first = salesforce.query(TEXT).json()
    second = salesforce.call("GET", first["nextRecordsUrl"]).json()

    assert refused(salesforce.call("GET", second["nextRecordsUrl"]))[0] == 401
    assert salesforce.call("GET", second["nextRecordsUrl"]).json()["done"]


def test_answer_ends_in_the_middle_or_is_no_json_at_all(sandbox, salesforce, org):
    org.seed(loans=3)
    sandbox.trouble.add("truncated", path="*/query")
    answer = salesforce.query(TEXT)
    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()

    sandbox.trouble.add("error", status=503, body="html")
    assert b"<html>" in salesforce.query(TEXT).content
    sandbox.trouble.add("error", status=420, body="empty")
    assert salesforce.query(TEXT).content == b""


def test_write_is_done_though_its_answer_is_lost(sandbox, salesforce, org):
    sandbox.trouble.add("lost_answer", method="POST")

    with pytest.raises(requests.ConnectionError):
        salesforce.call("POST", f"/sobjects/{LOAN}", {"Name": "Loan 1"})

    assert [row["Name"] for row in org.rows("loan")] == ["Loan 1"]


def test_address_that_is_too_long_is_refused(salesforce):
    answer = salesforce.query(f"{TEXT} WHERE Name = '{'x' * 16_384}'")

    assert answer.status_code == 414


@pytest.mark.parametrize(
    "options", [{"code": 5}, {"retry_after": -1}, {"retry_after": 100_000}, {"retry_after": "1"}]
)
def test_rule_that_cannot_be_is_refused(salesforce, options):
    body = {"kind": "error"} | options
    answer = requests.post(f"{salesforce.url}/_sandbox/trouble", json=body, timeout=10)

    assert answer.status_code == 400
