"""The deal rows of the workflow list: three actions, nine places of its org and person."""

from __future__ import annotations

from typing import Any

import pytest

from companies.models import Company
from contacts.models import Contact
from deals.models import Deal
from tests.deal_cases import BOTH, CASES, HERMES, stage

pytestmark = pytest.mark.django_db


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


def _assert_nothing_doubled(
    org: str, person: str, company: str | None, contact: str | None
) -> None:
    in_hermes = org in (BOTH, HERMES) or company == "fetched"
    assert Company.objects.filter(name="Larkfield").count() == int(in_hermes)
    in_hermes = person in (BOTH, HERMES) or contact == "fetched"
    assert Contact.objects.filter(last_name="Nair").count() == int(in_hermes)
