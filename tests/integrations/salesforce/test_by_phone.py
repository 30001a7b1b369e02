"""Borrowers who are known by their phone number."""

from __future__ import annotations

import pytest
from django.utils import timezone

from contacts.models import Contact
from integrations.models import OutboxEntry, OutboxState, PossibleDuplicate
from integrations.sync import phone_numbers
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


def known(phone="+1 202 555 0143", **values) -> Contact:
    who = {"first_name": "Ada", "last_name": "Quill", "email": "", "company": None} | values
    return ContactFactory(phone=phone, **who)


def polled(salesforce, phone="(202) 555-0143", **values):
    """What a borrower with this number became."""
    borrower = salesforce.borrower(**{"Email": None, "Phone": phone} | values)
    salesforce.loan(borrower)
    salesforce.poll()
    return salesforce.linked("contact", borrower)


@pytest.mark.parametrize(
    "written", ["2025550143", "+12025550143", "001 202-555-0143", "1.202.555.0143"]
)
def test_a_number_is_the_same_however_it_is_written(salesforce, written):
    contact = known(written)

    assert polled(salesforce) == contact
    assert polled(salesforce, LastName="Quill-Hale", Phone="+44 20 7946 0958") != contact


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("555 0143", "555 0143"),
        ("", ""),
        ("2025550143", "2025550144"),
        ("+44 20 7946 0958", "+1 207 946 0958"),
        ("+52 25550143", "2025550143"),
        ("٢٠٢٥٥٥٠١٤٣", "٢٠٢٥٥٥٠١٤٣"),
    ],
)
def test_too_few_digits_or_other_ones_are_no_number_that_is_the_same(one, other):
    assert not phone_numbers.are_one(one, other)


@pytest.mark.parametrize("name", ["Ada M. Quill", "ada quill", "Àda Quill"])
def test_the_name_need_only_be_alike(salesforce, name):
    first, _, last = name.rpartition(" ")
    contact = known(first_name=first, last_name=last)

    assert polled(salesforce) == contact


def test_another_name_with_the_number_is_another_person(salesforce):
    tom = known(first_name="Tom")

    assert polled(salesforce) != tom
    assert not PossibleDuplicate.objects.exists()


def test_the_address_goes_before_the_number(salesforce):
    known()
    by_address = known(phone="", email="ada@quill.example")

    assert polled(salesforce, Email="Ada@quill.example") == by_address


def test_a_person_is_asked_who_of_several_it_is(salesforce):
    several = [known(), known("2025550143", first_name="Ada M.")]

    contact = polled(salesforce)

    assert contact not in several
    asked = PossibleDuplicate.objects.values_list("first_id", "second_id", "why")
    assert set(asked) == {(one.pk, contact.pk, "the same phone number") for one in several}


def test_two_borrowers_with_one_number_and_one_name_are_not_made_one(salesforce):
    assert polled(salesforce) != polled(salesforce)
    assert Contact.objects.count() == 2


def test_who_was_archived_is_nobody(salesforce):
    gone = known(archived_at=timezone.now())

    assert polled(salesforce) != gone


# -- in Pipedrive ---------------------------------------------------------------------------


def person(pipedrive, name="Ada Quill", phone="(202) 555-0143", **values):
    phones = [{"value": phone, "primary": True}]
    return pipedrive.create("person", name=name, phones=phones, **values)


def persons(pipedrive):
    return list(pipedrive.account.records("person"))


def test_a_person_there_with_the_number_and_a_name_that_is_alike_is_the_borrower(loans, pipedrive):
    there = person(pipedrive, "Ada M. Quill")

    contact = polled(loans)
    pipedrive.send()

    assert [one["id"] for one in persons(pipedrive)] == [there["id"]]
    assert pipedrive.linked("contact", there["id"]) == contact


def test_who_shares_a_number_there_is_somebody_else(loans, pipedrive):
    person(pipedrive, "Tom Quill")

    polled(loans)
    pipedrive.send()

    assert len(persons(pipedrive)) == 2


def test_of_several_persons_with_the_number_none_is_chosen(loans, pipedrive):
    first, second = person(pipedrive), person(pipedrive)

    polled(loans)
    pipedrive.send()

    assert len(persons(pipedrive)) == 2
    stopped = OutboxEntry.objects.get(kind="contact", state=OutboxState.DEAD)
    assert f"{first['id']}, {second['id']}" in stopped.last_error


def test_numbers_are_only_looked_for_where_no_address_led_to_anybody(loans, pipedrive):
    emails = [{"value": "ada@quill.example", "primary": True}]
    there = person(pipedrive, emails=emails)
    person(pipedrive)

    polled(loans, Email="ada@quill.example")
    pipedrive.send()

    assert pipedrive.linked("contact", there["id"])
    assert not [call for call in pipedrive.sandbox.calls if call.query.get("fields") == "phone"]
