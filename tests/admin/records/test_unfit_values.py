"""Values that a form refuses, in words that name the field."""

from __future__ import annotations

import pytest

from tests.factories import CompanyFactory, ContactFactory, DealFactory

from .forms import opened, page

pytestmark = pytest.mark.django_db


def refused(client, record, **values) -> str:
    """What the record's page says when it is saved with these values."""
    response = client.post(page(record), {**opened(client, record), **values})
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("factory", "field", "limit", "label"),
    [
        (CompanyFactory, "name", 500, "Name"),
        (CompanyFactory, "website", 1000, "Website"),
        (ContactFactory, "last_name", 300, "Last name"),
        (ContactFactory, "email", 320, "Email"),
        (DealFactory, "name", 500, "Name"),
    ],
)
def test_a_text_that_is_too_long_is_refused_with_the_field_and_the_limit(
    client, staff, factory, field, limit, label
):
    staff("sales")
    record = factory()
    before = getattr(record, field)

    said = refused(client, record, **{field: "x" * 20_000})

    assert f"{label} can have {limit} characters at most, and this has 20000." in said
    record.refresh_from_db()
    assert getattr(record, field) == before
