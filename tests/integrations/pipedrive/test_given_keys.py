"""Custom-field keys from the environment."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from integrations.models import RemoteField
from integrations.pipedrive import keys, registration, setup
from integrations.sync.errors import Misconfigured
from tests.factories import CompanyFactory

KEY = "90fc74916d18f643273fcce9fe94cab8c09dc6de"


def give(settings, **entries):
    text = json.dumps({name.replace("__", "."): key for name, key in entries.items()})
    settings.PIPEDRIVE_FIELD_KEYS = text
    keys.forget()


@pytest.fixture
def account(sandbox, db, monkeypatch):
    monkeypatch.setattr(registration, "look", lambda client: registration.Registration(1))
    return sandbox.pipedrive


def test_a_given_key_comes_before_the_one_that_set_up_found(pipedrive, settings):
    give(settings, company__website=KEY)

    found = keys.keys()["company"]

    assert found["website"].key == KEY
    assert found["hub_id"].key == RemoteField.objects.get(kind="company", field="hub_id").remote_key


def test_two_fields_never_share_a_key(pipedrive, settings):
    give(settings, company__website=pipedrive.key("company", "utm_source"))

    assert "utm_source" not in keys.keys()["company"]
    assert "utm_source" not in keys.travelling("company")


def test_what_is_sent_carries_the_given_key(pipedrive, settings):
    given = pipedrive.key("company", "utm_source")
    give(settings, company__website=given)
    CompanyFactory(website="https://larkfield.example")

    [call] = pipedrive.send()

    assert call.body["custom_fields"][given] == "https://larkfield.example"


def test_hermes_id_is_the_field_of_our_own_id(settings, db):
    give(settings, company__hermes_id=KEY)

    assert keys.keys()["company"]["hub_id"].key == KEY


def test_set_up_uses_the_given_field_and_makes_none_in_its_place(account, settings):
    setup.set_up()
    own = RemoteField.objects.get(kind="company", field="website").remote_key
    RemoteField.objects.all().delete()
    give(settings, company__utm_source=own)

    plan = setup.plan()

    assert plan.found["company", "utm_source"]["field_code"] == own
    assert ("company", "utm_source") not in plan.create_fields


def test_set_up_refuses_a_key_that_the_account_does_not_have(account, settings):
    give(settings, company__website=KEY)

    with pytest.raises(Misconfigured, match=f"“Website” the key {KEY}, which this account"):
        setup.plan()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "PIPEDRIVE_FIELD_KEYS is not JSON."),
        ("[]", "must look like"),
        ('{"lead.hermes_id": "' + KEY + '"}', "lead.hermes_id: there is no lead"),
        ('{"website": "' + KEY + '"}', "website: there is no website"),
        ('{"company.colour": "' + KEY + '"}', "company.colour: a company has no such custom"),
        ('{"deal.website": "' + KEY + '"}', "deal.website: a deal has no such custom field"),
        ('{"company.website": "abc"}', "company.website: a key is 40 characters"),
        ('{"company.website": 5}', "company.website: a key is 40 characters"),
        ('{"company.website": "' + KEY.upper() + '"}', "company.website: a key is 40 characters"),
        ('{"company.website": "' + KEY + '", "company.gclid": "' + KEY + '"}',
         "company.gclid: another field of the company has this key already"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_by_the_check_that_names_the_entry(settings, text, sentence):
    settings.PIPEDRIVE_FIELD_KEYS = text

    with pytest.raises(SystemCheckError) as error:
        call_command("check")

    assert sentence in str(error.value)


def test_nonsense_is_never_passed_over_in_silence(settings, db):
    settings.PIPEDRIVE_FIELD_KEYS = "nonsense"
    keys.forget()

    with pytest.raises(Misconfigured):
        keys.keys()


def test_without_the_variable_all_is_as_set_up_found_it(settings):
    settings.PIPEDRIVE_FIELD_KEYS = ""

    call_command("check")
