"""The page on which records are made one."""

from __future__ import annotations

import pytest
from django.urls import reverse

from companies.models import Company, Merge
from integrations.models import ExternalLink
from tests.factories import CompanyFactory, ContactFactory, DealFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("winner", [{}, {"winner": ""}, {"winner": "0"}, {"winner": "x"}])
def test_nothing_is_merged_before_a_person_says_which_one_stays(client, staff, winner):
    staff("sales lead")
    one, other = CompanyFactory(), CompanyFactory()

    response = client.post(
        reverse("merge", args=["company"]), {"ids": f"{one.pk},{other.pk}", **winner}
    )

    text = response.content.decode()
    assert response.status_code == 200
    assert "Say which one stays. Nothing was merged." in text
    assert "Which one stays?" in text
    assert "What moves" in text
    assert Company.objects.count() == 2
    assert not Merge.objects.exists()


def test_two_of_one_name_are_told_apart_by_their_numbers_and_what_moves_is_counted(client, staff):
    staff("sales lead")
    one = CompanyFactory(name="Larkfield", website="https://a.example")
    other = CompanyFactory(name="Larkfield")
    ContactFactory(company=other)
    DealFactory.create_batch(2, company=other)
    link = {"system": "pipedrive", "kind": "company"}
    ExternalLink.objects.create(**link, record_id=other.pk, remote_id="4711")

    page = client.get(reverse("merge", args=["company"]), {"ids": f"{one.pk},{other.pk}"})

    text = page.content.decode()
    assert f"Larkfield (number {one.pk})" in text
    assert f"Larkfield (number {other.pk}, 4711 in Pipedrive)" in text
    assert page.context["moves"] == ["1 contact", "2 deals"]


def test_what_becomes_of_them_elsewhere_is_said_of_each_system_as_it_is(client, staff):
    staff("sales lead")
    companies = [CompanyFactory(), CompanyFactory()]
    for company in companies:
        for system in ("pipedrive", "tc2"):
            ExternalLink.objects.create(
                system=system, kind="company", record_id=company.pk, remote_id=str(company.pk)
            )

    ids = ",".join(str(company.pk) for company in companies)
    page = client.get(reverse("merge", args=["company"]), {"ids": ids})

    assert page.context["elsewhere"] == [
        "The records in Pipedrive are merged there too; that cannot be undone there.",
        "TC2 merges none: its records stay there as they are.",
    ]
