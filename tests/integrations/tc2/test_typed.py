"""A person types an organization of Pipedrive's into a client in TC2."""

from __future__ import annotations

import pytest

from companies.models import Company
from integrations.models import PossibleDuplicate, SyncLog

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(pipedrive):
    """An organization that only Pipedrive has."""
    return pipedrive.create("organization", name="Quill Group")["id"]


def type_in(tc2, client_id, **attributes):
    held = tc2.account.client(client_id)["extra_attrs"]
    known = {each["machine_name"]: each["value"] or None for each in held}
    own = {key: value for key, value in known.items() if key.startswith("pipedrive_")}
    tc2.edit(client_id, extra_attrs={**own, **attributes})


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("how", ["number", "address"])
def test_the_client_is_of_the_company_of_the_typed_organization(
    pipedrive, tc2, client_id, linked, other, known, how
):
    if known:
        pipedrive.tell("create", "organization", other)
    typed = {
        "number": {"pipedrive_id": str(other)},
        "address": {"pipedrive_url": f"https://x.pipedrive.example/organization/{other}"},
    }[how]

    type_in(tc2, client_id, **typed)
    tc2.send()

    chosen = pipedrive.linked("company", other)
    assert tc2.linked("company", client_id) == chosen
    assert chosen.tc2_status == linked.tc2_status != ""
    assert tc2.shown(client_id)["id"] == str(other)
    assert tc2.shown(client_id)["url"].endswith(f"/organization/{other}")
    assert Company.objects.count() == 2
    pair = PossibleDuplicate.objects.get()
    assert {pair.first_id, pair.second_id} == {linked.pk, chosen.pk}
    assert pipedrive.link(linked).state == "live"


def test_it_settles_and_costs_no_further_call(pipedrive, tc2, client_id, linked, other):
    type_in(tc2, client_id, pipedrive_id=str(other))
    pipedrive.send()
    tc2.send()
    before = len(pipedrive.sandbox.calls)

    for _ in range(2):
        tc2.deliver()
        tc2.deliver(tc2.event(client_id))
        pipedrive.send()
        tc2.send()

    assert len(pipedrive.sandbox.calls) == before


def test_a_number_that_pipedrive_does_not_have_is_told_and_put_right(
    pipedrive, tc2, client_id, linked
):
    type_in(tc2, client_id, pipedrive_id="77777")
    tc2.send()

    assert tc2.linked("company", client_id) == linked
    assert tc2.shown(client_id)["id"] == pipedrive.link(linked).remote_id
    assert SyncLog.objects.filter(message__contains="organization 77777").count() == 1


def test_an_organization_of_another_client_is_left_to_it(pipedrive, tc2, client_id, linked):
    tc2.sign_up(first_name="Bo", last_name="Ek", email="bo@ek.example")
    pipedrive.send()
    tc2.send()
    bo = Company.objects.exclude(pk=linked.pk).get()

    type_in(tc2, client_id, pipedrive_id=pipedrive.link(bo).remote_id)

    assert tc2.linked("company", client_id) == linked
    assert SyncLog.objects.filter(message__contains="another client").count() == 1
