"""Logging in, what a session opens, and how many calls it may make."""

import time

import pytest
from google.auth import crypt, jwt

from integrations.sandbox.salesforce.ids import ORG_ID
from integrations.sandbox.salesforce.tokens import (
    CONSUMER_KEY,
    JWT_BEARER,
    PASSWORD,
    REFRESH_TOKEN,
    SECURITY_TOKEN,
)
from tests.sandbox.salesforce.conftest import CLIENT, refused

USER = "hermes@larkfield.example"
EXPIRED = (401, "INVALID_SESSION_ID")


def test_client_credentials_are_good_for_a_token_that_says_where_the_org_is(stranger):
    answer = stranger.ask(grant_type="client_credentials", **CLIENT).json()

    assert answer["instance_url"] == stranger.base
    assert answer["id"].split("/")[-2] == ORG_ID
    assert (answer["token_type"], answer["issued_at"].isdigit()) == ("Bearer", True)
    assert "expires_in" not in answer


def test_client_credentials_are_refused_where_every_org_logs_in(stranger, org):
    login = f"{stranger.base}/login"
    form = {"grant_type": "client_credentials", **CLIENT}
    answer = stranger.ask(login, **form)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")

    org.switches.set(my_domain_only=False)
    assert stranger.ask(login, **form).status_code == 200


@pytest.mark.parametrize(
    "form",
    [
        {"grant_type": "refresh_token", "refresh_token": REFRESH_TOKEN},
        {"grant_type": "password", "username": USER, "password": PASSWORD + SECURITY_TOKEN},
    ],
)
def test_refresh_token_and_password_log_in_anywhere(stranger, form):
    assert stranger.ask(f"{stranger.base}/login", **CLIENT, **form).status_code == 200


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
        ({"client_id": "x"}, "invalid_client_id"),
        ({"client_secret": "x"}, "invalid_client"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant"),
        ({"grant_type": "password", "username": USER, "password": "x"}, "invalid_grant"),
        ({"grant_type": JWT_BEARER, "assertion": "a.b.c"}, "invalid_grant"),
    ],
)
def test_who_asks_wrongly_is_refused_in_oauths_words(stranger, form, error):
    answer = stranger.ask(**{"grant_type": "client_credentials", **CLIENT} | form)

    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.json()["error_description"]


def assertion(stranger, **other):
    key = stranger.control("GET", "/private-key")["private_key"]
    claims = {"iss": CONSUMER_KEY, "sub": USER, "aud": f"{stranger.base}/login",
              "exp": int(time.time()) + 180}  # fmt: skip
    return jwt.encode(crypt.RSASigner.from_string(key), claims | other).decode()


def test_signed_assertion_logs_in(stranger):
    ends = str(int(time.time()) + 180)
    for right in ({}, {"aud": "https://login.salesforce.com"}, {"aud": stranger.base, "exp": ends}):
        form = {"grant_type": JWT_BEARER, "assertion": assertion(stranger, **right)}
        assert stranger.ask(**form).status_code == 200

    for wrong in ({"iss": "x"}, {"sub": "x"}, {"aud": "x"}, {"exp": 1}, {"exp": None}):
        form = {"grant_type": JWT_BEARER, "assertion": assertion(stranger, **wrong)}
        assert stranger.ask(**form).status_code == 400
    forged = assertion(stranger)[:-8] + "AAAAAAAA"
    assert stranger.ask(grant_type=JWT_BEARER, assertion=forged).status_code == 400


def test_log_ins_are_counted(stranger):
    stranger.log_in().log_in()

    sessions = stranger.control("GET", "/state")["sessions"]
    assert sessions == {"open": 2, "logins": {"client_credentials": 2}}


def test_switch_has_it_give_no_tokens(stranger):
    stranger.control("POST", "/tokens", {"error": "inactive_user"})
    answer = stranger.ask(grant_type="client_credentials", **CLIENT)
    assert (answer.status_code, answer.json()["error"]) == (400, "inactive_user")

    stranger.control("POST", "/tokens", {"error": ""})
    assert stranger.ask(grant_type="client_credentials", **CLIENT).status_code == 200


def test_session_is_over_when_it_is_revoked_or_was_idle_for_two_hours(sandbox, salesforce):
    for _ in range(3):
        sandbox.clock.advance(7000)
        assert salesforce.call("GET", "/limits").status_code == 200
    sandbox.clock.advance(7201)
    assert refused(salesforce.call("GET", "/limits")) == EXPIRED

    assert salesforce.log_in().call("GET", "/limits").status_code == 200
    salesforce.control("POST", "/tokens/revoke")
    assert refused(salesforce.call("GET", "/limits")) == EXPIRED


def test_call_without_a_token_is_refused_and_versions_are_anybodys(stranger):
    assert refused(stranger.call("GET", "/limits")) == (401, "INVALID_AUTH_HEADER")

    versions = stranger.call("GET", "/services/data/").json()
    assert {"62.0", "67.0"} <= {each["version"] for each in versions}


def test_retired_version_is_gone_and_one_to_come_is_not_found(salesforce, org):
    org.switches.set(oldest_version=63.0)

    assert refused(salesforce.call("GET", "/limits")) == (410, "UNSUPPORTED_API_VERSION")
    assert refused(salesforce.call("GET", "/services/data/v99.0/limits")) == (404, "NOT_FOUND")


def test_each_answer_tells_of_the_days_calls_which_can_be_used_up(sandbox, salesforce, org):
    org.switches.set(daily_calls=3, session_seconds=90_000)
    assert salesforce.call("GET", "/limits").headers["Sforce-Limit-Info"] == "api-usage=1/3"
    limits = salesforce.call("GET", "/limits").json()
    assert limits["DailyApiRequests"] == {"Max": 3, "Remaining": 1}

    salesforce.control("POST", "/limits", {"used": 3})
    answer = salesforce.call("GET", "/limits")
    assert refused(answer) == (403, "REQUEST_LIMIT_EXCEEDED")
    assert answer.json()[0]["message"] == "TotalRequests Limit exceeded."
    assert answer.headers["Sforce-Limit-Info"] == "api-usage=3/3"

    sandbox.clock.advance(86_400)
    assert salesforce.call("GET", "/limits").status_code == 200


def test_answers_carry_the_time_of_the_simulated_clock(sandbox, salesforce):
    sandbox.clock.advance(-86_400 * 365)
    sandbox.clock.freeze()

    said = salesforce.log_in().call("GET", "/limits").headers["Date"]

    assert said == sandbox.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT")


def test_tokens_are_not_in_the_list_of_calls(sandbox, stranger):
    stranger.log_in()

    (call,) = sandbox.calls
    assert (call.response["access_token"], call.body) == ("***", None)
