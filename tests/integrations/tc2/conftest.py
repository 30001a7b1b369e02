"""Who sells in TC2 and in Hermes alike, and where new deals begin."""

from __future__ import annotations

import pytest

from companies.models import Company, TeamMember
from integrations.sandbox.people import founders
from tests.factories import TeamMemberFactory


@pytest.fixture
def sales_person(db):
    """TC2's first member of the staff, known to Hermes by the same e-mail address."""
    name, email = next(iter(founders()))
    first, _, last = name.partition(" ")
    known = TeamMember.objects.filter(email=email).first()
    return known or TeamMemberFactory(first_name=first, last_name=last, email=email)


@pytest.fixture
def pipeline(pipedrive):
    """A pipeline of Pipedrive's with one stage, which new deals enter."""
    return pipedrive.enter_deals_at("Signed up").pipeline


@pytest.fixture
def client_id(pipedrive, pipeline, tc2, sales_person):
    """A customer who has signed up, and of whom Pipedrive knows."""
    signed_up = tc2.sign_up()["id"]
    pipedrive.send()
    return signed_up


@pytest.fixture
def shown(tc2, client_id):
    """A company whose client shows all that there is to show."""
    tc2.send()
    return Company.objects.get()


@pytest.fixture
def linked(tc2, shown):
    """A company that is linked on all sides, each agreed."""
    tc2.deliver()
    return Company.objects.get()


@pytest.fixture
def customer(tc2, sales_person, entry):
    """A customer who has signed up; no Pipedrive is connected."""
    return tc2.sign_up()["id"]
