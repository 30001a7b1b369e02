"""A support call is booked. Workflows, "Support call booked"."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from companies.models import Company
from contacts.models import Contact
from deals.models import Deal
from meetings import support_links
from meetings.models import Meeting
from tests.factories import CompanyFactory, ContactFactory, DealFactory
from tests.meetings.website import INES, NINE

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(db):
    return CompanyFactory(name="Brightpath")


def test_the_named_company_gets_a_call_and_no_deal(website, host, company, entry, calendar):
    response = website.book_support(host, company)

    assert response.status_code == 200
    meeting = Meeting.objects.get()
    assert (meeting.kind, meeting.company, meeting.host) == ("support", company, host)
    assert meeting.deal is None
    assert not Deal.objects.exists()
    assert len(calendar.events()) == 1


def test_an_open_deal_is_left_alone(website, host, company, entry):
    deal = DealFactory(company=company, stage=entry)
    before = deal.updated_at

    website.book_support(host, company)

    deal.refresh_from_db()
    assert deal.updated_at == before
    assert Meeting.objects.get().deal is None


def test_nothing_of_the_company_is_changed(website, host, company):
    before = company.updated_at

    website.book_support(host, company)

    company.refresh_from_db()
    assert company.updated_at == before
    assert not company.has_booked_call


def test_an_unknown_contact_is_made_in_the_company(website, host, company):
    website.book_support(host, company)

    contact = Contact.objects.get()
    assert (contact.company, contact.email, contact.last_name) == (
        company, INES["email"], "Duarte",
    )  # fmt: skip


def test_a_known_contact_is_found_by_email_or_without_one_by_the_last_name(website, host, company):
    contact = ContactFactory(company=company, last_name="Duarte", email=INES["email"])

    website.book_support(host, company)
    website.book_support(host, company, NINE + timedelta(days=1), email=None)

    assert {meeting.contact for meeting in Meeting.objects.all()} == {contact}
    assert Contact.objects.count() == 1


def test_a_company_that_is_not_there_is_not_found_and_nothing_is_kept(website, host):
    for pk in [999_999, 10**30]:
        response = website.book_support(host, pk)
        assert response.status_code == 404
        assert list(response.json()["errors"]) == ["company_id"]

    assert not Contact.objects.exists()


def test_without_an_id_the_company_is_known_by_a_contacts_email(website, host, company):
    contact = ContactFactory(company=company, email=INES["email"])

    assert website.book_support(host, None).status_code == 200
    assert Meeting.objects.get().contact == contact


def test_without_an_id_the_company_is_known_by_its_name(website, host, company):
    assert website.book_support(host, None, company_name="BRIGHTPATH").status_code == 200
    assert Meeting.objects.get().company == company


def test_without_an_id_an_unknown_company_is_made_and_the_host_supports_it(website, host):
    website.book_support(host, None, company_name="Brightpath")

    company = Company.objects.get()
    assert (company.name, company.support_person, company.sales_person) == (
        "Brightpath", host, None,
    )  # fmt: skip


def test_who_says_nothing_of_a_company_is_asked(website, host):
    response = website.book_support(host, None)

    assert response.status_code == 422
    assert list(response.json()["errors"]) == ["company_id"]
    assert not Company.objects.exists()


def test_no_call_is_made_beside_another_one_or_while_the_host_is_busy(
    website, host, company, calendar
):
    website.book_support(host, company)
    calendar.take(host, NINE.replace(hour=14), NINE.replace(hour=15))

    beside = website.book_support(host, company, NINE + timedelta(minutes=90))
    busy = website.book_support(host, company, NINE.replace(hour=14, minute=15))

    assert (beside.status_code, beside.json()["code"]) == (400, "meeting_exists")
    assert (busy.status_code, busy.json()["code"]) == (400, "admin_busy")
    assert Meeting.objects.count() == 1


# -- with the values of a signed link -------------------------------------------------------


@pytest.fixture
def signed(support_link_key, host, company):
    expires = int(time.time()) + 60
    return {"e": expires, "s": support_links.signature(host.pk, company.pk, expires)}


def test_a_signed_link_books(website, host, company, signed):
    assert website.book_support(host, company, **signed).status_code == 200


def test_a_forged_link_books_nothing(website, host, company, signed):
    for forged in [{"s": "0" * 64}, {"e": signed["e"] + 1}, {"s": ""}, {"e": None}, {"s": "ü"}]:
        response = website.book_support(host, company, **{**signed, **forged})
        assert response.status_code == 403
        assert response.json()["code"] == "invalid_signature"

    assert not Contact.objects.exists()


def test_an_expired_link_books_nothing(website, host, company, signed):
    past = int(time.time()) - 1
    old = {"e": past, "s": support_links.signature(host.pk, company.pk, past)}

    response = website.book_support(host, company, **old)

    assert (response.status_code, response.json()["code"]) == (403, "expired")
    assert not Meeting.objects.exists()
