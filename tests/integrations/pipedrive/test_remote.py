"""Pipedrive as the engine sees it, against its stand-in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from integrations.models import Connection
from integrations.pipedrive import keys, ledger, setup
from integrations.pipedrive.remote import PipedriveRemote
from integrations.sync.system import Outgoing

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(sandbox, transactional_db):
    """An account that set-up has prepared, but for the registration."""
    todo = setup.plan()
    todo.create_webhook = False
    setup.carry_out(todo)
    keys.forget()
    sandbox.forget_calls()
    return sandbox.pipedrive


@pytest.fixture
def remote(account):
    return PipedriveRemote()


def hours_ago(hours: float) -> datetime:
    return datetime.now(UTC) - timedelta(hours=hours)


def looking_for(kind: str, record_id: int) -> Outgoing:
    return Outgoing(kind, record_id, {}, frozenset(), {}, {}, creating=True)


def ids(records) -> set[str]:
    return {record.remote_id for record in records}


def all_pages(remote, kind, since=None):
    return [record for page in remote.pages(kind, since) for record in page.records]


def test_records_are_read_in_batches_and_the_gone_are_absent(remote, account, sandbox):
    made = [account.create("organization", name=f"O{n}")["id"] for n in range(101)]
    account.delete("organization", made[0])
    sandbox.forget_calls()

    found = remote.fetch("company", [str(pk) for pk in made])

    assert ids(found) == {str(pk) for pk in made[1:]}
    assert len(sandbox.calls) == 2


def test_a_single_deleted_record_is_absent(remote, account):
    pk = account.create("person", name="Priya")["id"]
    account.delete("person", pk)

    assert remote.fetch("contact", [str(pk)]) == []


def test_archived_deals_are_still_there(remote, account):
    living = account.create("deal", title="Living")["id"]
    archived = account.create("deal", title="Archived")["id"]
    account.update("deal", archived, is_archived=True)

    assert ids(remote.fetch("deal", [str(living), str(archived)])) == {str(living), str(archived)}
    assert ids(all_pages(remote, "deal")) == {str(living), str(archived)}


def test_a_walk_of_deals_goes_on_among_the_archived(remote, account):
    account.create("deal", title="Living")
    archived = account.create("deal", title="Archived")["id"]
    account.update("deal", archived, is_archived=True)
    first = next(remote.pages("deal", None))

    rest = list(remote.pages("deal", None, first.token))

    assert ids(record for page in rest for record in page.records) == {str(archived)}


def test_changes_come_oldest_first(remote, account, sandbox):
    old = account.create("organization", name="Old")["id"]
    sandbox.clock.advance(7200)
    first, second = (account.create("organization", name=name)["id"] for name in "AB")
    sandbox.clock.advance(60)
    account.update("organization", first, name="A2")

    since = datetime.fromtimestamp(sandbox.clock.time(), UTC) - timedelta(hours=1)
    found = [record.remote_id for record in all_pages(remote, "company", since)]

    assert found == [str(second), str(first)]
    assert str(old) not in found


def test_users_are_read_whole_but_not_polled(remote, sandbox):
    assert all_pages(remote, "team_member")
    sandbox.forget_calls()

    assert all_pages(remote, "team_member", hours_ago(1)) == []
    assert sandbox.calls == []


def test_only_deals_can_be_asked_for_deletions(remote, account):
    deal = account.create("deal", title="x")["id"]
    account.delete("deal", deal)

    (gone,) = remote.deleted("deal", hours_ago(1))

    assert (gone.remote_id, gone.deleted) == (str(deal), True)
    assert remote.deleted("company", hours_ago(1)) == []


@pytest.mark.parametrize(
    ("kind", "body"), [("company", {"name": "x"}), ("contact", {"name": "x"}),
                       ("deal", {"title": "x"})],
)  # fmt: skip
def test_a_create_that_may_have_happened_is_found_by_our_id(remote, kind, body):
    key = keys.keys()[kind]["hub_id"].key
    remote.create(kind, body | {"custom_fields": {key: "4170"}})
    made = remote.create(kind, body | {"custom_fields": {key: "417"}})

    assert next(remote.find(kind, looking_for(kind, 417), hours_ago(0))) == made
    assert not list(remote.find(kind, looking_for(kind, 41), hours_ago(0)))


def test_a_meeting_is_found_by_its_note(remote):
    body = {"subject": "Call", "type": "meeting", "due_date": "2026-03-05", "due_time": "14:30"}
    remote.create("meeting", body | {"note": "Hermes meeting 7"})
    made = remote.create("meeting", body | {"note": "Hermes meeting 77"})

    assert next(remote.find("meeting", looking_for("meeting", 77), hours_ago(0))) == made
    assert not list(remote.find("meeting", looking_for("meeting", 777), hours_ago(0)))


def test_a_contact_can_be_taken_from_a_meeting(remote, account):
    person = account.create("person", name="Priya")["id"]
    made = remote.create(
        "meeting",
        {"subject": "Call", "participants": [{"person_id": person, "primary": True}]},
    )

    after = remote.update("meeting", made.remote_id, {"participants": []})

    assert made.parents["contact"] == str(person)
    assert after.parents["contact"] is None


def test_the_loser_of_a_merge_is_the_one_named_first(remote, account):
    loser, winner = (account.create("organization", name=name)["id"] for name in "AB")

    remote.merge("company", str(loser), str(winner))

    assert ids(remote.fetch("company", [str(loser), str(winner)])) == {str(winner)}


def test_the_check_says_who_we_are(remote):
    assert "larkfield" in remote.check().lower()


def test_staff_see_what_is_left_of_the_day(account, monkeypatch):
    monkeypatch.setattr(ledger, "LEDGER", book := ledger.ConnectionLedger())
    monkeypatch.setattr("integrations.pipedrive.remote.LEDGER", book)

    PipedriveRemote().check()

    budget = Connection.objects.get().budget
    assert 0 < budget["used"] < budget["limit"]
