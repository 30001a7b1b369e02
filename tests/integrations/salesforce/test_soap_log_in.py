"""The old way to log in."""

from __future__ import annotations

import logging

import pytest

from integrations.models import Connection
from integrations.salesforce import flows, soap, tokens
from integrations.sync.errors import Misconfigured, Unauthorised, Unavailable

pytestmark = pytest.mark.django_db

PASSWORD, SECURITY_TOKEN = "sandbox-password", "sandbox-security-token"


@pytest.fixture
def by_soap(salesforce, settings):
    settings.SALESFORCE_AUTH_FLOW = "soap"
    settings.SALESFORCE_USERNAME = "hermes@larkfield.example"
    settings.SALESFORCE_PASSWORD = PASSWORD
    settings.SALESFORCE_SECURITY_TOKEN = SECURITY_TOKEN
    settings.SALESFORCE_CONSUMER_KEY = settings.SALESFORCE_CONSUMER_SECRET = ""
    # Where the session is good, the log-in says.
    settings.SALESFORCE_INSTANCE_URL = ""
    return salesforce


def log_ins(salesforce) -> list:
    return [call for call in salesforce.sandbox.calls if "/services/Soap/" in call.path]


def test_a_session_is_got_with_name_and_password_and_used_again(by_soap):
    loan = by_soap.loan()

    by_soap.poll()
    by_soap.poll()

    assert by_soap.deal(loan)
    assert [call.path for call in log_ins(by_soap)] == ["/salesforce/services/Soap/u/62.0"]


def test_a_session_that_ends_is_replaced_once(by_soap):
    loan = by_soap.loan()
    by_soap.poll()
    by_soap.org.sessions.clear()
    by_soap.later(60)
    by_soap.org.edit("loan", loan, amount=1)

    by_soap.poll()

    assert by_soap.deal(loan).value == 1
    assert len(log_ins(by_soap)) == 2


def test_a_log_in_that_is_refused_is_made_once_and_pauses_the_connection(by_soap, settings, caplog):
    caplog.set_level(logging.DEBUG)
    settings.SALESFORCE_PASSWORD = 'wrong <&> "password"'

    with pytest.raises(Unauthorised, match="INVALID_LOGIN") as raised:
        by_soap.poll()

    assert len(log_ins(by_soap)) == 1
    connection = Connection.objects.get(system="salesforce")
    assert connection.paused
    told = caplog.text + connection.pause_reason + str(raised.value)
    for secret in ("wrong <&>", "wrong &lt;", SECURITY_TOKEN, "hermes@larkfield.example"):
        assert secret not in told


def test_versions_that_know_no_such_log_in_are_named(by_soap, settings):
    settings.SALESFORCE_API_VERSION = "65.0"

    with pytest.raises(Misconfigured, match=r"UNSUPPORTED_API_VERSION.*SALESFORCE_API_VERSION"):
        by_soap.poll()


@pytest.mark.parametrize(
    "trouble",
    [
        {"kind": "error", "status": 503, "body": "html"},
        {"kind": "error", "status": 500, "body": "empty"},
        {"kind": "truncated"},
        {"kind": "lost_answer"},
    ],
)
def test_while_there_is_no_answer_nobody_is_locked_out(by_soap, trouble):
    by_soap.sandbox.trouble.add(**trouble, system="salesforce", path="*/services/Soap/*", times=9)

    with pytest.raises(Unavailable):
        by_soap.poll()

    assert len(log_ins(by_soap)) == 1
    assert not Connection.objects.get(system="salesforce").paused


def test_what_is_not_set_is_named(by_soap, settings):
    settings.SALESFORCE_PASSWORD = ""

    with pytest.raises(Misconfigured, match="SALESFORCE_PASSWORD must be set for soap"):
        by_soap.poll()


@pytest.mark.parametrize(
    ("flow", "names"),
    [
        ("soap", ("SALESFORCE_USERNAME", "SALESFORCE_PASSWORD")),
        ("client_credentials", ("SALESFORCE_CONSUMER_KEY", "SALESFORCE_CONSUMER_SECRET")),
        ("carrier pigeon", ()),
    ],
)
def test_each_way_needs_its_own_settings(settings, flow, names):
    settings.SALESFORCE_AUTH_FLOW = flow

    assert flows.needs() == names


@pytest.mark.parametrize(
    ("flow", "domain", "address"),
    [
        ("soap", "", "https://login.example"),
        ("soap", "test", "https://test.salesforce.com"),
        ("password", "acme.my", "https://acme.my.salesforce.com"),
        ("client_credentials", "test", "https://login.example"),
    ],
)
def test_the_domain_says_where_names_and_passwords_are_taken(settings, flow, domain, address):
    settings.SALESFORCE_LOGIN_URL = "https://login.example"
    settings.SALESFORCE_AUTH_FLOW, settings.SALESFORCE_DOMAIN = flow, domain

    assert tokens.log_in_url() == address


@pytest.mark.parametrize("domain", ["evil.example/", "a@b", "login.salesforce.com#", ".", "a b"])
def test_a_domain_that_is_none_is_refused(settings, domain):
    settings.SALESFORCE_AUTH_FLOW, settings.SALESFORCE_DOMAIN = "soap", domain

    with pytest.raises(Misconfigured, match="SALESFORCE_DOMAIN"):
        tokens.log_in_url()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no XML",
        b'<!DOCTYPE a [<!ENTITY x "ha">]><a>&x;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b"<a>" * 200_000,
    ],
)
def test_what_is_no_plain_envelope_is_not_read(body):
    with pytest.raises(ValueError, match="no XML"):
        soap.contents(body)
