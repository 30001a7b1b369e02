"""What is logged can be read, and holds no secret."""

from __future__ import annotations

import io
import json
import logging
import sys

import pytest
import requests
from django.contrib.auth import get_user_model

from hermes.logs import configure
from integrations import tasks
from integrations.models import OutboxEntry, SyncRun
from integrations.sync import outbox
from integrations.sync.errors import Unavailable
from integrations.sync.http import Http
from tests.conftest import PASSWORD
from tests.factories import CompanyFactory

SECRET = "hunter2-hunter2"


@pytest.fixture(params=["console", "json"])
def logged(request, monkeypatch, settings):
    """Gives all that was logged so far, in either format."""
    written = io.StringIO()
    # What pytest captures for a test begins after its fixtures.
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", written)
        configure(request.param)
    for handler in logging.getLogger().handlers:
        handler.setLevel(logging.DEBUG)
    yield written.getvalue
    configure(settings.LOG_FORMAT)


def fail_with(secret: str) -> None:
    password = secret
    raise RuntimeError(f"with {len(password)} letters")


def test_an_error_shows_its_lines_and_no_local_variables(logged):
    try:
        fail_with(SECRET)
    except RuntimeError:
        logging.getLogger("hermes").exception("It failed")
    text = logged()

    assert "It failed" in text
    assert "with 15 letters" in text
    assert "fail_with" in text
    assert SECRET not in text


def test_json_is_one_object_a_line(capsys, settings):
    configure("json")
    logging.getLogger("hermes").warning("Two\nlines %s", "ü")
    (line,) = capsys.readouterr().err.splitlines()
    configure(settings.LOG_FORMAT)

    said = json.loads(line)
    assert (said["event"], said["level"], said["logger"]) == ("Two\nlines ü", "warning", "hermes")


def test_a_call_that_fails_tells_neither_token_nor_query(logged, sandbox):
    sandbox.trouble.add("reset", times=None)
    http = Http(sandbox.url, {"x-api-token": SECRET, "Authorization": f"Bearer {SECRET}"})
    with pytest.raises(Unavailable) as raised:
        http.call("GET", "/api/v2/organizations", params={"cursor": SECRET})
    logging.getLogger("hermes").error("The call failed", exc_info=raised.value)

    text = logged()
    assert "GET /api/v2/organizations" in text
    assert SECRET not in text
    assert raised.value.__cause__ is None


def test_an_error_whose_text_holds_the_token_is_told_without_it(
    logged, pipedrive, settings, monkeypatch
):
    settings.PIPEDRIVE_API_TOKEN = SECRET

    def broken(self, method, url, **_):
        raise requests.exceptions.InvalidHeader(f"bad value {SECRET}")

    monkeypatch.setattr(requests.Session, "request", broken)
    CompanyFactory()
    outbox.drain()

    assert SECRET not in logged()
    assert "the credentials in the settings" in OutboxEntry.objects.get().last_error
    assert SECRET not in OutboxEntry.objects.get().last_error


@pytest.mark.django_db
def test_wrong_credentials_at_the_door_are_not_logged(logged, client):
    client.post("/pipedrive/callback/", b"{}", content_type="application/json",
                HTTP_AUTHORIZATION=f"Basic {SECRET}")  # fmt: skip

    text = logged()
    assert SECRET not in text
    assert PASSWORD not in text


def test_a_log_in_fills_no_lines_and_one_who_is_locked_out_does(client, logged, settings, db):
    settings.AXES_ENABLED, settings.AXES_FAILURE_LIMIT = True, 2
    get_user_model().objects.create_user("ada", password="x", is_staff=True)

    answer = {"username": "ada", "password": "x"}
    assert client.post("/admin/login/", answer).status_code == 302
    assert "AXES" not in logged()

    for _ in range(2):
        client.post("/admin/login/", answer | {"password": "wrong"})
    assert "AXES" in logged()


def test_who_may_not_do_something_is_told_of_in_one_line(client, logged, db):
    client.force_login(get_user_model().objects.create_user("ada", is_staff=True))

    assert client.get("/admin/auth/user/").status_code == 403

    text = logged()
    assert "/admin/auth/user/" in text
    assert "Traceback" not in text


def test_a_poll_that_the_system_refuses_is_told_of_in_one_line(logged, salesforce):
    salesforce.sandbox.trouble.add("error", system="salesforce", times=None, status=403)

    tasks.poll_system("salesforce")

    text = logged()
    assert "Salesforce: " in text
    assert "Traceback" not in text
    assert SyncRun.objects.get().state == "failed"


@pytest.mark.parametrize(("method", "is_news"), [("get", False), ("put", True)])
def test_the_look_whether_our_address_answers_is_not_logged(client, logged, db, method, is_news):
    assert getattr(client, method)("/pipedrive/callback/").status_code == 405

    assert ("Method Not Allowed" in logged()) is is_news
