"""Comparing the settings with the org, and the table of what its statuses stand for."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from integrations.models import StageMapping

pytestmark = pytest.mark.django_db

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


def test_a_wrong_name_is_named_with_those_that_exist(salesforce, settings):
    settings.SALESFORCE_AMOUNT_FIELD = "Loan_Amount__c"

    with pytest.raises(CommandError, match=r"no field Loan_Amount__c.*MtgPlanner_CRM__Loan_Amount"):
        set_up()


def test_a_field_of_another_type_is_named(salesforce, settings):
    settings.SALESFORCE_CLOSE_DATE_FIELD = "Loan_Officer__c"

    with pytest.raises(CommandError, match=r"SALESFORCE_CLOSE_DATE_FIELD: .* of type string"):
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
