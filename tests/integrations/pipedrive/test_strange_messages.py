"""Messages that fit no record here: kept, said why, and never applied."""

from __future__ import annotations

import pytest

from companies.models import Company
from integrations.models import ExternalLink, WebhookEvent
from integrations.pipedrive import SYSTEM
from integrations.sync import poll

pytestmark = pytest.mark.django_db


@pytest.fixture
def org(pipedrive):
    return pipedrive.create("organization", name="Larkfield")


def test_a_message_of_another_account_waits_for_a_person_and_changes_nothing(pipedrive, org):
    pipedrive.tell("create", "organization", org["id"], company_id="31337")

    event = WebhookEvent.objects.get()
    assert (event.state, event.reason) == ("dead", "config")
    assert "account 31337" in event.last_error
    assert not Company.objects.exists()

    pipedrive.tell("create", "organization", org["id"], company_id="990011")
    assert Company.objects.get().name == "Larkfield"


@pytest.mark.parametrize("named", ["77", "abc", 10**30, True, {"number": 77}])
def test_a_message_that_names_two_records_changes_neither(pipedrive, org, named):
    pipedrive.tell("create", "organization", org["id"], entity_id=named)

    event = WebhookEvent.objects.get()
    assert (event.state, event.reason) == ("dead", "rejected")
    assert event.last_error.startswith("meta.entity_id: names")
    assert not ExternalLink.objects.filter(kind="company").exists()


@pytest.mark.parametrize("as_named", [int, str, lambda pk: None, lambda pk: ""])
def test_a_message_may_name_its_record_as_a_number_as_text_or_not_at_all(pipedrive, org, as_named):
    pipedrive.tell("create", "organization", org["id"], entity_id=as_named(org["id"]))

    assert WebhookEvent.objects.get().state == "done"
    assert Company.objects.get().name == "Larkfield"


def nameless(pipedrive, org) -> dict:
    event = pipedrive.event("create", "organization", org["id"])
    event["data"] = {"id": org["id"], "name": None}
    return event


def test_a_new_organization_that_came_without_its_name_is_read(pipedrive, org):
    pipedrive.sandbox.forget_calls()
    pipedrive.deliver(nameless(pipedrive, org))

    assert Company.objects.get().name == "Larkfield"
    assert [call.method for call in pipedrive.sandbox.calls] == ["GET"]


def test_an_organization_that_has_no_name_there_either_makes_no_company(pipedrive, org):
    event = nameless(pipedrive, org)
    pipedrive.account.delete("organization", org["id"])
    pipedrive.deliver(event)

    kept = WebhookEvent.objects.get()
    assert (kept.state, Company.objects.exists()) == ("ignored", False)
    assert "no name" in kept.note


def test_a_known_organization_without_a_name_keeps_ours_and_asks_nothing(pipedrive, org):
    poll.poll(SYSTEM)
    pipedrive.sandbox.forget_calls()
    pipedrive.deliver(nameless(pipedrive, org))

    assert Company.objects.get().name == "Larkfield"
    assert pipedrive.sandbox.calls == []


def test_a_message_about_an_unprintable_kind_is_ignored_and_holds_up_no_other(pipedrive):
    org = pipedrive.create("organization", name="Larkfield")
    strange = pipedrive.event("change", "organization", org["id"])
    strange["meta"]["entity"] = "\x00"

    pipedrive.deliver(strange, pipedrive.event("create", "organization", org["id"]))

    assert Company.objects.get().name == "Larkfield"
    assert set(WebhookEvent.objects.values_list("state", flat=True)) == {"ignored", "done"}
