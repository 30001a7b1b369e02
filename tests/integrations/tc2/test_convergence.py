"""Three systems: whatever happens in whatever order, all agree and nothing is doubled."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from deals.models import Pipeline
from integrations.models import Connection, OutboxEntry, WebhookEvent
from integrations.pipedrive import SYSTEM as PIPEDRIVE
from integrations.pipedrive import keys
from integrations.sync import outbox, reconcile
from integrations.tc2 import SYSTEM as TC2
from tests.pipedrive_loop import PipedriveLoop
from tests.stories import assert_only_what_is_gone_there_waits_for_a_person
from tests.tc2_loop import TC2Loop
from tests.three_sided import ThreeSided, assert_clients_agree, assert_pipedrive_agrees, step

pytestmark = pytest.mark.django_db


def settle(story: ThreeSided) -> None:
    """The time passes in which things are tried again, and the night's comparisons run."""
    for _ in range(3):
        Connection.objects.update(broken_until=None, paused_until=None)
        for system in (PIPEDRIVE, TC2):
            reconcile.reconcile(system, released=True)
        for _ in range(2):
            OutboxEntry.objects.update(next_attempt_at=timezone.now())
            outbox.drain()
        story.tc2.send()


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(steps=[("merge here", 0, 1), ("delete there", 0)])
@example(steps=[("merge here", 0, 1), ("delete there", 1)])
@example(steps=[("merge here", 0, 1), ("create there", "Oakhurst"), ("tell", [0], set(), False),
                ("merge here", 1, 0), ("merge here", 0, 1)])  # fmt: skip
@given(steps=st.lists(step, min_size=3, max_size=16))
def test_any_story_ends_with_all_three_in_agreement_and_no_record_doubled(
    sandbox, client, authorised, tc2, steps
):
    sandbox.reset()
    cache.clear()
    with transaction.atomic():
        loop = PipedriveLoop(sandbox, client, authorised)
        enter_first_pipeline()
        story = ThreeSided(loop, TC2Loop(sandbox, client))
        for name, *values in steps:
            story.play(name, *values)
        settle(story)

        assert_only_what_is_gone_there_waits_for_a_person()
        assert not WebhookEvent.objects.filter(state="dead").exists()
        assert_pipedrive_agrees(loop)
        assert_clients_agree(story)
        assert loop.send() == []
        assert story.tc2.send() == []
        transaction.set_rollback(True)
    keys.forget()


def enter_first_pipeline() -> None:
    pipeline = Pipeline.objects.order_by("pk").first()
    pipeline.plan, pipeline.default_stage = "payg", pipeline.stages.order_by("position").first()
    pipeline.save()
