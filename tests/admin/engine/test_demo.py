import io
import json

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from companies.models import Plan
from hermes.management.commands.run import environment
from hermes.roles import ROLES, install_roles
from integrations import tasks
from integrations.management.commands import load_demo
from integrations.models import RemoteField
from tests.factories import TeamMemberFactory


@pytest.fixture(autouse=True)
def roles(db, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    install_roles()


def run(**options):
    out = io.StringIO()
    call_command("load_demo", stdout=out, **options)
    return out.getvalue()


def test_demo_log_ins_are_refused_where_debug_is_off():
    with pytest.raises(CommandError):
        run()
    assert not get_user_model().objects.exists()


def test_each_role_gets_a_log_in_that_works():
    for name, password in load_demo.make_log_ins():
        assert get_user_model().objects.get(username=name).check_password(password)

    assert list(ROLES) == load_demo.ROLES


def test_only_the_admin_may_do_everything():
    load_demo.make_log_ins()

    powerful = get_user_model().objects.filter(is_superuser=True)
    assert [user.username for user in powerful] == ["demo-admin"]


def test_a_second_run_keeps_the_log_ins_and_prints_the_same_passwords(tmp_path):
    first, second = run(force=True, no_sync=True), run(force=True, no_sync=True)

    assert get_user_model().objects.count() == len(ROLES) + 1
    assert "demo-sales-lead" in first
    assert first == second
    assert (tmp_path / "demo-log-ins.json").stat().st_mode & 0o777 == 0o600


def test_a_password_and_a_role_that_a_person_chose_stay():
    load_demo.make_log_ins()
    sales = get_user_model().objects.get(username="demo-sales")
    sales.set_password("chosen by Ada")
    sales.is_active = False
    sales.save()
    sales.groups.clear()

    text = run(force=True, no_sync=True)

    sales.refresh_from_db()
    assert sales.check_password("chosen by Ada")
    assert (sales.is_active, sales.groups.exists()) == (False, False)
    assert "demo-sales       (changed by a person" in text


def test_an_empty_sandbox_is_filled_once_set_up_and_read(sandbox, settings, started, monkeypatch):
    # Hermes itself does not run in this test; the sandbox answers in its place.
    settings.SITE_URL = sandbox.url
    monkeypatch.setattr(load_demo, "HEALTH", "/_sandbox/state")
    settings.SANDBOX_ENABLED = True
    settings.SANDBOX_PORT = int(sandbox.url.rsplit(":", 1)[1])

    first = run(force=True)
    tasks.backfill_system("pipedrive")
    second = run(force=True)

    assert "The sandbox has" in first
    assert "The first load has started." in first
    assert "The sandbox has" not in second
    assert "The first load" not in second
    assert "Pipedrive was loaded before." in second
    assert RemoteField.objects.exists()
    assert [name for name, _, _ in started] == ["backfill_system", "backfill_system"]


def test_a_sandbox_that_never_answers_is_named(monkeypatch, settings):
    monkeypatch.setattr(load_demo, "TRIES", 1)
    monkeypatch.setattr(load_demo, "WAIT_SECONDS", 0)
    settings.SANDBOX_ENABLED, settings.SANDBOX_PORT = True, 1
    settings.PIPEDRIVE_BASE_URL, settings.PIPEDRIVE_API_TOKEN = "http://127.0.0.1:1", "demo"

    with pytest.raises(CommandError, match="does not answer"):
        run(force=True)


def test_the_team_takes_calls_until_a_person_says_who_does():
    first, second = (
        TeamMemberFactory(is_sales_person=False),
        TeamMemberFactory(is_sales_person=False),
    )
    load_demo.let_team_take_calls()
    first.refresh_from_db()
    assert (first.is_sales_person, first.is_support_person) == (True, True)
    assert set(first.plans) == set(Plan.values)

    second.refresh_from_db()
    second.is_sales_person = second.is_support_person = False
    second.save()
    load_demo.let_team_take_calls()
    second.refresh_from_db()
    assert not second.is_sales_person


def test_the_log_ins_of_sales_are_team_members_until_a_person_says_whose_they_are():
    load_demo.make_log_ins()
    first, second = TeamMemberFactory(), TeamMemberFactory()
    load_demo.let_team_log_in()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (str(first.user), str(second.user)) == ("demo-sales", "demo-sales-lead")

    first.user = None
    first.save()
    load_demo.let_team_log_in()
    first.refresh_from_db()
    assert first.user is None


def test_the_sandbox_stands_in_for_google_unless_there_is_a_real_key(monkeypatch, tmp_path):
    for name in ["GOOGLE_SERVICE_ACCOUNT", "GOOGLE_BASE_URL", "GOOGLE_POLL_MINUTES"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SANDBOX_PORT", "8123")
    given = environment()
    key = tmp_path / "google-service-account.json"

    assert given["GOOGLE_BASE_URL"] == "http://127.0.0.1:8123"
    assert given["GOOGLE_SERVICE_ACCOUNT"] == str(key)
    assert key.stat().st_mode & 0o777 == 0o600
    before = key.read_text()
    assert json.loads(before)["token_uri"] == "http://127.0.0.1:8123/token"
    environment()
    assert key.read_text() == before

    monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT", "/etc/hermes/key.json")
    assert environment()["GOOGLE_SERVICE_ACCOUNT"] == "/etc/hermes/key.json"
    assert "GOOGLE_BASE_URL" not in environment()


def test_the_sandbox_stands_in_for_salesforce_unless_a_real_one_is_named(monkeypatch, tmp_path):
    monkeypatch.delenv("SALESFORCE_LOGIN_URL", raising=False)
    monkeypatch.setenv("PORT", "8122")
    monkeypatch.setenv("SANDBOX_PORT", "8123")
    given = environment()

    assert given["SALESFORCE_LOGIN_URL"] == "http://127.0.0.1:8123/salesforce"
    assert given["SANDBOX_SALESFORCE_RELAY_URL"] == (
        "http://127.0.0.1:8122/salesforce/webhooks/cdc/"
    )
    assert json.loads(given["SALESFORCE_STAGE_MAP"])["Cancelled"] == {"action": "skip"}

    monkeypatch.setenv("SALESFORCE_LOGIN_URL", "https://acme.my.salesforce.com")
    assert environment()["SALESFORCE_LOGIN_URL"] == "https://acme.my.salesforce.com"
    assert "SALESFORCE_ENABLED" not in environment()
