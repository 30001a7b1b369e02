"""Settings that are right in other words, and those that mean nothing."""

from __future__ import annotations

from html import unescape
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from deals.models import Deal
from integrations.models import ExternalLink
from integrations.sandbox.salesforce import by_hand, jungo
from integrations.sandbox.salesforce.field_changes import set_field
from integrations.sync.errors import Misconfigured

pytestmark = pytest.mark.django_db


LOOKUP = {"type": "reference", "reference_to": ["User"], "relationship": "Loan_Officer__r"}


def retype(salesforce, meaning: str, **about) -> None:
    account = salesforce.org.account
    with account.writing():
        set_field(account, by_hand.entity(account, "loan"), jungo.MEANING[meaning], about)


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("PERSON_UPDATE", "create-only", "one of always, create_only, fill_blank"),
        ("INITIAL_SYNC", "everything", "none, all, or since: and a date"),
        ("INITIAL_SYNC", "since:January", "none, all, or since: and a date"),
        ("LOAN_OFFICER_CHANGE_POLICY", "Stop", "one of keep, stop"),
        ("WITHOUT_BORROWER", "make", "one of skip, create"),
        ("LOAN_OFFICER_MODE", "user", "one of auto, text, lookup, owner"),
        ("LOAN_OFFICER_MODE", "lookup", "Loan_Officer__c of .* is no lookup"),
        ("CURSOR_FIELD", "CreatedDate", "one of SystemModstamp, LastModifiedDate"),
        ("TITLE_TEMPLATE", "{borrower} x", "has '{borrower}'; there are {borrower_name}, {loan_nu"),
        ("TITLE_TEMPLATE", "{borrower_name", "has '{borrower_name'; there are {borrower_name}"),
        (
            "TITLE_TEMPLATE",
            "Loan {0}",
            "has '.0.'; there are {borrower_name}, {loan_number}, {name}",
        ),
        ("TIMEZONE", "Denver", "no time zone"),
        ("TIMEZONE", "../etc", "no time zone"),
        ("LOAN_OFFICER", " ; ", "must say whose loans"),
        ("LOAN_OFFICER_USER_ID", "Anna", "OFFICER_USER_ID: 'Anna' is no id"),
        ("LOAN_OFFICER_USER_ID", "0055f000001aBcDAAU;0055f000001aBc", "'0055f000001aBc' is no id"),
    ],
)
def test_a_setting_that_means_nothing_is_named_and_nothing_is_read(
    salesforce, settings, setting, value, said
):
    salesforce.loan()
    setattr(settings, f"SALESFORCE_{setting}", value)

    with pytest.raises(Misconfigured, match=f"SALESFORCE_{setting}|{said}"):
        salesforce.poll()

    with pytest.raises(CommandError, match=said):
        call_command("setup_salesforce", stdout=StringIO())
    assert not [query for query in salesforce.queries() if "SELECT" in query]


def test_a_trial_of_the_set_up_names_what_the_map_of_statuses_cannot_say(salesforce, settings):
    settings.SALESFORCE_STAGE_MAP = '{"Closed": {"stag": "Clear To Close"}}'

    with pytest.raises(CommandError, match="Closed has stag; there are stage"):
        call_command("setup_salesforce", dry_run=True, stdout=StringIO())


def test_the_card_says_which_word_of_the_titles_template_there_is_not(
    salesforce, settings, admin_client
):
    settings.SALESFORCE_TITLE_TEMPLATE = "{borrower} x"
    with pytest.raises(Misconfigured):
        salesforce.poll()

    page = unescape(admin_client.get("/admin/").content.decode())

    assert "Set up wrong" in page
    assert "SALESFORCE_TITLE_TEMPLATE has '{borrower}'" in page


def test_a_wrong_field_of_the_officer_is_named_with_those_that_exist(salesforce, settings):
    settings.SALESFORCE_LOAN_OFFICER_FIELD = "Officer__c"

    with pytest.raises(CommandError, match=r"no field Officer__c .*There are: .*Loan_Officer__c"):
        call_command("setup_salesforce", stdout=StringIO())


def test_a_user_alone_chooses_no_loans_by_a_text(salesforce, settings):
    settings.SALESFORCE_LOAN_OFFICER = ""
    settings.SALESFORCE_LOAN_OFFICER_USER_ID = "0055f000001aBcDAAU"

    with pytest.raises(Misconfigured, match=r"Loan_Officer__c .* SALESFORCE_LOAN_OFFICER must be"):
        salesforce.poll()


@pytest.mark.parametrize("named", ["anna  WHITLOCK ", "Ben Adeyemi;  Anna\tWhitlock"])
def test_an_officer_is_named_whatever_the_case_and_blanks(salesforce, settings, named):
    settings.SALESFORCE_LOAN_OFFICER = named
    loan = salesforce.loan()

    salesforce.poll()

    assert salesforce.deal(loan)


@pytest.mark.parametrize("known", ["name", "id"])
def test_loans_are_chosen_by_a_lookup_of_their_officer(salesforce, settings, known):
    user = salesforce.org.rows("user")[0]
    retype(salesforce, "officer", **LOOKUP)
    settings.SALESFORCE_LOAN_OFFICER = user["Name"]
    settings.SALESFORCE_LOAN_OFFICER_USER_ID = user["Id"] if known == "id" else ""
    other = salesforce.org.rows("user")[1]["Id"]
    loan, _ = salesforce.loan(officer=user["Id"]), salesforce.loan(officer=other)

    salesforce.poll()

    assert Deal.objects.get() == salesforce.deal(loan)


def test_an_officers_text_that_becomes_a_lookup_stops_no_poll(salesforce, settings):
    user = salesforce.org.rows("user")[0]
    settings.SALESFORCE_LOAN_OFFICER = user["Name"]
    salesforce.poll()
    retype(salesforce, "officer", **LOOKUP)
    loan = salesforce.loan(officer=user["Id"])

    salesforce.poll()

    assert salesforce.deal(loan)


def test_loans_are_chosen_by_the_name_of_their_owner(salesforce, settings):
    settings.SALESFORCE_LOAN_OFFICER_MODE = "owner"
    loan = salesforce.loan(officer="Whoever")
    owner = salesforce.org.row("loan", loan)["OwnerId"]
    settings.SALESFORCE_LOAN_OFFICER = salesforce.org.row("user", owner)["Name"]

    salesforce.poll()

    assert salesforce.deal(loan)


def test_the_time_that_people_move_may_say_what_changed(salesforce, settings):
    settings.SALESFORCE_CURSOR_FIELD = "LastModifiedDate"
    loan = salesforce.loan()
    salesforce.poll()
    salesforce.later(3600)
    salesforce.org.touch("loan", loan)
    other = salesforce.loan()
    salesforce.org.edit("loan", loan, amount=1)
    salesforce.sandbox.forget_calls()

    salesforce.poll()

    assert (salesforce.deal(loan).value, salesforce.deal(other).value) == (1, 250_000)
    assert "ORDER BY LastModifiedDate ASC, Id ASC" in salesforce.queries()[0]


@pytest.mark.parametrize(
    ("number", "known"), [(1234567, "1234567"), (1234567.0, "1234567"), (0.5, "0.5")]
)
def test_a_loans_number_may_be_kept_as_a_number(salesforce, number, known):
    retype(salesforce, "number", type="double")
    loan = salesforce.loan(number=number)

    salesforce.poll()

    assert ExternalLink.objects.get(remote_id=loan).other_id == known
