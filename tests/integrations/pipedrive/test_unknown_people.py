"""Our records of people whom Pipedrive does not know: it names its own in their place."""

from __future__ import annotations

import pytest

from integrations.pipedrive import SYSTEM
from integrations.sync import poll, reconcile
from tests.factories import CompanyFactory, TeamMemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def unknown_there(db):
    """A member of our team whom Pipedrive does not know."""
    return TeamMemberFactory(email="new@larkfield.example")


def made_there(pipedrive, sales_person):
    """A company that goes out some seconds after it was made here."""
    company = CompanyFactory(sales_person=sales_person)
    pipedrive.sandbox.clock.advance(5)
    pipedrive.send()
    return company


def test_who_has_no_account_there_stays_a_companys_sales_person_when_it_is_made_there(
    pipedrive, unknown_there
):
    company = made_there(pipedrive, unknown_there)
    poll.poll(SYSTEM)
    pipedrive.tell("change", "organization", int(pipedrive.link(company).remote_id))
    reconcile.reconcile(SYSTEM)

    company.refresh_from_db()
    assert company.sales_person == unknown_there
    assert pipedrive.send() == []


def test_who_gets_an_account_there_later_is_named_then(pipedrive, unknown_there):
    company = made_there(pipedrive, unknown_there)
    user = pipedrive.create("user", name=str(unknown_there), email=unknown_there.email)
    reconcile.reconcile(SYSTEM)

    pipedrive.send()

    assert pipedrive.remote(company)["owner_id"] == user["id"]


def test_who_is_chosen_there_after_that_is_taken_over(pipedrive, unknown_there):
    company = made_there(pipedrive, unknown_there)
    organization = int(pipedrive.link(company).remote_id)
    other = pipedrive.create("user", name="Olu Ade", email="olu@larkfield.example")
    reconcile.reconcile(SYSTEM)
    pipedrive.account.update("organization", organization, owner_id=other["id"])

    pipedrive.tell("change", "organization", organization)

    company.refresh_from_db()
    assert company.sales_person == pipedrive.linked("team_member", other["id"])
