"""Values that the hub cannot keep: each is reported, and the rest of the record goes on."""

from __future__ import annotations

import pytest

from companies.models import Company
from contacts.models import Contact
from integrations.models import SyncLog, WebhookEvent

pytestmark = pytest.mark.django_db

#: Of characters that take four bytes and that PostgreSQL cannot make smaller.
LONG = "".join(chr(0x20000 + n * 7919 % 40_000) for n in range(20_000))


def known(pipedrive, **values):
    """An organization that both sides know."""
    org = pipedrive.create("organization", **{"name": "Larkfield", **values})
    pipedrive.tell("create", "organization", org["id"])
    return org


def tell_with(pipedrive, entity, pk, **values):
    """Deliver a change with values that the account itself would not make."""
    event = pipedrive.event("change", entity, pk)
    pipedrive.deliver({**event, "data": {**event["data"], **values}})


def states() -> set[str]:
    return set(WebhookEvent.objects.values_list("state", flat=True))


def test_a_name_that_is_too_long_is_reported_and_the_other_fields_are_taken(pipedrive):
    org = known(pipedrive)
    website = {pipedrive.key("company", "website"): "https://larkfield.example"}
    tell_with(pipedrive, "organization", org["id"], name=LONG, custom_fields=website)

    company = Company.objects.get()
    assert (company.name, company.website) == ("Larkfield", "https://larkfield.example")
    assert SyncLog.objects.get().message == "name was left as it is: longer than 500 characters"
    assert states() == {"done"}
    assert pipedrive.send() == []


def test_a_new_person_with_a_name_and_an_address_that_are_too_long_is_made_without_them(pipedrive):
    org = known(pipedrive)
    person = pipedrive.create("person", name="Priya", org_id=org["id"])
    event = pipedrive.event("create", "person", person["id"])
    event["data"] |= {
        "name": f"Priya {LONG}", "emails": [{"value": LONG, "primary": True}],
        "phones": [{"value": "+44 113 496 0000", "primary": True}],
    }  # fmt: skip
    pipedrive.deliver(event)

    contact = Contact.objects.get()
    assert (contact.name, contact.email, contact.phone) == ("", "", "+44 113 496 0000")
    assert sorted(SyncLog.objects.values_list("message", flat=True)) == [
        "email was left as it is: longer than 320 characters",
        "name was left as it is: longer than 300 characters",
    ]
    assert states() == {"done"}


def test_names_as_long_as_they_may_be_are_kept_whole(pipedrive):
    org = known(pipedrive)
    person = pipedrive.create("person", name="Priya", org_id=org["id"])
    pipedrive.tell("create", "person", person["id"])
    tell_with(pipedrive, "organization", org["id"], name=LONG[:500])
    tell_with(pipedrive, "person", person["id"], name=f"{LONG[:300]} {LONG[300:600]}")

    assert Company.objects.get().name == LONG[:500]
    assert Contact.objects.get().name == f"{LONG[:300]} {LONG[300:600]}"
    assert states() == {"done"}
