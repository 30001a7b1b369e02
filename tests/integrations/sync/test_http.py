"""Calling a remote: what is tried again, for how long, and as what an error arrives."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter
from urllib3.exceptions import MaxRetryError, NewConnectionError

from integrations.sync import http, patience
from integrations.sync.errors import (
    Misconfigured,
    RateLimited,
    Rejected,
    RemoteGone,
    Unauthorised,
    Unavailable,
)
from integrations.sync.http import Http, NeverArrived


class Remote(BaseAdapter):
    """Answers with what a test has put down, in that order; the last one again and again."""

    def __init__(self, *answers: Any) -> None:
        super().__init__()
        self.answers, self.calls = list(answers), []

    def send(self, request, **options):  # type: ignore[no-untyped-def]
        self.calls.append((request, options))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        answer.request = request
        return answer

    def close(self) -> None:
        pass


class Endless(io.BytesIO):
    """The body of an answer that never ends."""

    read_bytes = 0

    def read(self, size: int | None = -1) -> bytes:
        self.read_bytes += size or 0
        return b"x" * (size or 0)


def answer(status: int, body: Any = None, **headers: str) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response.url = "https://remote.example/things"
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    content = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
    response.raw = io.BytesIO(content)
    return response


@pytest.fixture
def waits(monkeypatch):
    """The seconds that calls would have slept."""
    slept: list[float] = []
    monkeypatch.setattr(patience.time, "sleep", slept.append)
    return slept


def client(remote: Remote, **options: Any) -> Http:
    session = requests.Session()
    session.mount("https://", remote)
    headers = {"x-api-token": "secret-token"}
    return Http("https://remote.example", headers, session=session, **options)


def refused() -> requests.ConnectionError:
    reason = NewConnectionError(None, "refused")  # type: ignore[arg-type]
    return requests.ConnectionError(MaxRetryError(None, "/", reason))  # type: ignore[arg-type]


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_a_call_that_can_be_repeated_is_tried_three_times(method, waits):
    remote = Remote(answer(503))

    with pytest.raises(Unavailable):
        client(remote).call(method, "/things")

    assert len(remote.calls) == 3
    assert sum(waits) <= 2


@pytest.mark.parametrize("trouble", [answer(500), answer(503), requests.ReadTimeout()])
def test_a_post_that_may_have_arrived_is_not_repeated(trouble, waits):
    remote = Remote(trouble)

    with pytest.raises(Unavailable):
        client(remote).call("POST", "/things", body={})

    assert len(remote.calls) == 1


@pytest.mark.parametrize("trouble", [refused(), requests.ConnectTimeout(), answer(429)])
def test_a_post_that_cannot_have_arrived_is_repeated(trouble, waits):
    remote = Remote(trouble, answer(200, {"id": 1}))

    assert client(remote).call("POST", "/things", body={}) == {"id": 1}
    assert len(remote.calls) == 2


def test_no_connection_is_told_from_a_broken_one(waits):
    with pytest.raises(NeverArrived):
        client(Remote(refused())).call("GET", "/things")
    with pytest.raises(Unavailable) as broken:
        client(Remote(requests.ConnectionError("reset"))).call("GET", "/things")
    assert not isinstance(broken.value, NeverArrived)


def test_a_wait_that_was_asked_for_is_kept(waits):
    remote = Remote(answer(429, Retry_After="3"), answer(200, {"id": 1}))

    client(remote).call("GET", "/things")

    assert 3 <= waits[0] <= 3.5


def test_a_long_wait_is_left_to_the_queue(waits):
    remote = Remote(answer(429, Retry_After="600"))

    with pytest.raises(RateLimited) as error:
        client(remote).call("GET", "/things")

    assert error.value.retry_after == timedelta(minutes=10)
    assert (len(remote.calls), waits) == (1, [])


def test_a_slow_try_is_not_followed_by_another(waits, monkeypatch):
    clock = iter([0.0, 31.0, 62.0])
    monkeypatch.setattr(patience.time, "monotonic", lambda: next(clock))
    remote = Remote(requests.ReadTimeout())

    with pytest.raises(Unavailable):
        client(remote).call("GET", "/things")

    assert len(remote.calls) == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, Misconfigured), (400, Rejected), (401, Unauthorised), (402, Unauthorised),
        (403, Rejected), (404, RemoteGone), (405, Rejected), (410, RemoteGone),
        (422, Rejected), (429, RateLimited), (500, Unavailable), (501, Rejected),
        (504, Unavailable),
    ],
)  # fmt: skip
def test_errors_are_told_apart_by_status(status, error, waits):
    with pytest.raises(error):
        client(Remote(answer(status))).call("GET", "/things")


def test_a_redirect_is_not_followed_with_the_token(waits):
    remote = Remote(answer(302, Location="https://elsewhere.example/login?x=1"))

    with pytest.raises(Misconfigured, match=r"elsewhere\.example; check"):
        client(remote).call("GET", "/things")

    assert len(remote.calls) == 1


def test_time_outs_are_always_set(waits):
    remote = Remote(answer(200))

    client(remote).call("GET", "/things")

    assert remote.calls[0][1]["timeout"] == (3.05, 30)


def test_an_error_names_call_status_and_message_and_hides_people_and_secrets(waits):
    told = answer(400, {"error": "Validation failed: emails: priya@larkfield.example " + "x" * 999})

    with pytest.raises(Rejected) as error:
        client(Remote(told)).call("GET", "/things/7", params={"term": "priya@x.example"})

    text = str(error.value)
    assert text.startswith("GET /things/7: 400 Validation failed: emails: …@…")
    assert "priya" not in text
    assert "secret-token" not in text
    assert len(text) < 350


def test_an_error_of_the_connection_does_not_quote_the_address(waits):
    broken = requests.ConnectionError("Max retries exceeded with url: /things?term=priya@x.example")

    with pytest.raises(Unavailable) as error:
        client(Remote(broken)).call("GET", "/things", params={"term": "priya@x.example"})

    assert "priya" not in str(error.value)
    assert error.value.__cause__ is None


def test_a_systems_own_table_comes_first(waits):
    def classify(response: requests.Response) -> Rejected | None:
        return Rejected("ours") if response.status_code == 404 else None

    with pytest.raises(Rejected, match="GET /things: ours"):
        client(Remote(answer(404)), classify=classify).call("GET", "/things")


def test_every_answer_is_observed(waits):
    seen: list[int] = []
    remote = Remote(answer(503), answer(200))

    client(remote, observe=lambda response: seen.append(response.status_code)).call("GET", "/x")

    assert seen == [503, 200]


def test_a_page_instead_of_json_counts_as_no_answer(waits):
    with pytest.raises(Unavailable, match="cannot be read"):
        client(Remote(answer(200, b"<html>"))).call("GET", "/things")


def test_an_empty_answer_is_none(waits):
    assert client(Remote(answer(204, b""))).call("DELETE", "/things/1") is None


def test_a_value_that_json_has_not_is_refused_at_once(waits):
    remote = Remote(answer(200))

    with pytest.raises(Rejected):
        client(remote).call("PATCH", "/things/1", body={"value": float("nan")})

    assert remote.calls == []


@pytest.mark.parametrize(
    "address", ["larkfield.pipedrive.com", "htps://larkfield.example", "http://"]
)
def test_an_address_that_is_none_is_a_matter_of_settings(address):
    with pytest.raises(Misconfigured):
        Http(address, {}).call("GET", "/things")


@pytest.mark.parametrize("token", ["two\nlines", "tok€n"])
def test_credentials_that_cannot_be_sent_are_bad_credentials(token):
    with pytest.raises(Unauthorised, match="the credentials in the settings cannot be sent"):
        Http("http://127.0.0.1:1", {"x-api-token": token}).call("GET", "/things")


def test_an_answer_that_no_memory_should_hold_is_given_up(waits, monkeypatch):
    monkeypatch.setattr(http, "LARGEST_ANSWER", 5 * 1024 * 1024)
    large = answer(200)
    large.raw = Endless()

    with pytest.raises(Unavailable, match="the answer is larger than 5 MiB"):
        client(Remote(large)).call("POST", "/things")

    assert large.raw.read_bytes < 6 * 1024 * 1024


def test_a_post_that_may_be_made_twice_is_tried_again(waits):
    remote = Remote(answer(503), answer(200, {"ok": True}))

    assert client(remote).call("POST", "/things", body={}, repeatable=True) == {"ok": True}


def test_who_waits_for_an_answer_sets_its_own_limits(waits):
    remote = Remote(answer(503))
    with pytest.raises(Unavailable):
        client(remote, timeout=(1, 5), tries=2).call("GET", "/things")

    assert len(remote.calls) == 2
    assert remote.calls[0][1]["timeout"] == (1, 5)


def test_no_try_begins_after_ones_own_patience(waits):
    remote = Remote(answer(503))
    with pytest.raises(Unavailable):
        client(remote, patience=timedelta(seconds=-1)).call("GET", "/things")

    assert len(remote.calls) == 1


def test_a_form_is_sent_as_one():
    remote = Remote(answer(200, {"ok": True}))
    client(remote).call("POST", "/token", form={"grant_type": "a b"})

    (request, _) = remote.calls[0]
    assert request.body == "grant_type=a+b"
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
