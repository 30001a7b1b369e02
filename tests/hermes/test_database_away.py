"""While PostgreSQL is away: a plain answer, one line in the log, and no traceback."""

from __future__ import annotations

import logging

import pytest
from django.db import OperationalError, connection

from hermes import database_away

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def away():
    """Nobody answers where the database was."""
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = 1
    yield
    connection.close()
    connection.settings_dict["PORT"] = port


@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_see_a_page_that_asks_to_come_again(admin_client, away, caplog, method):
    with caplog.at_level(logging.WARNING):
        response = getattr(admin_client, method)("/admin/companies/company/")

    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert "The database cannot be reached at the moment" in response.content.decode()
    (line,) = caplog.records
    assert line.getMessage() == "The database cannot be reached: /admin/companies/company/"
    assert line.exc_info is None


def test_visitors_see_a_page_without_ways_for_staff(client, away):
    response = client.get("/book/")

    assert response.status_code == 503
    assert "Try again in a minute." in response.content.decode()
    assert "/admin/" not in response.content.decode()


def test_programs_get_json(client, away, authorised, settings):
    settings.METRICS_TOKEN = "scraper"
    for response in [
        client.get("/metrics", HTTP_AUTHORIZATION="Bearer scraper"),
        client.post("/pipedrive/callback/", {}, content_type="application/json", **authorised),
    ]:
        assert (response.status_code, response["Retry-After"]) == (503, "60")
        assert "cannot be reached" in response.json()["message"]


def test_an_error_that_the_database_answers_is_none_of_these():
    deadlock = OperationalError("deadlock detected")
    deadlock.__cause__ = type("Deadlock", (Exception,), {"sqlstate": "40P01"})()
    assert not database_away.is_away(deadlock)
