"""How a timeline puts what happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F

from integrations.models import OutboxEntry
from tests.factories import DealFactory

from .timelines import sentences, timeline

pytestmark = pytest.mark.django_db


def test_a_time_that_moved_by_seconds_shows_them(client, staff):
    staff()
    deal = DealFactory()
    closed = datetime(2030, 1, 1, 12, 0, 1, tzinfo=UTC)
    for at in (closed, closed + timedelta(seconds=20)):
        type(deal).objects.filter(pk=deal.pk).update(closed_at=at)

    told = sentences(timeline(client, deal, show="changes"))

    moved = "from 2030-01-01 12:00:01 UTC to 2030-01-01 12:00:21 UTC"
    assert f"Someone at the database changed closed at {moved}" in told


def test_what_does_not_go_there_for_one_reason_is_said_once_a_minute(client, staff):
    staff()
    deal = DealFactory()
    noon = datetime(2030, 1, 1, 12, tzinfo=UTC)
    for at in (noon, noon + timedelta(seconds=5), noon + timedelta(days=5)):
        OutboxEntry.objects.create(
            system="pipedrive", kind="deal", record_id=deal.pk, state="discarded",
            last_error="The deal is lost.", done_at=at, next_attempt_at=at, created_at=at,
        )  # fmt: skip
        OutboxEntry.objects.update(created_at=F("done_at"))

    told = sentences(timeline(client, deal, show="sends"))

    assert told == ["Not sent to Pipedrive. The deal is lost."] * 2
