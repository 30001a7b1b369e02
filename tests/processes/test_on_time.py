"""What is due in a moment does not wait for the next sweep."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.models import OutboxEntry
from integrations.sync import changes
from tests.factories import CompanyFactory
from tests.processes.parts import until

pytestmark = pytest.mark.processes


def test_a_change_that_waits_for_its_time_is_sent_then_without_any_sweep(hermes):
    hermes.start("web")
    hermes.set_up()
    CompanyFactory(name="Larkfield")
    changes.spread()
    due = timezone.now() + timedelta(seconds=8)
    OutboxEntry.objects.update(next_attempt_at=due)

    hermes.start("worker")
    until("it is sent", hermes.organizations)

    assert timezone.now() >= due
