"""Whatever is sent, the answer is a clear no that names the field, and nothing is written."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companies.models import Company
from contacts.models import Contact
from meetings.models import Meeting
from tests.meetings.website import INES, NINE, sales_call

pytestmark = pytest.mark.django_db

SALES = "/callbooker/sales/book/"
SCRIPT = "<script>alert(1)</script>"


def nothing_is_kept() -> bool:
    return not (Company.objects.exists() or Contact.objects.exists() or Meeting.objects.exists())


def past():
    return (timezone.now() - timedelta(minutes=1)).isoformat()


@pytest.mark.parametrize(
    "when",
    ["", "tomorrow", "2030-13-01T00:00:00Z", "2030-06-04T25:00:00Z", None, [], {}, True, "NaN",
     10**30, -1, 0, 1e300, "2999-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "past", "²²²²",
     "2030-06-04T09:00:00+99:00", "2030-06-04T09:00\r\nX: y", SCRIPT, "1" * 10_000],
)  # fmt: skip
def test_a_time_that_is_none_or_is_over_is_refused(website, host, when):
    response = website.book(host, meeting_dt=past() if when == "past" else when)

    assert response.status_code == 422
    assert list(response.json()["errors"]) == ["meeting_dt"]
    assert nothing_is_kept()


@pytest.mark.parametrize(
    "field",
    ["name", "email", "phone", "company_name", "company_id", "country",
     "estimated_income", "website", "price_plan", "utm_source", "utm_campaign", "admin_id",
     "meeting_dt"],
)  # fmt: skip
@pytest.mark.parametrize(
    "value",
    [SCRIPT, "a\r\nBcc: all@example.org", "a\x00b", "\ud800", ["x"], {"a": 1}, "<img src=x>"],
    ids=["script", "header", "nul", "half a letter", "list", "object", "image"],
)
def test_script_headers_and_wrong_types_are_refused_by_their_field(website, host, field, value):
    body = json.dumps(sales_call(host, **{field: value}))
    response = website.post(SALES, body)

    assert response.status_code == 422
    assert list(response.json()["errors"]) == [field]
    assert nothing_is_kept()


@pytest.mark.parametrize(
    "email",
    ["ines", "ines@", "@b.example", "a b@c.example", "a@b@c.example", "a@b", "a,b@c.example",
     "x" * 10_000 + "@c.example", '"\x01"@c.example', "a@c.example, b@c.example",
     "a@[127.0.0.1]", "a@[::1]", "a@localhost"],
)  # fmt: skip
def test_an_email_that_is_none_is_refused_and_never_cut_to_anothers(website, host, email):
    response = website.book(host, email=email)

    assert response.status_code == 422
    assert list(response.json()["errors"]) == ["email"]


@pytest.mark.parametrize(
    "field",
    ["admin_id", "meeting_dt", "name", "company_name", "country", "currency", "estimated_income",
     "price_plan"],
)  # fmt: skip
def test_what_is_missing_is_named(website, host, field):
    body = sales_call(host)
    del body[field]

    response = website.post(SALES, body)

    assert response.status_code == 422
    assert list(response.json()["errors"]) == [field]


@pytest.mark.parametrize(
    ("field", "value"),
    [("price_plan", "gold"), ("country", "Portugal"), ("country", "P1"), ("name", "  "),
     ("company_name", ""), ("website", "javascript:alert(1)")],
)  # fmt: skip
def test_a_word_that_means_nothing_is_refused_by_its_field(website, host, field, value):
    response = website.book(host, **{field: value})

    assert response.status_code == 422
    assert list(response.json()["errors"]) == [field]
    assert nothing_is_kept()


@pytest.mark.parametrize("text", ["3 < 4", "a < b", "a<", "Tutors > Ltd", "I <3 maths", "<- here"])
def test_a_sign_that_begins_no_tag_is_text(website, host, entry, text):
    response = website.book(host, company_name=text)

    assert response.status_code == 200
    assert Company.objects.get().name == text


@pytest.mark.parametrize("text", ["a <b", "</b", "<!--", "<?php", "x<svg/onload=y"])
def test_what_begins_a_tag_is_refused(website, host, text):
    assert list(website.book(host, company_name=text).json()["errors"]) == ["company_name"]
    assert nothing_is_kept()


def test_what_turns_letters_round_is_left_out(website, host, entry):
    turned = "".join(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]))
    response = website.book(
        host, name=f"Ines {turned}Duarte", company_name=f"{turned}Bright{turned}path",
        email="ines@\u202ebrightpath.example",
    )  # fmt: skip

    assert response.status_code == 200
    contact = Contact.objects.get()
    assert (contact.name, contact.company.name) == ("Ines Duarte", "Brightpath")
    assert contact.email == "ines@brightpath.example"
    assert list(website.book(host, name=turned).json()["errors"]) == ["name"]


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"x"', "7", "\xff", "[[" * 5000, "NaN"])
def test_a_body_that_is_no_object_is_refused(website, host, body):
    response = website.post(SALES, body.encode("latin-1"))

    assert response.status_code in {400, 422}
    assert response.json()["status"] == "error"


def test_another_form_than_json_is_refused(website, host):
    response = website.client.post(SALES, INES)

    assert response.status_code == 415
    assert response.json()["code"] == "unsupported_media_type"


def test_a_body_over_a_mebibyte_is_refused(website, host):
    response = website.post(SALES, b'{"name": "' + b"x" * 1024 * 1024 + b'"}')

    assert (response.status_code, response.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_other_methods_are_not_allowed(website, host, method):
    response = getattr(website.client, method)(SALES)

    assert response.status_code == 405


def test_a_visitor_who_reads_anything_gets_json_all_the_same(website, host):
    response = website.client.get("/loc/", HTTP_ACCEPT="text/html;q=0.1, application/x")

    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"


#: NUL and half a letter stand in few texts of their own accord.
anything = st.text(max_size=40) | st.sampled_from(["\x00", "7\x00", "\ud800", "7\udfff"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | anything,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
#: Queries as a server hands them on.
query = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n#"), max_size=80)
many = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@many
@given(
    data=st.dictionaries(
        st.sampled_from([*INES, "admin_id", "meeting_dt", "company_id", "bdr_person_id", "e", "s"]),
        values,
    )
)
def test_nothing_that_is_sent_causes_an_error(website, host, data):
    body = json.dumps({**sales_call(host, NINE), **data})

    assert website.post(SALES, body).status_code in {200, 400, 422}
    assert website.post("/callbooker/support/book/", body).status_code in {
        200,
        400,
        403,
        404,
        422,
        503,
    }


@many
@given(
    text=query,
    values=st.dictionaries(
        st.sampled_from(["plan", "country_code", "admin_id", "start_dt", "end_dt", "e", "s"]),
        st.text(max_size=30).map(lambda text: text.encode("utf-8", "replace").decode()),
    ),
)
def test_no_query_causes_an_error(website, host, text, values):
    for path in ["/loc/", "/choose-roundrobin/sales/", "/callbooker/availability/",
                 "/callbooker/support-link/validate/", "/companies/",
                 "/callbooker/support-link/generate/tc2/"]:  # fmt: skip
        assert website.client.get(path, QUERY_STRING=text).status_code < 500
        assert website.get(path, **values).status_code < 500
