"""A comparison that the remote answers with rows that nobody can tell apart."""

from __future__ import annotations

import json

import pytest

from companies.models import Company
from integrations.pipedrive import SYSTEM
from integrations.sync import poll, reconcile
from integrations.sync.errors import Unavailable

pytestmark = pytest.mark.django_db


def test_a_record_that_comes_under_no_usable_id_is_not_taken_for_gone(pipedrive):
    names = ["Larkfield", "Northgate", "Fernhill"]
    ids = [pipedrive.create("organization", name=name)["id"] for name in names]
    poll.poll(SYSTEM)
    rows = pipedrive.account.account.tables["organization"].rows
    for pk in ids[:2]:
        rows[pk].body = json.dumps(rows[pk].record() | {"id": -1}).encode()

    with pytest.raises(Unavailable, match="cannot be kept"):
        reconcile.reconcile(SYSTEM)

    assert Company.objects.filter(archived_at__isnull=True).count() == 3
