"""Every error at an API path is JSON of one shape."""

from __future__ import annotations

import pytest
from django.test import Client

from integrations.sync import inbox

pytestmark = pytest.mark.django_db

DOOR = "/pipedrive/callback/"


def is_error(response) -> bool:
    answer = response.json()
    return (
        answer["status"] == "error" and bool(answer["message"]) and "Traceback" not in str(answer)
    )


def test_400_for_a_host_that_is_not_ours(client):
    response = client.get("/healthz", HTTP_HOST="evil.example")

    assert response.status_code == 400
    assert is_error(response)


def test_401_asks_for_credentials(client):
    response = client.post(DOOR, b"{}", content_type="application/json")

    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Basic")
    assert is_error(response)


def test_404_for_an_address_where_nothing_is(client):
    for path in ["/nothing", "/api/nothing/", "/pipedrive/nothing/"]:
        response = client.get(path)
        assert response.status_code == 404
        assert is_error(response)


def test_405_names_what_is_allowed(client, authorised):
    response = client.put(DOOR, **authorised)

    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert is_error(response)


def test_413_for_a_body_over_a_mebibyte(client, authorised):
    body = b"x" * (1024 * 1024 + 1)
    response = client.post(DOOR, body, content_type="application/json", **authorised)

    assert response.status_code == 413
    assert is_error(response)


def test_500_says_nothing_of_what_went_wrong(authorised, monkeypatch):
    def broken(**_):
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(inbox, "receive", broken)
    client = Client(raise_request_exception=False)
    response = client.post(DOOR, b"{}", content_type="application/json", **authorised)

    assert response.status_code == 500
    assert is_error(response)
    assert "hunter2" not in response.content.decode()
