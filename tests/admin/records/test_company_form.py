"""The form of a company, as sales people read it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from companies import history
from tests.factories import CompanyFactory

from .forms import opened, page, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return CompanyFactory(name="Larkfield")


def test_an_empty_questionnaire_is_an_empty_box_and_stays_empty(client, staff, company):
    staff("sales")
    assert opened(client, company)["signup_questionnaire"] == ""

    save(client, company, name="Larkfield Ltd", signup_questionnaire="")

    company.refresh_from_db()
    assert (company.name, company.signup_questionnaire) == ("Larkfield Ltd", {})
    assert [change.field for change in history.since(company, 0)] == ["name"]


def test_a_questionnaire_that_is_cleared_is_empty(client, staff, company):
    staff("sales")
    save(client, company, signup_questionnaire='{"how": "friend"}')

    save(client, company, signup_questionnaire="")

    company.refresh_from_db()
    assert company.signup_questionnaire == {}


def test_the_fields_of_a_company_have_plain_names(client, staff, company):
    staff("sales")
    labels = {
        name: field.label
        for name, field in client.get(page(company)).context["adminform"].form.fields.items()
    }

    assert labels["pay0_at"] == "Payment milestone 0"
    assert labels["gclid"] == "Google Ads click ID"
    assert labels["signup_questionnaire"] == "Sign-up questionnaire"


@pytest.mark.parametrize("label", ["companies_company", "contacts_contact", "deals_deal"])
def test_a_new_record_has_nothing_to_tell_of_itself_yet(client, staff, label):
    staff("sales")
    text = client.get(reverse(f"admin:{label}_add")).content.decode()

    assert "DatabaseDefault" not in text
    assert "Created at" not in text
    assert "Merged into" not in text
