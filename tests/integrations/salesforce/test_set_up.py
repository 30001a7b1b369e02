"""Comparing the settings with the org, and the table of what its statuses stand for."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from hermes.checks import field_maps_make_sense
from integrations.models import StageMapping
from integrations.sandbox.salesforce import by_hand
from integrations.sandbox.salesforce.field_changes import set_field
from integrations.sandbox.salesforce.jungo import MEANING

pytestmark = pytest.mark.django_db

AMOUNT = MEANING["amount"]

WRITES = {"POST", "PATCH", "PUT", "DELETE"}


def set_up(**options) -> str:
    out = StringIO()
    call_command("setup_salesforce", stdout=out, **options)
    return out.getvalue()


def test_it_says_what_each_name_is_in_the_org_and_writes_nothing_there(salesforce):
    said = set_up()

    assert "SALESFORCE_LOAN_OFFICER_FIELD: Loan_Officer__c is “Loan Officer”, string" in said
    assert "Loans of Anna Whitlock" in said
    calls = [call for call in salesforce.sandbox.calls if call.system == "salesforce"]
    assert {call.path for call in calls if call.method in WRITES} == {
        "/salesforce/services/oauth2/token"
    }


def test_it_names_the_fields_that_our_user_may_not_edit_if_changes_go_there(salesforce, settings):
    set_field(account := salesforce.org.account, by_hand.entity(account, "loan"), AMOUNT,
              {"writable": False})  # fmt: skip
    cannot = (
        f"SALESFORCE_AMOUNT_FIELD: {AMOUNT} is “Loan Amount (1st TD)”, currency, which our user"
    )
    assert cannot not in set_up()

    settings.SALESFORCE_WRITE_ENABLED = True

    assert cannot in set_up()


def test_a_wrong_name_is_named_with_those_that_exist(salesforce, settings):
    settings.SALESFORCE_AMOUNT_FIELD = "Loan_Amount__c"

    with pytest.raises(CommandError, match=r"no field Loan_Amount__c.*MtgPlanner_CRM__Loan_Amount"):
        set_up()


def test_a_field_of_another_type_is_named(salesforce, settings):
    settings.SALESFORCE_CLOSE_DATE_FIELD = "Loan_Officer__c"

    with pytest.raises(CommandError, match=r"SALESFORCE_CLOSE_DATE_FIELD: .* of type string"):
        set_up()


def test_it_says_what_the_map_of_further_fields_names(salesforce, settings):
    settings.SALESFORCE_FIELD_MAP = (
        '{"rate": {"source": "MtgPlanner_CRM__Rate_1st_TD__c", "type": "percent"},'
        ' "income": "MtgPlanner_CRM__Borrower_Name__r.MtgPlanner_CRM__Income_Borrower__c"}'
    )

    said = set_up()

    assert "FIELD_MAP.rate: MtgPlanner_CRM__Rate_1st_TD__c is “Rate (1st TD)”, percent" in said
    assert "SALESFORCE_FIELD_MAP.income: MtgPlanner_CRM__Borrower_Name__r.MtgPlanner" in said


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ('"Funding__c"', r"no field Funding__c .*FIELD_MAP.fee\).*There are: Funding_Fee__c"),
        (
            '{"source": "Funding_Fee__c", "type": "date"}',
            "SALESFORCE_FIELD_MAP.fee: Funding_Fee__c is of type string",
        ),
        ('{"source": ""}', "SALESFORCE_FIELD_MAP: fee: '' is no name of Salesforce's"),
    ],
)
def test_a_wrong_entry_of_the_map_is_named(salesforce, settings, entry, sentence):
    settings.SALESFORCE_FIELD_MAP = f'{{"fee": {entry}}}'

    with pytest.raises(CommandError, match=sentence):
        set_up()


def test_a_wrong_name_of_the_officers_field_is_named_too(salesforce, settings):
    settings.SALESFORCE_LOAN_OFFICER_FIELD = "Officer__c"

    with pytest.raises(CommandError, match=r"no field Officer__c .*There are: Loan_Officer__c"):
        set_up()


def test_a_trial_writes_nothing_and_the_second_run_finds_nothing_to_do(salesforce, settings):
    settings.SALESFORCE_STAGE_MAP = '{"Closed": {"stage": "Clear To Close", "status": "won"}}'
    assert "Ask staff what the status Application stands for" in set_up(dry_run=True)
    assert not StageMapping.objects.exists()

    set_up()

    assert StageMapping.objects.get(remote_stage="Closed").stage.name == "Clear To Close"
    assert not StageMapping.objects.get(remote_stage="Application").is_mapped
    assert set_up().endswith("Nothing to do.\n")


@pytest.mark.parametrize(
    ("stage_map", "sentence"),
    [
        ("{", "SALESFORCE_STAGE_MAP is not JSON"),
        ("[]", "SALESFORCE_STAGE_MAP must be a JSON object"),
        ('{"Closed": "won"}', "SALESFORCE_STAGE_MAP: Closed must be an object"),
        ('{"Closed": {"status": "done"}}', "SALESFORCE_STAGE_MAP: Closed has an action or"),
    ],
)
def test_a_map_that_makes_no_sense_is_named(salesforce, settings, stage_map, sentence):
    settings.SALESFORCE_STAGE_MAP = stage_map

    with pytest.raises(Exception, match=sentence):
        salesforce.poll()


KEY = "a" * 40


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "SALESFORCE_FIELD_MAP is not JSON"),
        ("[1]", "SALESFORCE_FIELD_MAP must be a JSON object"),
        ('{"rate": 5}', "SALESFORCE_FIELD_MAP: rate: it must be a field's name, or"),
        ('{"rate": {"source": "Rate__c; DROP"}}', "rate: 'Rate__c; DROP' is no name of"),
        ('{"rate": {"source": "R__c", "kind": "x"}}', "rate: there is no kind; an entry has"),
        ('{"rate": {"source": "R__c", "type": "float"}}', "rate: its type is none of text, perc"),
        ('{"rate": {"source": "R__c", "target": "abc"}}', "rate: its target is no key of 40"),
        ('{"rate": {"source": "R__c", "required": "yes"}}', "rate: required is true or false"),
        ('{"rate": {"source": "R__c", "options": {"a": 1}}}', "rate: only an option or a bool"),
        (
            '{"rate": {"source": "R__c", "type": "option", "options": {"a": "1"}}}',
            "rate: its options must be an object of values and whole numbers",
        ),
        ('{"interest rate": "R__c"}', "interest rate: a target is a word of letters"),
        ('{"value": {"source": "A__c", "type": "money"}}', "value: it is a field of the deal's"),
        ('{"value": "Owner.Name"}', "value: Owner.Name is no field of the loan's own"),
        ('{"property_address": {"source": {"town": "T__c"}}}', "an address has no town"),
        (
            json.dumps({name: {"source": "A__c", "target": KEY} for name in "ab"}),
            "b: a has this target already",
        ),
    ],
)
def test_a_map_that_makes_no_sense_is_refused_at_the_start_and_names_the_entry(
    settings, text, sentence
):
    settings.SALESFORCE_FIELD_MAP = text

    [error] = field_maps_make_sense()

    assert sentence in error.msg
