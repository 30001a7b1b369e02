"""Tokens: how they are asked for, shared, replaced and refused."""

from __future__ import annotations

import pytest

from integrations.models import Connection, SyncLog, SyncRun
from integrations.salesforce import SYSTEM, tokens
from integrations.salesforce.client import Client
from integrations.sync import shared_cache
from integrations.sync.errors import SyncError, Unauthorised
from tests.at_once import together

pytestmark = pytest.mark.django_db


def log_ins(salesforce) -> list:
    return [call for call in salesforce.sandbox.calls if call.path.endswith("/oauth2/token")]


@pytest.mark.parametrize(
    "flow",
    [
        {"AUTH_FLOW": "client_credentials"},
        {"AUTH_FLOW": "refresh_token", "REFRESH_TOKEN": "sandbox-refresh-token"},
        {
            "AUTH_FLOW": "password", "USERNAME": "hermes@larkfield.example",
            "PASSWORD": "sandbox-password", "SECURITY_TOKEN": "sandbox-security-token",
        },
        {"AUTH_FLOW": "jwt_bearer", "USERNAME": "hermes@larkfield.example"},
    ],
)  # fmt: skip
def test_each_way_to_log_in_gives_a_session_that_is_used_again(salesforce, settings, flow):
    for name, value in flow.items():
        setattr(settings, f"SALESFORCE_{name}", value)
    settings.SALESFORCE_PRIVATE_KEY = salesforce.private_key()
    loan = salesforce.loan()

    salesforce.poll()
    salesforce.poll()

    assert salesforce.deal(loan)
    assert len(log_ins(salesforce)) == 1


def test_a_session_that_ends_in_the_middle_is_replaced_once(salesforce):
    salesforce.org.switches.page_size = 200
    salesforce.org.seed(450, names=["Anna Whitlock"])
    salesforce.sandbox.trouble.add(
        "unauthorized", system="salesforce", path="*/query/01g*", times=1
    )

    run = salesforce.poll()

    assert run.counts["deal"]["seen"] == 450
    assert len(log_ins(salesforce)) == 2


@pytest.mark.django_db(transaction=True)
def test_four_workers_whose_session_has_ended_ask_for_one_new_one(salesforce):
    salesforce.poll()
    salesforce.org.sessions.clear()
    salesforce.sandbox.forget_calls()

    answers = together(lambda _: Client().limits(), 4)

    assert all("DailyApiRequests" in answer for answer in answers)
    assert len(log_ins(salesforce)) == 1


def test_a_session_that_is_refused_for_good_pauses_the_connection_after_two_log_ins(salesforce):
    salesforce.sandbox.trouble.add(
        "unauthorized", system="salesforce", path="*/services/data/*", times=99
    )

    with pytest.raises(Unauthorised):
        salesforce.poll()

    assert len(log_ins(salesforce)) == 2
    assert Connection.objects.get(system="salesforce").paused


@pytest.mark.parametrize("error", ["invalid_grant", "invalid_client", "inactive_user"])
def test_a_log_in_that_is_refused_is_not_tried_again_and_again(salesforce, error):
    salesforce.org.tokens.refuse(error)

    with pytest.raises(Unauthorised, match=error):
        salesforce.poll()

    assert len(log_ins(salesforce)) == 1
    connection = Connection.objects.get(system="salesforce")
    assert connection.paused
    assert "sandbox-consumer-secret" not in connection.pause_reason


def test_what_the_settings_lack_is_named(salesforce, settings):
    settings.SALESFORCE_CONSUMER_SECRET = ""

    with pytest.raises(Exception, match="SALESFORCE_CONSUMER_SECRET must be set"):
        salesforce.poll()


def test_the_cards_test_says_whose_loans_are_followed(salesforce):
    assert "Anna Whitlock" in SYSTEM.connect().check()


@pytest.mark.parametrize("path", ["*/oauth2/token", "*/describe", "*/query*"])
@pytest.mark.parametrize("status", [400, 403, 500])
def test_secrets_stand_in_no_recorded_error(salesforce, settings, caplog, path, status):
    caplog.set_level("DEBUG")
    settings.SALESFORCE_LOAN_OFFICER = "A Private Name"
    salesforce.sandbox.trouble.add("error", system="salesforce", path=path, status=status, times=9)

    with pytest.raises(SyncError):
        salesforce.poll()

    run, row = SyncRun.objects.get(), Connection.objects.get(system="salesforce")
    held = shared_cache.held(tokens._key())
    told = [run.last_error, row.last_error, row.pause_reason, caplog.text]
    told += SyncLog.objects.values_list("message", flat=True)
    secrets = [settings.SALESFORCE_CONSUMER_SECRET, "A Private Name", *(held[:1] if held else [])]
    assert not [secret for secret in secrets for text in told if secret in text]
    assert run.last_error


# -- without the cache --------------------------------------------------------------------------


@pytest.fixture
def without_cache(settings):
    """The cache's server is away."""
    away = settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": away}


def test_without_the_cache_loans_come_all_the_same(salesforce, without_cache):
    loan = salesforce.loan()

    salesforce.poll()

    assert salesforce.deal(loan)


def test_without_the_cache_what_the_org_has_is_looked_up_all_the_same(
    salesforce, without_cache, admin_client
):
    loan = salesforce.loan()
    salesforce.poll()

    page = admin_client.get("/admin/integrations/connection/fields/salesforce/", {"sample": loan})

    assert page.status_code == 200
    assert "Quill - 12 Elm Street" in page.content.decode()


def test_without_the_cache_set_up_asks_the_org_anew(salesforce, without_cache):
    assert SYSTEM.setup.plan().found
