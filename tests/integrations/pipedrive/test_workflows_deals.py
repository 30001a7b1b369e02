"""The deal rows of the workflow list: three actions, nine places of its org and person."""

from __future__ import annotations

from typing import Any

import pytest

from companies.models import Company
from contacts.models import Contact
from deals.models import Deal
from tests.factories import CompanyFactory, ContactFactory

pytestmark = pytest.mark.django_db

#: Where an org or a person exists.
BOTH, HERMES, PIPEDRIVE, NOWHERE = "both", "Hermes only", "Pipedrive only", "neither"

#: org, person -> the company and contact that Hermes' deal has. A person that exists in
#: Hermes only cannot be named by Pipedrive's deal, so the deal has none.
CASES = [
    (BOTH, BOTH, "known", "known"),
    (BOTH, NOWHERE, "known", None),
    (NOWHERE, BOTH, None, "known"),
    (HERMES, HERMES, None, None),
    (HERMES, NOWHERE, None, None),
    (NOWHERE, HERMES, None, None),
    (PIPEDRIVE, PIPEDRIVE, "fetched", "fetched"),
    (PIPEDRIVE, NOWHERE, "fetched", None),
    (NOWHERE, PIPEDRIVE, None, None),
]


@pytest.mark.parametrize("action", ["create", "update", "delete"])
@pytest.mark.parametrize(("org", "person", "company", "contact"), CASES)
def test_deal(action, org, person, company, contact, pipedrive):
    names = stage(pipedrive, org, person)
    deal = pipedrive.create("deal", title="Onboarding", **names)
    if action != "create":
        pipedrive.tell("create", "deal", deal["id"])
    if action == "update":
        pipedrive.account.update("deal", deal["id"], title="Onboarding, moved")
    if action == "delete":
        event = pipedrive.event("delete", "deal", deal["id"])
        pipedrive.account.delete("deal", deal["id"])
        pipedrive.deliver(event)
    else:
        pipedrive.tell("create" if action == "create" else "change", "deal", deal["id"])

    ours = Deal.all_objects.get()
    assert ours.name == ("Onboarding, moved" if action == "update" else "Onboarding")
    assert (ours.archived_at is not None) == (action == "delete")
    assert _name(ours.company) == (company and "Larkfield")
    assert _name(ours.contact) == (contact and "Priya Nair")
    _assert_nothing_doubled(org, person, company, contact)
    if action == "delete":
        assert pipedrive.send_deals() == []


def _name(record: Any) -> str | None:
    return record and record.name


def stage(pipedrive: Any, org: str, person: str) -> dict[str, int]:
    """Put org and person where the case has them; what Pipedrive's deal can name."""
    names = {}
    if org in (BOTH, PIPEDRIVE):
        names["org_id"] = pipedrive.create("organization", name="Larkfield")["id"]
    if org == BOTH:
        pipedrive.tell("create", "organization", names["org_id"])
    if org == HERMES:
        CompanyFactory(name="Larkfield")
    if person in (BOTH, PIPEDRIVE):
        names["person_id"] = _person(pipedrive, org, person, names)
    if person == HERMES:
        ContactFactory(company=Company.objects.first(), first_name="Priya", last_name="Nair")
    return names


def _person(pipedrive: Any, org: str, person: str, names: dict[str, int]) -> int:
    """A person known to both sides belongs to some org: without one Hermes ignores it."""
    home = names.get("org_id")
    if person == BOTH and home is None:
        home = pipedrive.create("organization", name="Elsewhere")["id"]
        pipedrive.tell("create", "organization", home)
    belongs = {"org_id": home} if home else {}
    pk = pipedrive.create("person", name="Priya Nair", **belongs)["id"]
    if person == BOTH:
        pipedrive.tell("create", "person", pk)
    return pk


def _assert_nothing_doubled(
    org: str, person: str, company: str | None, contact: str | None
) -> None:
    in_hermes = org in (BOTH, HERMES) or company == "fetched"
    assert Company.objects.filter(name="Larkfield").count() == int(in_hermes)
    in_hermes = person in (BOTH, HERMES) or contact == "fetched"
    assert Contact.objects.filter(last_name="Nair").count() == int(in_hermes)
