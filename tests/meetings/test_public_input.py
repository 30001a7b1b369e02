"""Strange input on the public page is text, and costs nothing."""

from __future__ import annotations

import pytest

from companies.models import Company
from meetings.models import Meeting
from tests.meetings.visitor import DETAILS

pytestmark = pytest.mark.django_db

SCRIPT = '<script>alert("x")</script>'


@pytest.mark.parametrize("name", [*DETAILS, "website", "estimated_income"])
@pytest.mark.parametrize(
    "typed", [SCRIPT, "a\r\nBcc: x@y.example", "\x00", "x" * 10_000 + SCRIPT, "{{ 7|add:7 }}"]
)
def test_whatever_is_typed_is_text_and_books_nothing_that_it_should_not(visitor, host, name, typed):
    visitor.start()
    response = visitor.book(**{name: typed})

    assert "<script>alert" not in visitor.html
    if typed.startswith("{{") and name != "email":
        assert response.status_code == 303
        return
    assert response.status_code == 422
    assert f'id="{name}-error"' in visitor.html
    assert not Meeting.objects.exists()


@pytest.mark.parametrize("name", ["name", "phone", "company_name", "website", "estimated_income"])
def test_ten_thousand_characters_are_cut(visitor, host, name):
    visitor.start(plan="startup")

    assert visitor.book(**{name: "é" * 10_000}).status_code == 303


def test_whatever_an_address_brings_along_is_text(visitor, host):
    for name in ["name", "email", "plan", "country", "timezone", "time", "utm_source", "lang",
                 "site", "bdr_person_id", "from", "shown"]:  # fmt: skip
        for text in [SCRIPT, "\x00", "9" * 5000, '"><b>']:
            response = visitor.client.get(f"/book/{host.pk}/", {name: text})
            assert response.status_code == 200, (name, text)
            assert SCRIPT.encode() not in response.content
            assert b'"><b>' not in response.content


@pytest.mark.parametrize("text", ["%00", "9" * 5000, "%3Cb%3E", "-1", "a%0d%0ab", "%ff", "٣"])
def test_a_hint_that_is_wrong_costs_nothing(visitor, host, text):
    names = ["bdr_person_id", "utm_source", "utm_campaign", "site", "lang"]
    visitor.open(f"/book/{host.pk}/?" + "&".join(f"{name}={text}" for name in names))

    assert visitor.book(plan="payg").status_code == 303
    assert Company.objects.get().bdr_person is None


@pytest.mark.parametrize("first", ["", "x", "0001-01-01", "9999-12-31", "2027-02-30", "1" * 999])
def test_a_first_day_that_is_none_costs_nothing(visitor, host, first):
    visitor.start()

    assert visitor.press(first, button="from").status_code == 200
    assert visitor.press("times", shown=first).status_code == 200


def test_a_choice_that_was_forged_is_made_again(visitor, host):
    visitor.start()

    assert visitor.book(choice="5:forged").status_code == 303
