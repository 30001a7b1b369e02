"""TC2's rate limit, faults, and the log of calls."""

import pytest
import requests

from tests.sandbox.tc2.conftest import INES


def test_a_hundred_calls_a_minute_are_let_through(sandbox, tc2):
    sandbox.clock.freeze()
    statuses = [tc2.get("/countries/1/").status_code for _ in range(101)]

    assert statuses == [200] * 100 + [429]
    sandbox.clock.advance(61)
    assert tc2.get("/countries/1/").status_code == 200


@pytest.mark.parametrize("told", [True, False])
def test_lower_limit_is_a_switch_and_so_is_retry_after(sandbox, tc2, told):
    sandbox.tc2.switches.set(rate_limit_per_minute=1, retry_after_header=told)
    tc2.get("/countries/1/")

    answer = tc2.get("/countries/1/")

    assert answer.status_code == 429
    assert set(answer.json()) == {"detail"}
    assert ("Retry-After" in answer.headers) is told


@pytest.mark.parametrize(
    ("body", "starts"), [("json", '{"detail"'), ("html", "<html"), ("empty", "")]
)
def test_next_calls_fail_as_asked_with_json_html_or_nothing(tc2, body, starts):
    rule = {"kind": "error", "system": "tc2", "status": 503, "times": 2, "body": body}
    tc2.control("POST", "/trouble", rule)

    answers = [tc2.get("/countries/1/") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].text.startswith(starts)


def test_trouble_of_one_system_leaves_the_other_alone(sandbox, api, tc2):
    sandbox.trouble.add("unauthorized", system="tc2", times=None)

    assert tc2.get("/countries/1/").status_code == 401
    assert api.get("/api/v1/users/me").status_code == 200


@pytest.mark.parametrize(("kind", "written"), [("reset", False), ("lost_answer", True)])
def test_connection_breaks_before_or_after_the_write(sandbox, tc2, kind, written):
    sandbox.trouble.add(kind, system="tc2", method="POST")

    with pytest.raises(requests.ConnectionError):
        tc2.post("/clients/", INES)

    assert (sandbox.tc2.client(8101) is not None) is written


def test_call_log_tells_method_path_body_and_status(tc2, client_id, recording):
    tc2.post(f"/clients/{client_id}/", {"phone": "1"})

    (call,) = tc2.control("GET", "/calls?system=tc2")["calls"]

    assert (call["method"], call["path"]) == ("POST", f"/tc2/api/clients/{client_id}/")
    assert (call["body"], call["status"]) == ({"phone": "1"}, 200)
    assert call["headers"]["authorization"] == "token ***"
    # What is written down is judged as Pipedrive's.
    assert recording.read_text() == ""


def test_slow_answer_takes_its_time(sandbox, tc2):
    sandbox.trouble.add("latency", system="tc2", seconds=0.2)

    assert tc2.get("/countries/1/").elapsed.total_seconds() >= 0.2
