"""The page on which records are made one."""

from __future__ import annotations

import pytest
from django.urls import reverse

from companies.models import Company, Merge
from tests.factories import CompanyFactory

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
