"""Who may call the booking API, from where, and how often."""

from __future__ import annotations

import re

import pytest
from django.test import RequestFactory

from meetings.throttling import address_of
from tests.meetings.website import NINE, Website, sales_call

pytestmark = pytest.mark.django_db

SITE = "https://www.vendor.example"


@pytest.fixture
def _limits(settings):
    settings.CALLBOOKER_READS_PER_MINUTE = 20
    settings.CALLBOOKER_BOOKINGS_PER_MINUTE = 5


@pytest.fixture
def _site(settings):
    settings.CORS_ALLOWED_ORIGINS = [SITE]


# -- how often ------------------------------------------------------------------------------


@pytest.mark.usefixtures("_limits")
def test_the_twenty_first_question_in_a_minute_is_put_off(website, host):
    answers = [website.get("/loc/") for _ in range(21)]

    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert answers[-1].json()["code"] == "throttled"


@pytest.mark.usefixtures("_limits")
@pytest.mark.parametrize("path", ["/companies/", "/callbooker/support-link/generate/tc2/"])
def test_who_has_the_key_is_put_off_as_well(website, db, settings, path):
    settings.TC2_API_KEY = "key"
    answers = [website.client.get(path, HTTP_AUTHORIZATION="token key") for _ in range(21)]

    assert [answer.status_code for answer in answers] == [422] * 20 + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60


@pytest.mark.usefixtures("_limits")
def test_the_sixth_booking_in_a_minute_is_put_off_and_questions_are_not(website, host):
    answers = [website.book(host, email=f"ines{n}@b.example", phone="") for n in range(6)]

    assert answers[0].status_code == 200
    assert answers[5].status_code == 429
    assert website.get("/loc/").status_code == 200


@pytest.mark.usefixtures("_limits")
def test_one_email_is_counted_wherever_its_requests_come_from(website, host):
    answers = [
        website.post(
            "/callbooker/sales/book/", sales_call(host, NINE, name=f"Ines {n}"),
            REMOTE_ADDR=f"198.51.100.{n}",
        ).status_code
        for n in range(6)
    ]  # fmt: skip

    assert answers[0] == 200
    assert 429 not in answers[:5]
    assert answers[5] == 429


@pytest.mark.usefixtures("_limits")
def test_who_is_put_off_uses_up_nobodys_email(website, host):
    for _ in range(12):
        website.book(host, email="ines@brightpath.example", country="none")
    for n in range(5):
        website.book(host, email=f"other{n}@b.example", country="none")

    response = website.post(
        "/callbooker/sales/book/", sales_call(host, email="other4@b.example"),
        REMOTE_ADDR="198.51.100.9",
    )  # fmt: skip

    assert response.status_code == 200


@pytest.mark.usefixtures("_limits")
def test_visitors_are_counted_by_themselves(website, host):
    for n in range(21):
        assert website.client.get("/loc/", REMOTE_ADDR=f"198.51.100.{n}").status_code == 200


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "visitor"),
    [
        ([], "203.0.113.5", "198.51.100.1", "203.0.113.5"),
        (["10.0.0.0/8"], "10.0.0.1", "198.51.100.1", "198.51.100.1"),
        (["10.0.0.0/8"], "10.0.0.1", "192.0.2.9, 198.51.100.1, 10.0.0.7", "198.51.100.1"),
        (["10.0.0.0/8"], "203.0.113.5", "198.51.100.1", "203.0.113.5"),
        (["10.0.0.0/8"], "10.0.0.1", "nonsense", "10.0.0.1"),
        (["10.0.0.0/8"], "10.0.0.1", "", "10.0.0.1"),
        (["::1/128"], "::1", "2001:db8::7", "2001:db8::7"),
        (["10.0.0.0/8"], "::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        (["10.0.0.0/8"], "::ffff:10.0.0.1", "::ffff:198.51.100.1", "::ffff:198.51.100.1"),
    ],
)
def test_a_forwarded_address_is_believed_of_our_own_proxies_only(
    settings, proxies, remote, forwarded, visitor
):
    from ipaddress import ip_network

    settings.TRUSTED_PROXIES = [ip_network(each) for each in proxies]
    request = RequestFactory().get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded)

    assert address_of(request) == visitor


@pytest.mark.usefixtures("_limits")
def test_a_household_is_one_visitor_however_it_changes_its_address(website, host):
    answers = [
        website.client.get("/loc/", REMOTE_ADDR=f"2001:db8:1:2::{n:x}") for n in range(1, 22)
    ]

    assert answers[-1].status_code == 429


@pytest.mark.usefixtures("_limits")
def test_visitors_of_a_proxy_that_speaks_both_sorts_of_address_are_not_one_household(website, host):
    for n in range(21):
        address = f"::ffff:198.51.100.{n}"
        assert website.client.get("/loc/", REMOTE_ADDR=address).status_code == 200


@pytest.mark.usefixtures("_limits")
def test_an_older_address_is_one_visitor_however_it_is_written(website, host):
    forms = ["198.51.100.1", "::ffff:198.51.100.1", "::ffff:c633:6401"] * 7
    answers = [website.client.get("/loc/", REMOTE_ADDR=form) for form in forms]

    assert answers[-1].status_code == 429


# -- from where -----------------------------------------------------------------------------


@pytest.mark.usefixtures("_site")
def test_our_website_may_call_and_no_other(website, host):
    ours = website.client.get("/loc/", HTTP_ORIGIN=SITE)
    others = website.client.get("/loc/", HTTP_ORIGIN="https://evil.example")

    assert ours["Access-Control-Allow-Origin"] == SITE
    assert ours["Access-Control-Expose-Headers"] == "Retry-After"
    assert "Access-Control-Allow-Credentials" not in ours
    assert "Access-Control-Allow-Origin" not in others
    assert "origin" in ours["Vary"].lower()


@pytest.mark.usefixtures("_site")
def test_a_browser_that_asks_first_is_answered(website):
    asked = {"HTTP_ORIGIN": SITE, "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "POST"}
    response = website.client.options("/callbooker/sales/book/", **asked)

    assert response.status_code == 200
    assert "POST" in response["Access-Control-Allow-Methods"]
    assert "content-type" in response["Access-Control-Allow-Headers"]


@pytest.mark.usefixtures("_site")
@pytest.mark.parametrize(
    "path",
    ["/companies/", "/callbooker/support-link/generate/tc2/", "/admin/login/",
     "/pipedrive/callback/", "/healthz"],
)  # fmt: skip
def test_nothing_else_may_be_called_from_a_website(website, path):
    response = website.client.get(path, HTTP_ORIGIN=SITE)

    assert "Access-Control-Allow-Origin" not in response


def test_no_cookie_is_set_and_none_counts(website, host, admin_user):
    website.client.force_login(admin_user)
    assert website.book(host).status_code == 200

    assert not Website().get("/loc/").cookies


# -- what developers read -------------------------------------------------------------------


def test_the_documentation_has_every_path_with_examples(client):
    schema = client.get("/api/schema/", HTTP_ACCEPT="application/json").json()

    paths = {path for path in schema["paths"] if not path.startswith("/api/")}
    assert paths == {
        "/loc/", "/choose-roundrobin/sales/", "/choose-roundrobin/support/",
        "/callbooker/availability/", "/callbooker/sales/book/", "/callbooker/support/book/",
        "/callbooker/support-link/generate/tc2/", "/callbooker/support-link/validate/",
        "/companies/",
    }  # fmt: skip
    booking = schema["paths"]["/callbooker/sales/book/"]["post"]
    assert booking["requestBody"]["content"]["application/json"]["examples"]
    assert set(booking["responses"]) == {"200", "400", "422", "429"}
    assert re.search("Ines Duarte", str(booking))
