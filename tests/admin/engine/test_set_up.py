"""Setting Pipedrive up from the admin: look, say yes, see what was done."""

import pytest
from django.urls import reverse

from integrations.models import RemoteField, SyncRun
from integrations.pipedrive import registration

from . import rows

ADDRESS = "/admin/integrations/connection/set-up/pipedrive/"


@pytest.fixture
def account(sandbox, settings, monkeypatch):
    """The sandbox as an account that Hermes never saw. It cannot call us: no address."""
    monkeypatch.setattr(registration, "look", lambda client, **_: registration.Registration(1))
    return sandbox


def writes(sandbox):
    return [call for call in sandbox.calls if call.method != "GET"]


def test_the_plan_is_shown_and_nothing_is_written(as_, account):
    text = as_("operations").get(ADDRESS).content.decode()

    assert "Create the organization field “Hermes ID”" in text
    assert "Nothing was written yet." in text
    assert writes(account) == []
    assert not RemoteField.objects.exists()


def test_after_a_yes_it_is_done_and_told_and_a_second_look_finds_nothing(as_, account):
    client = as_("operations")
    agreed = client.get(ADDRESS).context["agreed"]

    text = client.post(ADDRESS, {"agreed": agreed}).content.decode()

    assert "Created the organization field “Hermes ID”" in text
    assert RemoteField.objects.filter(kind="company", field="hub_id").exists()
    assert "is as Hermes needs it" in client.get(ADDRESS).content.decode()


def test_another_plan_than_was_agreed_to_is_shown_again_and_not_done(as_, account):
    client = as_("operations")
    agreed = client.get(ADDRESS).context["agreed"]
    account.pipedrive.create("pipeline", name="New one")

    response = client.post(ADDRESS, {"agreed": agreed})

    assert "Pipedrive was changed meanwhile" in response.content.decode()
    assert "New one" in response.content.decode()
    assert writes(account) == []


@pytest.mark.parametrize("agreed", ["", "nonsense", "WyJhIl0:forged"])
def test_a_yes_to_nothing_that_we_showed_does_nothing(as_, account, agreed):
    response = as_("operations").post(ADDRESS, {"agreed": agreed})

    assert "nothing was done" in response.content.decode()
    assert writes(account) == []


def test_a_wrong_key_is_told_in_words(as_, account, settings):
    settings.PIPEDRIVE_API_TOKEN = "wrong"

    response = as_("operations").get(ADDRESS)

    assert response.status_code == 200
    assert response.context["problem"]


def test_missing_settings_are_named(as_, settings):
    settings.PIPEDRIVE_WEBHOOK_PASSWORD = ""

    text = as_("operations").get(ADDRESS).content.decode()

    for name in ["PIPEDRIVE_BASE_URL", "PIPEDRIVE_API_TOKEN", "PIPEDRIVE_WEBHOOK_PASSWORD"]:
        assert name in text


@pytest.mark.parametrize("role", ["read only", "sales", "sales lead"])
def test_only_operations_set_a_system_up(as_, account, role):
    client = as_(role)

    assert client.get(ADDRESS).status_code == 403
    assert client.post(ADDRESS, {"agreed": "x"}).status_code == 403
    assert account.calls == []


def test_the_connections_list_leads_there(as_, db):
    text = as_("operations").get(reverse("admin:integrations_connection_changelist"))

    assert ADDRESS in text.content.decode()


def test_a_repair_while_set_up_runs_is_refused_in_words(as_, account):
    SyncRun.objects.create(system="pipedrive", action="setup")

    response = as_("operations").post(
        reverse("admin:integrations_connection_do", args=[rows.connection().pk, "repair"]),
        follow=True,
    )

    assert "is already running" in response.content.decode()
