"""Which company and contact somebody is who books a call."""

from __future__ import annotations

from datetime import timedelta

import pytest

from companies.models import Company
from contacts.models import Contact
from meetings.models import Meeting
from tests.factories import (
    CompanyFactory,
    ContactFactory,
)
from tests.meetings.website import INES, NINE

pytestmark = pytest.mark.django_db


def test_the_company_is_known_by_its_id_before_all_else(website, host, known, entry):
    named = CompanyFactory(name="Other")

    website.book(host, company_id=named.pk)

    meeting = Meeting.objects.get()
    assert meeting.company == named
    assert meeting.contact.company == named
    assert Company.objects.count() == 2


def test_an_unknown_id_counts_for_nothing(website, host, known):
    for number, pk in enumerate([999_999, -5, 10**30]):
        response = website.book(host, NINE + timedelta(days=number), company_id=pk)
        assert response.status_code == 200

    assert set(Meeting.objects.values_list("company", flat=True)) == {known.company_id}


def test_an_id_that_was_merged_away_means_the_survivor(website, host, known):
    gone = CompanyFactory(merged_into=known.company, archived_at=NINE)

    website.book(host, company_id=gone.pk, email="new@brightpath.example", phone="")

    assert Meeting.objects.get().company == known.company


def test_the_company_is_known_by_the_email_of_a_contact_before_its_name(website, host, known):
    CompanyFactory(name="Elsewhere")

    website.book(host, company_name="Elsewhere", email="INES@brightpath.EXAMPLE")

    meeting = Meeting.objects.get()
    assert (meeting.company, meeting.contact) == (known.company, known)


def test_of_several_contacts_with_an_email_the_newest_counts(website, host, known):
    newest = ContactFactory(email=known.email)

    website.book(host)

    assert Meeting.objects.get().contact == newest


def test_the_company_is_known_by_the_digits_of_a_phone(website, host, known):
    Contact.objects.update(phone="+351 (21) 555-0100")

    website.book(host, email="reception@brightpath.example", company_name="Elsewhere",
                 phone="351 215550100")  # fmt: skip

    meeting = Meeting.objects.get()
    assert meeting.company == known.company


def test_a_colleagues_phone_makes_nobody_the_colleague(website, host, known):
    website.book(host, name="Rui Reis", email="rui@brightpath.example")

    meeting = Meeting.objects.get()
    assert meeting.company == known.company
    assert (meeting.contact.name, meeting.contact.email) == ("Rui Reis", "rui@brightpath.example")
    known.refresh_from_db()
    assert (known.name, known.email) == ("Inês D.", "Ines@Brightpath.example")


def test_a_colleagues_phone_without_an_email_calls_nobody(website, host, known):
    response = website.book(host, name="Rui Reis", email="")

    assert (response.status_code, response.json()["code"]) == (400, "no_email")
    assert not Meeting.objects.exists()


def test_a_phone_of_few_digits_is_nobodys(website, host, entry):
    ContactFactory(phone="12")

    website.book(host, phone="1 2")

    assert Meeting.objects.get().company.name == "Brightpath"


def test_the_newest_company_of_a_name_is_known_by_it_whatever_its_case(website, host, entry):
    CompanyFactory(name="Brightpath")
    newest = CompanyFactory(name="BRIGHTPATH")

    website.book(host, company_name=" brightPath ")

    assert Meeting.objects.get().company == newest
    assert Contact.objects.get().company == newest


def test_within_a_company_a_contact_is_known_by_the_email(website, host, entry):
    company = CompanyFactory(name="Brightpath")
    ContactFactory(company=company, last_name="Duarte", email="other@brightpath.example")

    website.book(host)

    assert Contact.objects.filter(company=company).count() == 2


def test_without_an_email_a_contact_is_known_by_the_last_name(website, host, entry):
    company = CompanyFactory(name="Brightpath")
    contact = ContactFactory(company=company, last_name="DUARTE", email="i@brightpath.example")

    response = website.book(host, email="", phone="")

    assert response.status_code == 200
    assert Meeting.objects.get().contact == contact


def test_a_contact_without_an_email_gets_the_one_given(website, host, entry):
    company = CompanyFactory(name="Other")
    contact = ContactFactory(company=company, email="", phone=INES["phone"], last_name="Reis")

    website.book(host)

    contact.refresh_from_db()
    assert (contact.email, contact.last_name) == (INES["email"], "Reis")


def test_within_a_company_somebody_of_the_same_name_without_an_email_is_the_visitor(
    website, host, entry
):
    company = CompanyFactory(name="Brightpath")
    contact = ContactFactory(company=company, first_name="INES", last_name="Duarte", email="")

    website.book(host)

    contact.refresh_from_db()
    assert Meeting.objects.get().contact == contact
    assert contact.email == INES["email"]


@pytest.mark.parametrize("state", [{"archived_at": NINE}, {"narc": True}])
def test_a_company_that_is_archived_or_no_customer_is_nobodys(website, host, known, state):
    Company.objects.filter(pk=known.company_id).update(**state)

    website.book(host, company_id=known.company_id)

    assert Meeting.objects.get().company != known.company


def test_somebody_of_no_company_is_still_that_person(website, host, entry):
    alone = ContactFactory(company=None, email=INES["email"])

    website.book(host)

    alone.refresh_from_db()
    assert Meeting.objects.get().contact == alone
    assert alone.company == Company.objects.get()


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("ines duarte", "Ines", "Duarte"),
        ("INES DUARTE", "Ines", "Duarte"),
        ("Conor McKay", "Conor", "McKay"),
        ("duarte", "", "Duarte"),
        ("Ines de la Cruz", "Ines", "de la Cruz"),
    ],
)
def test_a_name_is_split_at_its_first_blank_and_mended_only_where_it_has_one_case(
    website, host, entry, typed, first, last
):
    website.book(host, name=typed)

    contact = Contact.objects.get()
    assert (contact.first_name, contact.last_name) == (first, last)
