"""Codes and addresses: asked of what people type, and of nothing that systems send."""

from __future__ import annotations

import pytest
from django.urls import reverse

from companies.models import Company
from contacts.models import Contact
from tests.factories import CompanyFactory, ContactFactory, DealFactory

from .forms import opened, page, save

pytestmark = pytest.mark.django_db

REFUSED = [
    (CompanyFactory, "currency", "ZZZ", "Currency must be a currency's code of three letters"),
    (CompanyFactory, "currency", "£", "Currency must be"),
    (DealFactory, "currency", "XXA", "Currency must be"),
    (CompanyFactory, "country", "ZZ", "Country must be a country's code of two letters"),
    (ContactFactory, "country", "1", "Country must be"),
    (CompanyFactory, "website", "nonsense", "Website must be an address on the web"),
    (CompanyFactory, "website", "javascript:alert(1)", "Website must be"),
    (CompanyFactory, "website", "ftp://larkfield.example", "Website must be"),
    (ContactFactory, "email", "nobody", "Email must be an address such as"),
    (ContactFactory, "email", "a@b@c.example", "Email must be"),
]


@pytest.mark.parametrize(("factory", "field", "typed", "said"), REFUSED)
def test_nonsense_that_a_person_types_is_refused_at_its_field(
    client, staff, factory, field, typed, said
):
    staff("sales")
    record = factory()
    before = getattr(record, field)

    response = client.post(page(record), {**opened(client, record), field: typed})

    assert response.status_code == 200
    assert said in " ".join(response.context["adminform"].form.errors[field])
    record.refresh_from_db()
    assert getattr(record, field) == before


def test_nonsense_in_a_new_record_is_refused_too(client, staff):
    staff("sales")

    response = client.post(
        reverse("admin:contacts_contact_add"), {"last_name": "Nair", "email": "nobody"}
    )

    assert list(response.context["adminform"].form.errors) == ["email"]
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("currency", "gbp", "GBP"),
        ("currency", "", ""),
        ("country", "gb", "GB"),
        ("country", "UK", "GB"),
        ("website", "larkfield.example", "larkfield.example"),
        ("website", "http://larkfield.example/uk?a=b", "http://larkfield.example/uk?a=b"),
    ],
)
def test_codes_are_kept_in_capitals_and_addresses_as_typed(client, staff, field, typed, kept):
    staff("sales")
    company = CompanyFactory()

    save(client, company, **{field: typed})

    company.refresh_from_db()
    assert getattr(company, field) == kept


def test_what_a_system_sent_stays_and_hinders_no_other_change(client, staff, pipedrive):
    staff("sales")
    org = pipedrive.create("organization", name="Larkfield")
    pipedrive.tell("create", "organization", org["id"])
    emails = [{"value": "ring her", "primary": True}]
    person = pipedrive.create("person", name="Nair", org_id=org["id"], emails=emails)
    pipedrive.tell("create", "person", person["id"])
    contact = Contact.objects.get()
    assert contact.email == "ring her"

    save(client, contact, job_title="Head")

    contact.refresh_from_db()
    assert (contact.email, contact.job_title) == ("ring her", "Head")


def test_an_odd_website_that_came_from_elsewhere_is_no_fault_of_who_edits(client, staff):
    staff("sales")
    company = CompanyFactory(website="ask Sam", currency="???", country="??")

    save(client, company, name="Larkfield")

    assert Company.objects.values_list("name", "website", "currency").get() == (
        "Larkfield", "ask Sam", "???",
    )  # fmt: skip
