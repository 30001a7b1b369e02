"""Writing many rows: what PostgreSQL refuses is an error of Django's, as everywhere."""

from __future__ import annotations

import pytest
from django.db import DataError, IntegrityError, transaction

from integrations.models import ExternalLink
from integrations.sync import bulk

pytestmark = pytest.mark.django_db


def link(**values) -> ExternalLink:
    return ExternalLink(**{"system": "pipedrive", "kind": "company", "remote_id": "7"} | values)


def test_a_row_that_is_there_already_is_an_integrity_error():
    bulk.insert([link()])

    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert([link()])


def test_a_value_that_does_not_fit_is_a_data_error():
    with pytest.raises(DataError), transaction.atomic():
        bulk.insert([link(remote_id="7" * 300)])
