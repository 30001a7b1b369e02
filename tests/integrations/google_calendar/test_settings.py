"""The service account in the settings: as JSON or as a path, and never quoted."""

from __future__ import annotations

import json

import pytest
from django.core.checks import run_checks

from integrations.google_calendar import SYSTEM
from integrations.google_calendar.credentials import TOKEN_URI, service_account
from integrations.sync.errors import Misconfigured
from meetings.calendars import CalendarUnavailable, Span, calendar
from tests.google_loop import HALF_AN_HOUR, START

pytestmark = pytest.mark.django_db

SPAN = Span(START, START + HALF_AN_HOUR)


def test_without_its_key_it_is_off(settings):
    settings.GOOGLE_SERVICE_ACCOUNT = ""

    assert not SYSTEM.is_on()


def test_the_key_may_be_in_a_file(google, host, settings, tmp_path):
    path = tmp_path / "key.json"
    path.write_text(settings.GOOGLE_SERVICE_ACCOUNT)
    settings.GOOGLE_SERVICE_ACCOUNT = str(path)

    assert calendar().busy([host], SPAN) == {host.pk: []}


def test_the_key_says_where_tokens_are_given_and_google_gives_them_otherwise(google, settings):
    key = json.loads(settings.GOOGLE_SERVICE_ACCOUNT)
    assert service_account().token_uri == f"{google.sandbox.url}/token"

    del key["token_uri"]
    settings.GOOGLE_SERVICE_ACCOUNT = json.dumps(key)
    assert service_account().token_uri == TOKEN_URI


@pytest.mark.parametrize(
    "given",
    ["{", "[]", "{}", '{"client_email": "a@b.example", "private_key": "secret-words"}', "/no/file",
     '{"client_email": "a@b.example", "private_key": 7}', "\x00"],
)  # fmt: skip
def test_a_key_that_is_none_is_said_so_and_not_quoted(google, host, settings, given):
    settings.GOOGLE_SERVICE_ACCOUNT = given
    with pytest.raises(Misconfigured, match="GOOGLE_SERVICE_ACCOUNT is neither") as refused:
        service_account()
    assert "secret-words" not in str(refused.value)
    with pytest.raises(CalendarUnavailable):
        calendar().busy([host], SPAN)
    (found,) = [each for each in run_checks() if each.id == "hermes.E005"]
    assert "secret-words" not in found.msg


def test_nothing_is_said_of_a_key_that_can_be_used(google):
    assert [each for each in run_checks() if each.id == "hermes.E005"] == []


def test_the_assertion_speaks_for_the_host_and_asks_for_calendars_only(google, host):
    from google.auth import jwt

    claims = jwt.decode(service_account().assertion(host.email), verify=False)
    assert claims["sub"] == host.email
    assert claims["scope"] == "https://www.googleapis.com/auth/calendar"
    assert claims["aud"] == f"{google.sandbox.url}/token"
    assert claims["exp"] - claims["iat"] == 3600
