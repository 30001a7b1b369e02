"""Errors of the pages that staff open are pages; every other address answers JSON."""

from __future__ import annotations

import pytest
from django.test import Client
from django.views.debug import get_default_exception_reporter_filter

from hermes.record_pages import find_views

pytestmark = pytest.mark.django_db


def is_page(response, heading: str) -> bool:
    text = response.content.decode()
    return (
        response["Content-Type"].startswith("text/html")
        and text.count(f"<h1>{heading}</h1>") == 1
        and 'href="/admin/"' in text
        and "hermes/admin.css" in text
        and "Traceback" not in text
    )


@pytest.mark.parametrize(
    "address", ["/admin/companies/company/?q=%00", "/admin/find/?q=a%00b", "/admin/?chart=%00"]
)
@pytest.mark.parametrize("logged_in", [True, False])
def test_a_nul_byte_in_an_address_of_staff_is_a_page(client, admin_client, address, logged_in):
    response = (admin_client if logged_in else client).get(address)

    assert response.status_code == 400
    assert is_page(response, "This address cannot be read")


def test_a_form_with_too_many_fields_is_a_page(admin_client):
    response = admin_client.post("/admin/companies/company/", {f"f{n}": "" for n in range(1100)})

    assert response.status_code == 400
    assert is_page(response, "This address cannot be read")


def test_a_page_that_is_not_there_is_a_page(admin_client):
    response = admin_client.get("/admin/merge/nothing/")

    assert response.status_code == 404
    assert is_page(response, "There is nothing at this address")


def test_a_person_who_may_not_is_told_so_on_a_page(client, django_user_model):
    user = django_user_model.objects.create(username="nobody", is_staff=True)
    client.force_login(user, backend="hermes.permissions.PermissionsBackend")

    response = client.get("/admin/companies/company/")

    assert response.status_code == 403
    assert is_page(response, "You may not open this")


def test_a_page_that_breaks_says_nothing_of_what_went_wrong(admin_client, monkeypatch):
    def broken(*_):
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(find_views, "_groups", broken)
    admin_client.raise_request_exception = False
    response = admin_client.get("/admin/find/?q=x")

    assert response.status_code == 500
    assert is_page(response, "Something went wrong here")
    assert "hunter2" not in response.content.decode()


def test_a_form_from_a_page_that_is_too_old_is_a_page(admin_user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user, backend="hermes.permissions.PermissionsBackend")

    response = client.post("/admin/companies/company/add/", {"name": "x"})

    assert response.status_code == 403
    assert is_page(response, "This page is too old")


@pytest.mark.parametrize("path", ["/nothing", "/api/nothing/", "/pipedrive/nothing/", "/adminx/"])
def test_other_addresses_keep_json(client, path):
    response = client.get(path)

    assert response.status_code == 404
    assert response.json()["status"] == "error"


def test_a_developers_error_page_shows_no_key_of_the_settings(settings):
    settings.GOOGLE_SERVICE_ACCOUNT = '{"private_key": "hunter2"}'
    settings.DATABASE_URL = "postgres://hermes:hunter2@db.example/hermes"

    assert "hunter2" not in str(get_default_exception_reporter_filter().get_safe_settings())
