"""Ids of a span of time, several calls in one, and the old log-in."""

from datetime import timedelta

import pytest
import requests

from integrations.sandbox.salesforce.by_hand import Late
from integrations.sandbox.salesforce.tokens import PASSWORD, SECURITY_TOKEN
from tests.sandbox.salesforce.conftest import LOAN, refused


def times(sandbox, start, end):
    """``start`` and ``end``, in minutes from now."""
    now = sandbox.clock.now()
    return {
        "start": (now + timedelta(minutes=start)).isoformat(),
        "end": (now + timedelta(minutes=end)).isoformat(),
    }


def test_ids_of_what_changed_and_what_was_deleted_in_a_span(sandbox, salesforce, org):
    kept, gone = org.add("loan", name="Kept")["Id"], org.add("loan", name="Gone")["Id"]
    org.delete("loan", gone)
    span = {"params": times(sandbox, -5, 5)}

    answer = salesforce.call("GET", f"/sobjects/{LOAN}/updated/", **span).json()
    assert answer["ids"] == [kept]
    answer = salesforce.call("GET", f"/sobjects/{LOAN}/deleted/", **span).json()
    assert answer["deletedRecords"] == [
        {"id": gone, "deletedDate": org.row("loan", gone)["SystemModstamp"]}
    ]
    assert answer["earliestDateAvailable"] < answer["latestDateCovered"]

    earlier = {"params": times(sandbox, -60, -30)}
    assert salesforce.call("GET", f"/sobjects/{LOAN}/updated", **earlier).json()["ids"] == []


def test_covered_is_only_what_came_before_the_oldest_open_transaction(sandbox, salesforce, org):
    sandbox.clock.freeze()
    late = org.add("loan", name="Late", late=Late(600))
    sandbox.clock.advance(300)

    span = {"params": times(sandbox, -30, 0)}
    answer = salesforce.call("GET", f"/sobjects/{LOAN}/updated", **span).json()
    assert answer == {"ids": [], "latestDateCovered": late["SystemModstamp"]}


@pytest.mark.parametrize(
    ("path", "start", "end"),
    [("updated", -31 * 1440, 0), ("deleted", -16 * 1440, 0), ("updated", -5, -5)],
)
def test_span_that_is_too_old_or_too_short_is_refused(sandbox, salesforce, path, start, end):
    answer = salesforce.call("GET", f"/sobjects/{LOAN}/{path}", params=times(sandbox, start, end))

    assert refused(answer) == (400, "INVALID_REPLICATION_DATE")


def test_batch_is_several_calls_that_count_as_one(salesforce, org):
    org.add("loan", name="Loan 1")
    parts = [
        {"method": "GET", "url": f"v62.0/query?q=SELECT+Name+FROM+{LOAN}"},
        {"method": "POST", "url": f"v62.0/sobjects/{LOAN}", "richInput": {"Name": "Loan 2"}},
        {"method": "GET", "url": "v62.0/sobjects/Contact/nobody"},
    ]

    answer = salesforce.call("POST", "/composite/batch", {"batchRequests": parts})

    assert answer.headers["Sforce-Limit-Info"].startswith("api-usage=1/")
    results = answer.json()["results"]
    assert [each["statusCode"] for each in results] == [200, 201, 404]
    assert results[0]["result"]["records"][0]["Name"] == "Loan 1"
    assert answer.json()["hasErrors"]


def test_composite_names_its_parts(salesforce):
    path = f"/services/data/v62.0/sobjects/{LOAN}"
    parts = [
        {"method": "POST", "url": path, "body": {"Name": "Loan 1"}, "referenceId": "one"},
        {"method": "POST", "url": path, "body": {"Nope": 1}, "referenceId": "two"},
    ]

    answer = salesforce.call("POST", "/composite", {"compositeRequest": parts}).json()

    one, two = answer["compositeResponse"]
    assert (one["referenceId"], one["httpStatusCode"], one["body"]["success"]) == ("one", 201, True)
    assert (two["httpStatusCode"], two["body"][0]["errorCode"]) == (400, "INVALID_FIELD")
    too_many = {"compositeRequest": parts * 13}
    assert refused(salesforce.call("POST", "/composite", too_many)) == (400, "LIMIT_EXCEEDED")


def soap(stranger, version, password=PASSWORD + SECURITY_TOKEN):
    body = (
        '<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Body>'
        '<n1:login xmlns:n1="urn:partner.soap.sforce.com">'
        "<n1:username>hermes@larkfield.example</n1:username>"
        f"<n1:password>{password}</n1:password></n1:login></env:Body></env:Envelope>"
    )
    url = f"{stranger.base}/login/services/Soap/u/{version}"
    return requests.post(url, data=body, headers={"SOAPAction": "login"}, timeout=10)


def test_soap_log_in_gives_a_session_that_the_api_takes(stranger):
    answer = soap(stranger, "59.0")
    token = answer.text.partition("<sessionId>")[2].partition("</sessionId>")[0]

    assert "/services/Soap/u/59.0/00D5f000000aBcDEAU</serverUrl>" in answer.text
    headers = {"Authorization": f"Bearer {token}"}
    assert stranger.call("GET", "/limits", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("version", "password", "code"),
    [("59.0", "x", "INVALID_LOGIN"), ("65.0", None, "UNSUPPORTED_API_VERSION")],
)
def test_soap_log_in_is_refused_for_a_wrong_password_and_in_new_versions(
    stranger, version, password, code
):
    answer = soap(stranger, version, password or PASSWORD + SECURITY_TOKEN)

    assert answer.status_code == 500
    assert f"<sf:exceptionCode>{code}</sf:exceptionCode>" in answer.text
