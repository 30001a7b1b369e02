"""Signed links of support calls."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

import pytest

from meetings import support_links
from tests.factories import CompanyFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("support_link_key")]

VALIDATE = "/callbooker/support-link/validate/"


@pytest.fixture
def company(db):
    return CompanyFactory(name="Brightpath")


def values(host_id, company_id, expires):
    signed = support_links.signature(host_id, company_id, expires)
    return {"admin_id": host_id, "company_id": company_id, "e": expires, "s": signed}


def test_the_vector_of_the_contract():
    assert support_links.signature(7, 42, 1767607200) == (
        "4a24a1928089279c6e0f862c7cad6dc3473f468ce68f65476d952a6746c8d104"
    )


def test_a_link_leads_to_the_website_and_is_good_for_four_days(website, host, company):
    parts = urlsplit(support_links.link(host, company))
    query = {name: found[0] for name, found in parse_qs(parts.query).items()}

    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == (
        f"https://www.vendor.example/book/{host.pk}/"
    )
    assert int(query["e"]) - time.time() == pytest.approx(4 * 86_400, abs=60)
    response = website.get(VALIDATE, **query)
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "company_name": "Brightpath"}


def test_a_wrong_signature_is_told_before_anything_else(website, host, company):
    good = values(host.pk, company.pk, int(time.time()) + 60)
    for forged in [{"s": "x"}, {"s": "ü"}, {"admin_id": 999_999}, {"company_id": 999_999},
                   {"e": 1}, {"e": 10**30}, {"admin_id": -1}]:  # fmt: skip
        response = website.get(VALIDATE, **{**good, **forged})
        assert response.status_code == 403, forged
        assert response.json()["code"] == "invalid_signature"


def test_an_old_link_has_expired(website, host, company):
    response = website.get(VALIDATE, **values(host.pk, company.pk, int(time.time()) - 1))

    assert (response.status_code, response.json()["code"]) == (403, "expired")


def test_a_right_link_to_who_is_not_there_is_not_found(website, host, company):
    later = int(time.time()) + 60

    assert website.get(VALIDATE, **values(999_999, company.pk, later)).status_code == 404
    assert website.get(VALIDATE, **values(host.pk, 999_999, later)).status_code == 404


@pytest.mark.parametrize("missing", ["admin_id", "company_id", "e", "s"])
def test_a_missing_value_is_named(website, host, company, missing):
    good = values(host.pk, company.pk, int(time.time()) + 60)
    del good[missing]

    response = website.get(VALIDATE, **good)

    assert response.status_code == 422
    assert list(response.json()["errors"]) == [missing]


def test_without_a_key_there_are_no_links(website, host, company, settings):
    good = values(host.pk, company.pk, int(time.time()) + 60)
    settings.SUPPORT_LINK_KEY = ""

    response = website.get(VALIDATE, **good)

    assert (response.status_code, response.json()["code"]) == (503, "not_configured")
    booked = website.book_support(host, company, e=good["e"], s=good["s"])
    assert booked.status_code == 503
