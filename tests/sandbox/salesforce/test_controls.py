"""Control calls that make no sense."""

import pytest
import requests

from integrations.sandbox import Sandbox
from integrations.sandbox.salesforce.ids import numbered

NOBODY = numbered("a0X", 1)


@pytest.fixture(scope="module")
def url():
    """Of a sandbox for all: nothing here changes it."""
    with Sandbox() as running:
        yield f"{running.url}/_sandbox/salesforce"


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("POST", "/seed", {"loans": -1}, "loans is a number"),
        ("POST", "/seed", {"loans": 1, "officers": "Anna"}, "officers is a list"),
        ("POST", "/seed", {"loans": 1, "until": "soon"}, "soon is no time"),
        ("POST", "/seed", {"loans": 1, "step_seconds": "1"}, "step_seconds is a number"),
        ("POST", "/reset", {"loans": "x"}, "loans is one of jungo, plain"),
        ("POST", "/records/loan", {"values": {"nope": 1}}, "has no field nope"),
        ("POST", "/records/loan", {"values": []}, "values is an object"),
        ("POST", "/records/loan", {"values": {"Id": 5}}, "Salesforce itself gives"),
        ("POST", "/records/loan", {"late_seconds": "1"}, "late_seconds is a number"),
        ("PATCH", f"/records/loan/{NOBODY}", {}, "does not exist"),
        ("POST", f"/records/loan/{NOBODY}/undelete", {}, "There is no Loan"),
        ("POST", f"/records/loan/{NOBODY}/share", {"shared": 1}, "shared is true or false"),
        ("POST", f"/records/loan/{NOBODY}/merge", {"into": NOBODY}, "a contact is merged"),
        ("PATCH", "/fields/loan/Name", {"hidden": 1}, "hidden is wrong"),
        ("PATCH", "/fields/loan/Nope__c", {"hidden": True}, "has no field Nope__c"),
        ("POST", "/tokens", {"error": "x"}, "error is empty or one of"),
        ("POST", "/limits", {"used": -1}, "used is a number"),
        ("POST", "/switches", {"page_size": "x"}, "page_size must be like 2000"),
        ("POST", "/events", {"change_type": "x"}, "change_type is one of"),
        ("POST", "/events", {"change_type": "UPDATE", "fields": ["x"]}, "has no field x"),
        ("POST", "/events", {"change_type": "UPDATE", "form": "x"}, "form is one of"),
        ("POST", "/events", {"change_type": "UPDATE", "copies": 0}, "copies is 1 to 100"),
        ("POST", "/events/send", {"events": 1}, "events is a list"),
        ("POST", "/events/signal", {"type": "x"}, "type is one of"),
        ("POST", "/events/raw", {"signature": "x"}, "signature is one of"),
        ("POST", "/outbound", {"records": "x"}, "records is a list"),
        ("POST", "/receivers", {"relay": "ftp://x"}, "relay is an http address"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(url, method, path, body, words):
    answer = requests.request(method, url + path, json=body, timeout=10)

    assert answer.status_code in (400, 404)
    assert words in answer.json()["error"]
