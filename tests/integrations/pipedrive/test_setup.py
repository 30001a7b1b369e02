"""Preparing an account."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from companies.models import TeamMember
from deals.models import Pipeline, Stage
from integrations.models import Connection, ExternalLink, OutboxEntry, RemoteField
from integrations.pipedrive import SYSTEM, keys, registration, setup
from integrations.pipedrive.custom_fields import CUSTOM_FIELDS, needed
from integrations.sync.errors import Misconfigured

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(sandbox, settings, live_server):
    """An empty account that can reach our door."""
    settings.SITE_URL = live_server.url
    return sandbox.pipedrive


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("setup_pipedrive", *arguments, stdout=out)
    return out.getvalue()


def writes(sandbox) -> list[str]:
    return [call.path for call in sandbox.calls if call.method != "GET"]


def test_it_makes_fields_takes_over_people_and_pipelines_and_registers(account):
    said = run()

    assert RemoteField.objects.count() == sum(len(needed(kind)) for kind in CUSTOM_FIELDS)
    assert set(RemoteField.objects.get(field="price_plan").options) == {
        "payg", "startup", "enterprise",
    }  # fmt: skip
    assert TeamMember.objects.count() == len(account.records("user"))
    assert Pipeline.objects.count() == len(account.records("pipeline"))
    assert Stage.objects.count() == len(account.records("stage"))
    (webhook,) = account.webhooks
    assert webhook["subscription_url"] == registration.webhook_url()
    facts = Connection.objects.get().facts
    assert (facts["webhook"], facts["domain"]) == (webhook["id"], "larkfield")
    assert "Created the organization field “Hermes ID”" in said


def test_what_stopped_because_it_was_not_run_goes_on(account):
    stopped = {"system": "pipedrive", "kind": "company", "state": "dead"}
    waited = OutboxEntry.objects.create(record_id=1, reason="config", **stopped)
    refused = OutboxEntry.objects.create(record_id=2, reason="rejected", **stopped)

    run()

    waited.refresh_from_db()
    refused.refresh_from_db()
    assert (waited.state, refused.state) == ("waiting", "dead")


def test_a_second_run_changes_nothing(account, sandbox):
    run()
    links = ExternalLink.objects.count()
    sandbox.forget_calls()

    assert "Nothing to do." in run()
    assert writes(sandbox) == []
    assert ExternalLink.objects.count() == links


def test_a_dry_run_writes_nothing_anywhere(account, sandbox):
    said = run("--dry-run")

    assert "Create the deal field “Hermes ID”" in said
    assert writes(sandbox) == []
    assert not RemoteField.objects.exists()
    assert not TeamMember.objects.exists()


def test_a_field_that_is_there_is_used_and_its_options_are_extended(account):
    key = account.add_field("organization", "Price plan", "enum", ["PAYG", "Other"])

    setup.set_up()

    field = RemoteField.objects.get(field="price_plan")
    assert field.remote_key == key
    assert set(field.options) == {"payg", "startup", "enterprise"}


def test_a_field_that_was_renamed_there_is_still_the_same(account, sandbox):
    setup.set_up()
    key = RemoteField.objects.get(kind="company", field="website").remote_key
    renamed = {"field_name": "Home page"}
    client = setup.PipedriveRemote().client
    client._call("PATCH", f"/api/v2/organizationFields/{key}", cost=5, body=renamed)
    sandbox.forget_calls()

    assert setup.set_up().is_empty
    assert writes(sandbox) == []


def test_two_fields_of_one_name_stop_it_with_a_sentence(account):
    account.add_field("organization", "Hermes ID", "varchar")
    account.add_field("organization", "hermes id", "varchar")

    with pytest.raises(CommandError, match="2 organization fields named “Hermes ID”"):
        run()


def test_a_field_of_another_type_stops_it_with_a_sentence(account):
    account.add_field("organization", "Price plan", "varchar")

    with pytest.raises(Misconfigured, match="Price plan"):
        setup.set_up()


def test_strays_of_ours_are_removed_and_others_left_alone(account):
    client = setup.PipedriveRemote().client
    body = {"event_action": "create", "event_object": "deal", "name": "x", "version": "2.0"}
    client.create_webhook({**body, "subscription_url": registration.webhook_url()})
    other = registration.webhook_url() + "?other"
    client.create_webhook({**body, "subscription_url": other})

    setup.set_up()

    urls = sorted(webhook["subscription_url"] for webhook in account.webhooks)
    assert urls == [registration.webhook_url(), other]


def test_a_new_password_makes_a_new_registration(account, settings):
    setup.set_up()
    (old,) = account.webhooks
    settings.PIPEDRIVE_WEBHOOK_PASSWORD = "another"

    setup.set_up()

    (new,) = account.webhooks
    assert new["id"] != old["id"]


def test_without_credentials_for_deliveries_nothing_is_registered(account, settings):
    settings.PIPEDRIVE_WEBHOOK_PASSWORD = ""

    with pytest.raises(Misconfigured, match="PIPEDRIVE_WEBHOOK_PASSWORD"):
        setup.set_up()


def test_a_registration_that_pipedrive_removed_is_made_again(account):
    setup.set_up()
    (webhook,) = account.webhooks
    setup.PipedriveRemote().client.delete_webhook(webhook["id"])

    assert "Register" in SYSTEM.repair()
    assert len(account.webhooks) == 1
    assert SYSTEM.repair() == "Everything is as Hermes needs it."


def test_only_fields_with_a_key_travel(account):
    assert "website" not in SYSTEM.travelling("company")
    setup.set_up()
    keys.forget()
    assert "website" in SYSTEM.travelling("company")
