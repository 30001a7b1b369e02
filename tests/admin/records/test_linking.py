"""Joining a record to one that another system has already, by its number there."""

from __future__ import annotations

import pytest
from django.urls import reverse

from companies.models import Company
from integrations.models import ExternalLink
from tests.factories import CompanyFactory

from .forms import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def larkfield(pipedrive):
    """A company that Pipedrive has, and its number there."""
    org = pipedrive.create("organization", name="Larkfield <Tutors>")
    pipedrive.tell("create", "organization", org["id"])
    return Company.objects.get(), org["id"]


def link(client, record, number):
    """Press Link; what the record's page says then."""
    address = reverse("record-link", args=["company", record.pk, "pipedrive"])
    response = client.post(address, {"remote_id": number}, follow=True)
    return " ".join(map(str, response.context["messages"]))


def test_a_number_that_another_record_has_names_that_record_and_leads_to_it(
    client, staff, pipedrive, larkfield
):
    staff("sales lead")
    owner, number = larkfield
    other = CompanyFactory()

    said = link(client, other, number)

    assert f"Pipedrive {number} belongs to" in said
    assert f'href="{page(owner)}">Larkfield &lt;Tutors&gt;</a> already' in said
    assert not ExternalLink.objects.filter(record_id=other.pk, kind="company").exists()
    merging = f"{reverse('merge', args=['company'])}?ids={other.pk}%2C{owner.pk}"
    assert f'href="{merging}">merge them</a>' in said
    assert client.get(merging).status_code == 200


def test_one_who_may_not_merge_is_told_whom_to_ask(client, staff, pipedrive, larkfield):
    staff("sales")
    owner, number = larkfield

    said = link(client, CompanyFactory(), number)

    assert page(owner) in said
    assert "ask a sales lead to merge them" in said
    assert "/merge/" not in said


def test_what_was_unlinked_is_shown_and_linked_again_with_one_button(
    client, staff, pipedrive, larkfield
):
    staff("sales")
    company, number = larkfield
    partner = ExternalLink.objects.get(kind="company", record_id=company.pk)
    client.post(reverse("record-unlink", args=["company", company.pk, partner.pk]))

    text = client.get(page(company)).content.decode()
    assert f"Kept apart from Pipedrive {number}" in text
    assert f'name="remote_id" value="{number}"' in text
    assert f"unlinked it from Pipedrive {number}" in text

    assert f"linked to Pipedrive {number} now" in link(client, company, number)
    assert "Kept apart" not in client.get(page(company)).content.decode()


def test_what_was_unlinked_is_no_matter_once_there_is_another_partner(
    client, staff, pipedrive, larkfield
):
    staff("sales")
    company, number = larkfield
    partner = ExternalLink.objects.get(kind="company", record_id=company.pk)
    client.post(reverse("record-unlink", args=["company", company.pk, partner.pk]))
    Company.objects.filter(pk=company.pk).update(website="https://larkfield.example")
    pipedrive.send()

    text = client.get(page(company)).content.decode()
    assert f"Kept apart from Pipedrive {number}" not in text
    assert f'name="remote_id" value="{number}"' not in text
