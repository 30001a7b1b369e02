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
