"""The nine places in which a deal's org and person can be, and how each comes about."""

from __future__ import annotations

from typing import Any

from companies.models import Company
from tests.factories import CompanyFactory, ContactFactory

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
