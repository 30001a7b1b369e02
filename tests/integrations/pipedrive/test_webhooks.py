"""The door that Pipedrive's deliveries come to."""

from __future__ import annotations

import base64
import json

import pytest

from integrations.models import Connection, WebhookEvent
from integrations.pipedrive.webhooks import dedupe_key
from integrations.sync import inbox
from integrations.sync.door import LONGEST
from tests.integrations.pipedrive.payloads import body, event

pytestmark = pytest.mark.django_db

URL = "/pipedrive/callback/"


@pytest.fixture
def post(client, authorised):
    """Post a body with the right credentials, or with others."""

    def send(content: bytes, **headers):
        sent = {**authorised, **headers}
        return client.post(URL, content, content_type="application/json", **sent)

    return send


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def test_a_delivery_is_kept_as_it_came_and_acknowledged(post):
    response = post(body("deal_change"))

    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    kept = WebhookEvent.objects.get()
    assert bytes(kept.body) == body("deal_change")
    assert kept.dedupe_key == event("deal_change")["meta"]["id"]


def test_a_repeat_is_acknowledged_and_kept_once(post):
    again = event("deal_change")
    again["meta"]["attempt"] = 2
    post(body("deal_change"))

    assert post(json.dumps(again).encode()).status_code == 200
    assert WebhookEvent.objects.count() == 1


@pytest.mark.parametrize(
    "header",
    [
        "", "Basic", "Basic !!!", "Basic Z3Vlc3M=", "Bearer x", "Basic é",
        basic("pipedrive", "wrong"), basic("wrong", "a-long-random-secret"), basic("", ""),
        basic("pipedrive", "a-long-random-secret").replace("Basic", "Bearer"),
    ],
)  # fmt: skip
def test_a_delivery_without_the_right_credentials_is_refused_and_counted(post, header):
    response = post(body("deal_change"), HTTP_AUTHORIZATION=header)

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Basic")
    assert response.json()["status"] == "error"
    assert not WebhookEvent.objects.exists()
    assert Connection.objects.get().refused_deliveries == 1


def test_without_credentials_of_our_own_the_door_is_shut(post, settings):
    settings.PIPEDRIVE_WEBHOOK_USER = settings.PIPEDRIVE_WEBHOOK_PASSWORD = ""

    assert post(body("deal_change"), HTTP_AUTHORIZATION=basic("", "")).status_code == 401


def test_a_delivery_over_a_mebibyte_is_refused(post):
    assert post(b" " * (LONGEST + 1)).status_code == 413
    assert post(b" " * LONGEST).status_code == 200
    assert WebhookEvent.objects.count() == 1


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head", "options"])
def test_any_other_method_is_not_allowed(client, authorised, method):
    assert getattr(client, method)(URL, **authorised).status_code == 405


@pytest.mark.parametrize(
    "content",
    [
        b"", b"no json", b"[]", b"null", b"7", b'"x"', b"{}", b'{"meta": 7}', b'{"meta": {}}',
        b'{"meta": {"id": {}}}', b'{"meta": {"id": "\\ud800"}}', b'{"meta": {"id": "a\\u0000"}}',
        b'{"meta": {"id": "' + b"x" * 5000 + b'"}}', b"\xff\xfe\x00", b"[" * 500_000,
        b'{"meta": {"entity": "user", "id": "1"}}', b'{"meta": {"entity": [], "id": "1"}}',
    ],
)  # fmt: skip
def test_whatever_a_body_holds_it_is_kept_and_never_fails(post, content):
    assert post(content).status_code == 200
    assert len(WebhookEvent.objects.get().dedupe_key) <= 255


@pytest.mark.parametrize("headers", [{"HTTP_ACCEPT": "text/html"}, {"HTTP_ACCEPT": "x"}])
def test_the_answer_is_json_whatever_the_sender_accepts(post, headers):
    response = post(body("deal_change"), **headers)

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_a_form_is_kept_like_any_other_body(client, authorised):
    response = client.post(URL, b"a=1", content_type="text/plain", **authorised)

    assert response.status_code == 200


def test_two_changes_of_one_user_are_two_events():
    later = event("user_change")
    later["meta"]["timestamp"] += 1

    assert dedupe_key(body("user_change")) != dedupe_key(json.dumps(later).encode())
    assert "24007" in dedupe_key(body("user_change"))


def test_an_id_that_is_the_records_own_does_not_make_two_events_one():
    first = {"meta": {"id": "5", "entity": "deal", "entity_id": "5", "timestamp": "t1"}}
    second = {"meta": {**first["meta"], "timestamp": "t2"}}

    assert dedupe_key(json.dumps(first).encode()) != dedupe_key(json.dumps(second).encode())


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"[]", b'{"meta": 3}'])
def test_what_is_said_of_a_body_that_nobody_can_read_has_no_programmers_words(body, pipedrive):
    pipedrive.post(body)
    inbox.drain()

    said = "The message cannot be read: it is damaged, or none of Pipedrive's"
    assert WebhookEvent.objects.get().last_error == said
