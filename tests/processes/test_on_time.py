"""What is due in a moment does not wait for the next sweep."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.models import OutboxEntry, RecordChange
from integrations.pipedrive import SYSTEM
from integrations.sync import outbox_entries
from tests.factories import CompanyFactory
from tests.processes.parts import until

pytestmark = pytest.mark.processes


def test_a_change_that_waits_for_its_time_is_sent_then_without_any_sweep(hermes):
    hermes.start("web")
    hermes.set_up()
    company, due = CompanyFactory(name="Larkfield"), timezone.now() + timedelta(seconds=8)
    outbox_entries.add(SYSTEM, [("company", company.pk)])
    OutboxEntry.objects.update(next_attempt_at=due)
    RecordChange.objects.all().delete()

    hermes.start("worker")
    until("it is sent", hermes.organizations)

    assert timezone.now() >= due
