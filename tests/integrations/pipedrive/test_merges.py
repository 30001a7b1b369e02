"""Records that become one: in Pipedrive, or in Hermes."""

from __future__ import annotations

import pytest
from django.utils import timezone

from companies.merging import merge, undo
from companies.models import Company, Merge
from contacts.models import Contact
from deals.models import Deal
from integrations.models import ExternalLink, OutboxEntry
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db

MODELS = {"organization": Company, "person": Contact, "deal": Deal}
KINDS = {"organization": "company", "person": "contact", "deal": "deal"}


def two(pipedrive, entity):
    """Two linked records whose Hermes ids stand there, winner first."""
    home = pipedrive.create("organization", name="Home")["id"]
    pipedrive.tell("create", "organization", home)
    pair = []
    for name in ["Winner", "Loser"]:
        values = {"deal": {"title": name}, "person": {"name": name, "org_id": home}}
        record = pipedrive.create(entity, **values.get(entity, {"name": name}))
        pipedrive.tell("create", entity, record["id"])
        ours = pipedrive.linked(KINDS[entity], record["id"])
        key = pipedrive.hermes_id(KINDS[entity])
        pipedrive.account.update(entity, record["id"], custom_fields={key: str(ours.pk)})
        pipedrive.tell("change", entity, record["id"])
        pair.append((record["id"], ours))
    return pair


@pytest.mark.parametrize("order", ["loser first", "winner first"])
@pytest.mark.parametrize("entity", ["organization", "person", "deal"])
def test_a_merge_there_merges_here_whichever_message_comes_first(entity, order, pipedrive):
    (winner_id, winner), (loser_id, loser) = two(pipedrive, entity)
    gone = pipedrive.event("delete", entity, loser_id, merged_to_id=str(winner_id))
    pipedrive.account.merge(entity, loser_id, winner_id)
    changed = pipedrive.event("change", entity, winner_id, merged_from_id=str(loser_id))
    pipedrive.deliver(*([gone, changed] if order == "loser first" else [changed, gone]))

    winner.refresh_from_db()
    loser.refresh_from_db()
    assert winner.archived_at is None
    assert loser.merged_into == winner
    assert loser.archived_at is not None
    assert Merge.objects.count() == 1
    assert pipedrive.linked(KINDS[entity], loser_id) == winner


@pytest.mark.parametrize("entity", ["organization", "person", "deal"])
def test_the_joined_hermes_ids_are_replaced_by_the_winners_alone_in_one_call(entity, pipedrive):
    (winner_id, winner), (loser_id, loser) = two(pipedrive, entity)
    pipedrive.account.merge(entity, loser_id, winner_id)
    key = pipedrive.hermes_id(KINDS[entity])
    held = pipedrive.account.record(entity, winner_id)["custom_fields"][key]
    assert held == f"{winner.pk}, {loser.pk}"
    pipedrive.tell("change", entity, winner_id, merged_from_id=str(loser_id))

    calls = pipedrive.send()

    assert [call.body for call in calls] == [{"custom_fields": {key: str(winner.pk)}}]
    pipedrive.tell("change", entity, winner_id)
    assert pipedrive.send() == []


def test_the_losers_children_belong_to_the_winner(pipedrive):
    (winner_id, winner), (loser_id, _loser) = two(pipedrive, "organization")
    person = pipedrive.create("person", name="Priya Nair", org_id=loser_id)
    deal = pipedrive.create("deal", title="Onboarding", org_id=loser_id)
    pipedrive.tell("create", "person", person["id"])
    pipedrive.tell("create", "deal", deal["id"])
    gone = pipedrive.event("delete", "organization", loser_id, merged_to_id=str(winner_id))
    pipedrive.account.merge("organization", loser_id, winner_id)
    pipedrive.deliver(gone)

    assert Contact.objects.get(last_name="Nair").company == winner
    assert Deal.objects.get().company == winner


def test_a_later_message_that_names_the_loser_reaches_the_winner(pipedrive):
    (winner_id, winner), (loser_id, _) = two(pipedrive, "organization")
    person = pipedrive.create("person", name="Priya Nair", org_id=loser_id)
    late = pipedrive.event("create", "person", person["id"])
    late["data"] = {**late["data"]}
    gone = pipedrive.event("delete", "organization", loser_id, merged_to_id=str(winner_id))
    pipedrive.account.merge("organization", loser_id, winner_id)
    pipedrive.deliver(gone, late)

    assert Contact.objects.get(last_name="Nair").company == winner


def test_a_survivor_that_hermes_never_saw_is_fetched(pipedrive):
    (loser_id, loser), _ = two(pipedrive, "organization")
    winner_id = pipedrive.create("organization", name="Survivor")["id"]
    gone = pipedrive.event("delete", "organization", loser_id, merged_to_id=str(winner_id))
    pipedrive.account.merge("organization", loser_id, winner_id)
    pipedrive.deliver(gone)

    loser.refresh_from_db()
    survivor = pipedrive.linked("company", winner_id)
    assert survivor.name == "Survivor"
    # The text field joined both ids, or the message said so: they are one record.
    assert survivor == loser or loser.merged_into == survivor


def test_a_merge_in_hermes_is_made_there_too_with_one_call_and_can_be_undone_here(pipedrive):
    (winner_id, winner), (loser_id, loser) = two(pipedrive, "organization")
    contact = ContactFactory(company=loser)
    pipedrive.send()
    row = merge(winner=winner, losers=[loser], by="Ben")

    merges = [call for call in pipedrive.send() if call.method == "PUT"]

    assert [(call.path, call.body) for call in merges] == [
        (f"/api/v1/organizations/{loser_id}/merge", {"merge_with_id": winner_id})
    ]
    contact.refresh_from_db()
    assert contact.company == winner

    undo(row, Company)

    contact.refresh_from_db()
    loser.refresh_from_db()
    assert (contact.company, loser.archived_at) == (loser, None)


def test_a_merge_that_was_not_told_yet_is_undone_without_a_word_there(pipedrive):
    (winner_id, winner), (loser_id, loser) = two(pipedrive, "organization")
    pipedrive.send()
    row = merge(winner=winner, losers=[loser], by="Ben")

    undo(row, Company)

    assert pipedrive.linked("company", winner_id) == winner
    assert pipedrive.linked("company", loser_id) == loser
    assert {link.state for link in ExternalLink.objects.filter(kind="company")} == {"live"}
    assert [call.method for call in pipedrive.send() if call.method != "PATCH"] == []


@pytest.fixture
def merged_here(pipedrive):
    """Two organizations with a person each, merged in Hermes; Pipedrive has not heard of it."""
    (winner_id, winner), (loser_id, loser) = two(pipedrive, "organization")
    people = {}
    for pk in (winner_id, loser_id):
        people[pk] = pipedrive.create("person", name=f"Of {pk}", org_id=pk)["id"]
        pipedrive.tell("create", "person", people[pk])
    pipedrive.send()
    merge(winner=winner, losers=[loser], by="Ben")
    return winner, winner_id, loser_id, people


def test_the_people_of_a_loser_that_was_deleted_there_first_move_to_the_survivor(
    pipedrive, merged_here
):
    winner, winner_id, loser_id, people = merged_here
    pipedrive.account.delete("organization", loser_id)

    pipedrive.send()

    assert {pipedrive.account.record("person", pk)["org_id"] for pk in people.values()} == {
        winner_id
    }
    assert pipedrive.link(winner).remote_id == str(winner_id)
    assert not ExternalLink.objects.filter(merge_owed=True).exists()


@pytest.mark.parametrize("is_told", [True, False])
def test_where_the_survivor_is_deleted_there_first_the_loser_stands_for_it(
    pipedrive, merged_here, is_told
):
    winner, winner_id, loser_id, people = merged_here
    end = pipedrive.event("delete", "organization", winner_id)
    pipedrive.account.delete("organization", winner_id)
    if is_told:
        pipedrive.deliver(end)

    pipedrive.send()
    OutboxEntry.objects.update(next_attempt_at=timezone.now())
    pipedrive.send()

    winner.refresh_from_db()
    assert winner.archived_at is None
    assert pipedrive.link(winner).remote_id == str(loser_id)
    assert pipedrive.account.record("organization", loser_id)["name"] == "Winner"
    assert {pipedrive.account.record("person", pk)["org_id"] for pk in people.values()} == {
        loser_id
    }
    assert not OutboxEntry.objects.filter(state="dead").exists()


def test_three_that_became_one_in_two_steps_are_one_there_too(pipedrive):
    ids = [pipedrive.create("organization", name=name)["id"] for name in ("One", "Two", "Three")]
    for pk in ids:
        pipedrive.tell("create", "organization", pk)
    pipedrive.send()
    one, two_, three = (pipedrive.linked("company", pk) for pk in ids)
    merge(winner=two_, losers=[one], by="Ben")
    merge(winner=three, losers=[two_], by="Ben")

    pipedrive.send()

    assert [org["id"] for org in pipedrive.account.records("organization")] == [ids[2]]
    assert not ExternalLink.objects.filter(merge_owed=True).exists()


def test_of_two_merges_that_were_not_told_yet_the_later_is_undone_without_the_earlier(pipedrive):
    ids = [pipedrive.create("organization", name=name)["id"] for name in ("One", "Two", "Three")]
    for pk in ids:
        pipedrive.tell("create", "organization", pk)
    pipedrive.send()
    one, two_, three = (pipedrive.linked("company", pk) for pk in ids)
    merge(winner=two_, losers=[one], by="Ben")
    later = merge(winner=three, losers=[two_], by="Ben")

    undo(later, Company)

    assert pipedrive.link(two_).remote_id == str(ids[1])
    assert pipedrive.link(three).remote_id == str(ids[2])
    pipedrive.send()
    assert [org["id"] for org in pipedrive.account.records("organization")] == ids[1:]
