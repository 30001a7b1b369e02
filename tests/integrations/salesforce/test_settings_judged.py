"""What ``manage.py check`` says of settings, without a database and without Salesforce."""

from __future__ import annotations

import pytest
from django.core.checks import run_checks

TITLE_WORDS = "there are {borrower_name}, {loan_number}, {name}."


@pytest.fixture(autouse=True)
def switched_on(settings):
    settings.SALESFORCE_ENABLED = True
    settings.SALESFORCE_LOAN_OFFICER = "Anna Whitlock"
    settings.SALESFORCE_CONSUMER_KEY = settings.SALESFORCE_CONSUMER_SECRET = "demo"


def said() -> list[str]:
    return [one.msg for one in run_checks() if one.id == "hermes.W003"]


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("PERSON_UPDATE", "sometimes", "one of always, create_only, fill_blank, not 'sometimes'."),
        ("LOAN_OFFICER_CHANGE_POLICY", "halt", "must be one of keep, stop, not 'halt'."),
        ("WITHOUT_BORROWER", "maybe", "must be one of skip, create, not 'maybe'."),
        ("INITIAL_SYNC", "since:2026-13-40", "none, all, or since: and a date"),
        ("TIMEZONE", "Mars/Base", "is no time zone"),
        ("LOAN_OFFICER", "", "must say whose loans"),
        ("LOAN_OFFICER_USER_ID", "Anna", "'Anna' is no id"),
        ("POLL_INTERVAL_MINUTES", 3, "must be 5 to 60, not 3."),
        ("TIMEOUT_SECONDS", -5, "must be 1 to 600, not -5."),
        ("API_BUDGET_PERCENT", 900, "must be 1 to 100, not 900."),
        ("API_VERSION", "v62", "must be like 62.0, not 'v62'."),
        ("ORG_ID", "our org", "must be like 00D5g000008abcD, not 'our org'."),
        ("CURRENCY", "euros", "must be like USD, not 'euros'."),
        ("INSTANCE_URL", "ftp://x", "must be like https://acme.my.salesforce.com"),
        ("AUTH_FLOW", "magic", "must be one of client_credentials, jwt_bearer"),
        ("CONSUMER_SECRET", "", "must be set for client_credentials."),
        ("LOAN_OBJECT", "Loan; DROP", "is no name of Salesforce's: 'Loan; DROP'"),
        ("AMOUNT_FIELD", "Amount !", "is no name of Salesforce's: 'Amount !'"),
        ("COBORROWER_FIELDS", '{"mail": "Email"}', "a co-borrower has no mail."),
        ("COBORROWER_FIELDS", "{", "is not JSON."),
        ("STAGE_MAP", '{"Closed": {"stag": "x"}}', "Closed has stag; there are stage, status"),
        ("TITLE_TEMPLATE", "{borrower} x", f"has '{{borrower}}'; {TITLE_WORDS}"),
        ("TITLE_TEMPLATE", "{borrower_name", f"has '{{borrower_name'; {TITLE_WORDS}"),
        ("TITLE_TEMPLATE", "{name} {0}", f"has '{{0}}'; {TITLE_WORDS}"),
        ("TITLE_TEMPLATE", "name}", f"has '}}'; {TITLE_WORDS}"),
    ],
)
def test_a_setting_that_means_nothing_is_named_before_salesforce_is_asked(
    settings, setting, value, sentence
):
    setattr(settings, f"SALESFORCE_{setting}", value)

    [told] = said()

    assert told.startswith(f"SALESFORCE_{setting}")
    assert sentence in told


def test_each_setting_that_means_nothing_is_named_at_once(settings):
    settings.SALESFORCE_PERSON_UPDATE = settings.SALESFORCE_WITHOUT_BORROWER = "maybe"
    settings.SALESFORCE_COBORROWER_FIELDS = settings.SALESFORCE_STAGE_MAP = "{"

    assert [sentence.split(" ")[0].removeprefix("SALESFORCE_") for sentence in said()] == [
        "PERSON_UPDATE", "WITHOUT_BORROWER", "COBORROWER_FIELDS", "STAGE_MAP",
    ]  # fmt: skip


def test_of_settings_that_make_sense_nothing_is_said(settings):
    settings.SALESFORCE_TITLE_TEMPLATE = "{borrower_name} - Loan # {loan_number} ({name})"

    assert said() == []


def test_where_salesforce_is_off_nothing_is_said_of_its_settings(settings):
    settings.SALESFORCE_ENABLED = False
    settings.SALESFORCE_PERSON_UPDATE = "sometimes"

    assert said() == []
