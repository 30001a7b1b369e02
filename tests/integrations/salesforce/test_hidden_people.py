"""What we may no longer see of a borrower is left as it is, and staff hear of it."""

from __future__ import annotations

import json

import pytest

from integrations.models import SyncLog
from integrations.sandbox.salesforce.demo_settings import COBORROWER
from tests.salesforce_loop import co

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("field", ["Email", "Phone"])
def test_a_field_of_borrowers_that_is_taken_from_us_clears_nothing_and_is_told(salesforce, field):
    borrower = salesforce.borrower(Phone="+1 202 555 0143", MobilePhone="+1 202 555 0199")
    salesforce.loan(borrower)
    salesforce.poll()
    salesforce.hide_field(field, "contact")
    salesforce.later(60)
    salesforce.org.edit("contact", borrower, LastName="Moss")

    salesforce.poll()

    contact = salesforce.linked("contact", borrower)
    assert (contact.name, contact.email) == ("Ada Moss", "Quill@quill.example")
    assert contact.phone == "+1 202 555 0143"
    assert SyncLog.objects.filter(message__contains=f"Contact has no field {field} ").count() == 1


def test_a_mobile_that_is_not_shown_does_not_clear_the_one_that_we_have(salesforce):
    borrower = salesforce.borrower(Phone=None, MobilePhone="+1 202 555 0199")
    salesforce.loan(borrower)
    salesforce.poll()
    salesforce.hide_field("MobilePhone", "contact")
    salesforce.later(60)
    salesforce.org.edit("contact", borrower, LastName="Moss")

    salesforce.poll()

    assert salesforce.linked("contact", borrower).phone == "+1 202 555 0199"


@pytest.mark.parametrize("part", ["last_name", "email", "phone"])
def test_a_part_of_a_coborrower_that_is_taken_from_us_is_left_as_it_is(salesforce, settings, part):
    settings.SALESFORCE_COBORROWER_FIELDS = json.dumps(COBORROWER)
    tom = co(first_name="Tom", last_name="Quill", email="tom@quill.example", phone="2025550143")
    borrower = salesforce.borrower(**tom)
    salesforce.loan(borrower)
    salesforce.poll()
    salesforce.hide_field(COBORROWER[part], "contact")
    salesforce.later(60)
    salesforce.org.edit("contact", borrower, LastName="Moss")

    salesforce.poll()

    contact = salesforce.linked("contact", f"{borrower}:co-borrower")
    assert (contact.name, contact.email) == ("Tom Quill", "tom@quill.example")
    assert contact.phone == "2025550143"
