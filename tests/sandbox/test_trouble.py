"""Budgets, switches for trouble, and what survives a kill."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.processes.parts import until
from tests.sandbox.conftest import Client

ORGANIZATIONS = "/api/v2/organizations"


@pytest.mark.parametrize("token", ["wrong", ""])
def test_wrong_token_is_refused_in_the_known_words(sandbox, token):
    answer = Client(sandbox.url, token).get("/api/v1/users/me")

    assert answer.status_code == 401
    assert answer.json()["errorCode"] == 401


def test_connection_check_names_the_company(api):
    assert api.get("/v1/users/me").json()["data"]["company_domain"] == "larkfield"


def test_calls_cost_their_tokens(api):
    headers = [api.get(path).headers for path in (ORGANIZATIONS, "/api/v2/pipelines")]

    first, second = (int(each["x-daily-ratelimit-token-remaining"]) for each in headers)
    assert first - second == 5
    assert {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"} <= set(headers[0])


def test_spent_day_answers_429_until_the_next(api, sandbox):
    api.control("POST", "/budget", {"daily_limit": 15})
    api.get(ORGANIZATIONS)
    refused = api.get(ORGANIZATIONS)

    assert refused.status_code == 429
    assert refused.headers["x-daily-ratelimit-token-remaining"] == "0"
    sandbox.clock.advance(86_400)
    assert api.get(ORGANIZATIONS).status_code == 200


def test_burst_is_refused_and_going_on_is_blocked_with_a_page(api):
    api.control("POST", "/budget", {"burst_limit": 3, "block_after": 2})
    answers = [api.get("/api/v1/users/me") for _ in range(7)]

    assert [answer.status_code for answer in answers] == [200] * 3 + [429] * 3 + [403]
    assert answers[3].headers["x-daily-ratelimit-token-remaining"] != "0"
    assert answers[-1].headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    ("kind", "status"),
    [("error", 503), ("unauthorized", 401), ("burst", 429), ("daily", 429), ("blocked", 403)],
)
def test_trouble_hits_once_and_before_the_write(api, sandbox, kind, status):
    options = {"status": status} if kind == "error" else {}
    api.control("POST", "/trouble", {"kind": kind, "method": "POST", **options})

    assert api.post(ORGANIZATIONS, {"name": "A"}).status_code == status
    assert sandbox.pipedrive.records("organization") == []
    assert api.post(ORGANIZATIONS, {"name": "A"}).status_code == 200


@pytest.mark.parametrize("kind", ["lost_answer", "reset_after"])
def test_answer_is_lost_after_the_write(api, sandbox, kind):
    sandbox.trouble.add(kind, path=ORGANIZATIONS)

    with pytest.raises(requests.ConnectionError):
        api.post(ORGANIZATIONS, {"name": "A"})

    assert len(sandbox.pipedrive.records("organization")) == 1


def test_connection_is_reset_before_the_write(api, sandbox):
    sandbox.trouble.add("reset", path="/api/v2/*")

    with pytest.raises(requests.ConnectionError):
        api.post(ORGANIZATIONS, {"name": "A"})

    assert sandbox.pipedrive.records("organization") == []


def test_error_after_the_write_leaves_the_record(api, sandbox):
    sandbox.trouble.add("error_after", status=502)

    assert api.post(ORGANIZATIONS, {"name": "A"}).status_code == 502
    assert len(sandbox.pipedrive.records("organization")) == 1


def test_slow_answer_takes_its_time(api, sandbox):
    sandbox.trouble.add("latency", seconds=0.2)

    assert api.get(ORGANIZATIONS).elapsed.total_seconds() >= 0.2


def test_a_call_that_nobody_waits_for_any_more_leaves_nothing_after_a_reset(api, sandbox):
    sandbox.trouble.add("latency", seconds=120)
    with pytest.raises(requests.Timeout):
        api.post(ORGANIZATIONS, {"name": "A"}, timeout=0.1)
    until("it has begun", lambda: not sandbox.trouble.rules())
    sandbox.reset()

    assert api.get(ORGANIZATIONS).json()["data"] == []
    assert [call.method for call in sandbox.calls] == ["GET"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/trouble", {"kind": "flood"}),
        ("/trouble", {"kind": []}),
        ("/trouble", {"kind": "error", "times": "1"}),
        ("/trouble", {"kind": "error", "body": "poem"}),
        ("/switches", {"merge_text": "both"}),
        ("/switches", {"retry_scale": "0"}),
        ("/switches", {"nothing": 1}),
        ("/clock", {"set": 5}),
        ("/clock", {"advance": "1"}),
        ("/budget", {"daily_limit": None}),
        ("/seed", {"organizations": "many"}),
        ("/records/organization", []),
        ("/records/organization/merge", {"loser": 1}),
        ("/records/dragon", {}),
    ],
)
def test_control_call_that_makes_no_sense_is_refused(sandbox, path, body):
    answer = requests.post(f"{sandbox.url}/_sandbox{path}", json=body, timeout=5)

    assert answer.status_code in (400, 404)
    assert answer.json()["error"]


def test_control_needs_a_type_that_a_form_of_another_site_cannot_send(sandbox):
    answer = requests.post(f"{sandbox.url}/_sandbox/reset", data="{}", timeout=5)

    assert answer.status_code == 415


def test_recording_has_each_call_and_no_secret(api, recording):
    api.post(ORGANIZATIONS, {"name": "A"})

    (line,) = recording.read_text().splitlines()
    call = json.loads(line)
    assert set(call) == {"method", "url", "headers", "body", "status", "response"}
    assert (call["method"], call["status"], call["body"]) == ("POST", 200, {"name": "A"})
    assert "sandbox-token" not in line


def test_page_is_served_without_inline_script(sandbox):
    page = requests.get(sandbox.url, timeout=5)

    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert requests.get(sandbox.url + "/page/app.js", timeout=5).status_code == 200
    assert requests.get(sandbox.url + "/page/../app.py", timeout=5).status_code == 404


def start(folder: Path) -> tuple[subprocess.Popen, Client]:
    process = subprocess.Popen(
        [sys.executable, "-m", "integrations.sandbox", "--port", "0", "--data", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    with process.stdout as said:
        return process, Client(said.readline().split()[-1])


def test_killed_process_loses_neither_records_nor_deliveries(tmp_path, receiver):
    process, api = start(tmp_path)
    api.control("POST", "/switches", {"hold_deliveries": True})
    hook = {"subscription_url": receiver.url, "event_action": "*", "event_object": "*"}
    api.post("/api/v1/webhooks", hook | {"name": "Test"})
    ids = [api.post(ORGANIZATIONS, {"name": f"O{n}"}).json()["data"]["id"] for n in range(5)]
    process.kill()
    process.wait()

    process, api = start(tmp_path)
    try:
        assert [one["id"] for one in api.get(ORGANIZATIONS).json()["data"]] == ids
        arrived = receiver.wait_for(5)
        assert sorted(int(each.meta["entity_id"]) for each in arrived) == ids
        assert api.post(ORGANIZATIONS, {"name": "Next"}).json()["data"]["id"] == ids[-1] + 1
    finally:
        process.kill()
        process.wait()


def test_killed_process_loses_nothing_of_tc2_either(tmp_path, receiver):
    process, api = start(tmp_path)
    api.control("POST", "/tc2/webhook", {"url": receiver.url})
    api.control("POST", "/tc2/switches", {"hold_deliveries": True})
    ids = [
        api.control("POST", "/tc2/sign-ups", {"last_name": f"N{n}"})["client"]["id"]
        for n in range(3)
    ]
    process.kill()
    process.wait()

    process, api = start(tmp_path)
    try:
        clients = api.control("GET", "/tc2/clients")["clients"]
        assert [client["id"] for client in clients] == ids[::-1]
        assert api.control("POST", "/tc2/events/release")["released"] == 3
        arrived = receiver.wait_for(3)
        assert [each.body["events"][0]["subject"]["id"] for each in arrived] == ids[::-1]
        next_one = api.control("POST", "/tc2/sign-ups", {"last_name": "Next"})["client"]
        assert next_one["id"] == ids[-1] + 1
    finally:
        process.kill()
        process.wait()
