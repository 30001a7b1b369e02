"""Whatever happens in whatever order, both sides end equal and nothing is doubled."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.models import WebhookEvent
from integrations.pipedrive import SYSTEM, keys
from integrations.sync import reconcile
from tests.pipedrive_loop import PipedriveLoop
from tests.stories import (
    Story,
    assert_only_what_is_gone_there_waits_for_a_person,
    companies_here,
    companies_there,
    deals_here,
    deals_there,
    step,
)

pytestmark = pytest.mark.django_db


def settle(loop: PipedriveLoop) -> None:
    """What the nightly comparison and the sweeps do; twice, for what they set in motion."""
    for _ in range(2):
        reconcile.reconcile(SYSTEM, released=True)
        loop.send()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(step, min_size=2, max_size=14))
def test_any_story_ends_with_both_sides_equal_and_no_record_doubled(
    sandbox, client, authorised, steps
):
    sandbox.reset()
    with transaction.atomic():
        loop = PipedriveLoop(sandbox, client, authorised)
        story = Story(loop)
        for name, *values in steps:
            story.play(name, *values)
        settle(loop)

        assert_only_what_is_gone_there_waits_for_a_person()
        assert not WebhookEvent.objects.filter(state="dead").exists()
        assert companies_here(loop) == companies_there(loop)
        assert deals_here(loop) == deals_there(loop)
        assert loop.send() == []
        transaction.set_rollback(True)
    keys.forget()
