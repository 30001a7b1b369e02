"""Google's token endpoint."""

import base64
import json

import pytest

from tests.sandbox.google.conftest import ANNA, reason


def test_a_signed_assertion_is_good_for_a_token_of_an_hour(stranger):
    answer = stranger.ask(stranger.assertion()).json()

    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)


def test_a_token_opens_one_persons_calendar_for_an_hour(sandbox, google):
    assert google.list().status_code == 200
    assert reason(google.call("GET", "/calendars/ben@larkfield.example/events")) == (
        404, "notFound",
    )  # fmt: skip

    sandbox.clock.advance(3601)
    assert reason(google.list()) == (401, "authError")


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        ({"sub": "nobody@larkfield.example"}, "invalid_grant"),
        ({"sub": ""}, "invalid_grant"),
        ({"scope": "https://www.googleapis.com/auth/drive"}, "invalid_scope"),
        ({"aud": "https://elsewhere.example/"}, "invalid_grant"),
        ({"iss": ""}, "invalid_grant"),
        ({"iat": 1, "exp": 2}, "invalid_grant"),
        ({"exp": 99_999_999_999}, "invalid_grant"),
        ({"exp": "soon"}, "invalid_grant"),
    ],
)
def test_an_assertion_that_says_the_wrong_thing_gets_none(stranger, claims, error):
    answer = stranger.ask(stranger.assertion(**claims))

    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_an_assertion_needs_its_form_and_its_algorithm(stranger):
    _, body, signature = stranger.assertion().split(".")
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).decode().rstrip("=")

    for assertion in ["", "a.b.c", "x", f"{head}.{body}.{signature}", f"{head}.{body}."]:
        assert stranger.ask(assertion).json()["error"] == "invalid_grant"
    assert stranger.ask(stranger.assertion(), grant="password").json()["error"] == (
        "unsupported_grant_type"
    )


@pytest.mark.parametrize(
    ("error", "status"), [("unauthorized_client", 401), ("invalid_grant", 400)]
)
def test_a_switch_has_it_give_none(stranger, error, status):
    stranger.control("POST", "/tokens", {"error": error})
    answer = stranger.ask(stranger.assertion())
    assert (answer.status_code, answer.json()["error"]) == (status, error)

    stranger.control("POST", "/tokens", {"error": ""})
    assert stranger.ask(stranger.assertion()).status_code == 200


def test_neither_tokens_nor_assertions_are_in_the_log_of_calls(sandbox, google):
    google.list()

    (asked, listed) = sandbox.calls
    assert asked.response["access_token"] == "***"
    assert asked.body is None
    assert listed.headers["authorization"] == "Bearer ***"


def test_tokens_that_were_given_out_can_be_made_invalid(google):
    google.control("POST", "/tokens/forget")

    assert reason(google.list()) == (401, "authError")
    assert google.speak_for(ANNA).list().status_code == 200
