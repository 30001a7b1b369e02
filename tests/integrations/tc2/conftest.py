"""Who sells in TC2 and in Hermes alike, and where new deals begin."""

from __future__ import annotations

import pytest

from companies.models import TeamMember
from integrations.sandbox.people import founders
from tests.factories import PipelineFactory, StageFactory, TeamMemberFactory


@pytest.fixture
def sales_person(db):
    """TC2's first member of the staff, known to Hermes by the same e-mail address."""
    name, email = next(iter(founders()))
    first, _, last = name.partition(" ")
    known = TeamMember.objects.filter(email=email).first()
    return known or TeamMemberFactory(first_name=first, last_name=last, email=email)


@pytest.fixture
def entry(db):
    """The stage at which deals of the plan “pay as you go” begin."""
    pipeline = PipelineFactory(plan="payg")
    pipeline.default_stage = StageFactory(pipeline=pipeline)
    pipeline.save()
    return pipeline.default_stage
