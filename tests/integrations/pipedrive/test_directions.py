"""Whether what changes here goes to Pipedrive, for a kind of record or for one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from companies.merging import merge
from companies.models import Company
from integrations.models import Direction, ExternalLink, OutboxEntry, OutboxState, SyncLog
from integrations.pipedrive import SYSTEM
from integrations.sync import by_hand, changes, directions, reconcile, switching, walks
from integrations.sync.errors import Misconfigured, RemoteGone
from tests.factories import CompanyFactory, ContactFactory

pytestmark = pytest.mark.django_db


def say(record, sends, kind="company"):
    switching.say_of_record(SYSTEM, kind, record.pk, sends, by="Anna")


def say_of_all(sends, kind="company"):
    switching.say_of_kind(SYSTEM, kind, sends, by="Anna")


def rename(company, name):
    Company.objects.filter(pk=company.pk).update(name=name, updated_at=timezone.now())


def number_of(record, kind="company"):
    return ExternalLink.objects.get(kind=kind, record_id=record.pk).remote_id


@pytest.fixture
def larkfield(pipedrive):
    """A company that Pipedrive has."""
    company = CompanyFactory(name="Larkfield")
    pipedrive.send()
    pipedrive.sandbox.forget_calls()
    return company


# -- what is not sent -------------------------------------------------------------------------


def test_a_company_that_is_switched_off_keeps_its_changes_and_all_others_go_on(
    pipedrive, larkfield
):
    say(larkfield, False)
    rename(larkfield, "Larkfield Ltd")
    other = CompanyFactory(name="Marlow")

    [call] = pipedrive.send()

    assert call.body["name"] == "Marlow"
    assert pipedrive.remote(larkfield)["name"] == "Larkfield"
    assert pipedrive.remote(other)["name"] == "Marlow"


def test_a_kind_that_is_switched_off_goes_for_those_alone_that_are_switched_on(
    pipedrive, larkfield
):
    say_of_all(False)
    other = CompanyFactory(name="Marlow")
    say(other, True)
    rename(larkfield, "Larkfield Ltd")

    [call] = pipedrive.send()

    assert call.body["name"] == "Marlow"
    reconcile.reconcile(SYSTEM)
    assert pipedrive.send() == []


def test_what_comes_from_there_is_taken_as_before(pipedrive, larkfield):
    say(larkfield, False)
    number = int(number_of(larkfield))
    pipedrive.account.update("organization", number, name="Larkfield Group")

    pipedrive.tell("change", "organization", number)

    larkfield.refresh_from_db()
    assert larkfield.name == "Larkfield Group"
    assert pipedrive.send() == []


def test_nothing_is_deleted_or_merged_there(pipedrive, larkfield):
    twin = CompanyFactory(name="Larkfield Tutors")
    pipedrive.send()
    third = CompanyFactory(name="Marlow")
    pipedrive.send()
    for company in (larkfield, third):
        say(company, False)

    merge(winner=larkfield, losers=[twin], by="Anna")
    third.archive()

    assert pipedrive.send() == []
    assert len(pipedrive.account.records("organization")) == 3


def test_what_others_say_of_it_is_not_sent_either(pipedrive, tc2, larkfield):
    say(larkfield, False)
    ExternalLink.objects.create(
        system="tc2", kind="company", remote_id="8101", record_id=larkfield.pk
    )

    assert [call for call in pipedrive.send() if call.system == "pipedrive"] == []

    say(larkfield, True)
    [call] = [call for call in pipedrive.send() if call.system == "pipedrive"]
    assert "8101" in call.body["custom_fields"][pipedrive.key("company", "tc2_url")]


def test_what_was_said_of_a_record_holds_of_the_one_it_becomes_part_of(pipedrive, larkfield):
    say(larkfield, False)
    winner = CompanyFactory(name="Larkfield Tutors")

    merge(winner=winner, losers=[larkfield], by="Anna")

    assert pipedrive.send() == []
    assert not directions.is_sent(SYSTEM, "company", winner.pk)


def test_who_belongs_to_a_company_that_is_not_sent_goes_there_without_it(pipedrive):
    company = CompanyFactory(name="Larkfield")
    say(company, False)
    contact = ContactFactory(company=company)

    pipedrive.send()
    assert pipedrive.remote(contact)["org_id"] is None

    say(company, True)
    pipedrive.send()
    assert str(pipedrive.remote(contact)["org_id"]) == number_of(company)


def test_who_belongs_to_a_company_that_is_there_already_goes_there_with_it(pipedrive, larkfield):
    say(larkfield, False)
    contact = ContactFactory(company=larkfield)

    pipedrive.send()

    assert str(pipedrive.remote(contact)["org_id"]) == number_of(larkfield)


# -- switching --------------------------------------------------------------------------------


def test_what_waits_when_it_is_switched_off_is_taken_back(pipedrive, larkfield):
    rename(larkfield, "Larkfield Ltd")
    changes.spread()

    say(larkfield, False)

    entry = OutboxEntry.objects.latest("pk")
    assert entry.state == OutboxState.DISCARDED
    assert entry.last_error == directions.why_not(SYSTEM)
    assert pipedrive.send() == []
    assert SyncLog.objects.get(topic="direction").record_id == larkfield.pk


def test_what_a_worker_took_before_it_was_switched_off_is_closed_without_a_call(
    pipedrive, larkfield
):
    rename(larkfield, "Larkfield Ltd")
    changes.spread()
    Direction.objects.create(system="pipedrive", kind="company", sends=False)

    assert pipedrive.send() == []
    entry = OutboxEntry.objects.latest("pk")
    assert (entry.state, entry.last_error) == (OutboxState.DISCARDED, directions.why_not(SYSTEM))


def test_switched_off_for_all_what_waits_is_taken_back_but_of_those_who_are_on(pipedrive):
    first, second = CompanyFactory(name="Larkfield"), CompanyFactory(name="Marlow")
    say(second, True)
    changes.spread()

    say_of_all(False)

    assert OutboxEntry.objects.get(record_id=first.pk).state == OutboxState.DISCARDED
    assert [call.body["name"] for call in pipedrive.send()] == ["Marlow"]


def test_switched_on_again_a_record_is_brought_up_to_date_at_once(pipedrive, larkfield):
    say(larkfield, False)
    rename(larkfield, "Larkfield Ltd")
    pipedrive.send()

    say(larkfield, None)

    assert [call.body for call in pipedrive.send()] == [{"name": "Larkfield Ltd"}]


def test_switched_on_again_a_kind_is_compared(pipedrive, larkfield):
    say_of_all(False)
    rename(larkfield, "Larkfield Ltd")
    CompanyFactory(name="Marlow")
    pipedrive.send()

    say_of_all(True)

    assert walks.is_due(SYSTEM, walks.RECONCILE)
    reconcile.reconcile(SYSTEM)
    assert {call.body["name"] for call in pipedrive.send()} == {"Larkfield Ltd", "Marlow"}
    assert not walks.is_due(SYSTEM, walks.RECONCILE)


def test_switched_off_and_on_while_an_answer_was_lost_makes_nothing_twice(pipedrive):
    pipedrive.sandbox.trouble.add("error_after", path="/api/v2/organizations", method="POST")
    pipedrive.account.switches.set(search_lag_seconds=0)
    company = CompanyFactory(name="Larkfield")
    pipedrive.send()

    say(company, False)
    say(company, True)
    pipedrive.send()

    assert len(pipedrive.account.records("organization")) == 1
    assert pipedrive.remote(company)["name"] == "Larkfield"


def test_a_create_that_was_given_up_is_looked_for_by_the_next_change(pipedrive):
    pipedrive.sandbox.trouble.add("error_after", path="/api/v2/organizations", method="POST")
    pipedrive.account.switches.set(search_lag_seconds=0)
    company = CompanyFactory(name="Larkfield")
    pipedrive.send()
    OutboxEntry.objects.update(state=OutboxState.DEAD)

    rename(company, "Larkfield Ltd")
    pipedrive.send()
    OutboxEntry.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=1))
    pipedrive.send()

    assert [one["name"] for one in pipedrive.account.records("organization")] == ["Larkfield Ltd"]


def test_only_what_a_system_takes_can_be_said_of_it(db):
    with pytest.raises(Misconfigured):
        switching.say_of_kind(SYSTEM, "meeting", False, by="Anna")
    with pytest.raises(Misconfigured):
        switching.say_of_kind(SYSTEM, "stage", False, by="Anna")


# -- by hand ----------------------------------------------------------------------------------


def test_sent_or_made_again_by_hand_it_is_said_why_not(pipedrive, larkfield):
    say(larkfield, False)

    for ask in (by_hand.push, by_hand.create_again):
        with pytest.raises(Misconfigured, match="Changes here do not go to Pipedrive"):
            ask(SYSTEM, "company", larkfield.pk)
    assert pipedrive.send() == []


def test_compared_by_hand_each_side_keeps_its_own(pipedrive, larkfield):
    say(larkfield, False)
    rename(larkfield, "Larkfield Ltd")

    rows = by_hand.compare(SYSTEM, pipedrive.link(larkfield))

    outcomes = {row.name: row.outcome for row in rows}
    assert outcomes["name"] == "Each side keeps its own value"


def test_a_record_that_ended_there_is_no_matter_while_it_is_not_sent(pipedrive, larkfield):
    say(larkfield, False)
    ExternalLink.objects.filter(kind="company").update(state="gone")

    with pytest.raises(Misconfigured):
        by_hand.push(SYSTEM, "company", larkfield.pk)
    say(larkfield, True)
    with pytest.raises(RemoteGone):
        by_hand.push(SYSTEM, "company", larkfield.pk)
