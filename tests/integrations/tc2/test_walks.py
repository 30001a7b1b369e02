"""Reading one client of TC2's, or all of them."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from companies.models import Company
from contacts.models import Contact
from integrations.models import Connection, RemotePerson, SyncCursor, SyncLog, SyncRun
from integrations.sandbox.tc2 import clients as tc2_clients
from integrations.sync import poll, reconcile
from integrations.sync.errors import Misconfigured, SyncError
from integrations.tc2 import SYSTEM
from tests.factories import TeamMemberFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def clients(tc2, sales_person):
    """Twenty-five customers and an ordinary client, of whom Hermes has not heard."""
    made = [
        tc2.account.sign_up(first_name=f"No. {n}", last_name="Ek", email=f"{n}@ek.example")["id"]
        for n in range(25)
    ]
    tc2_clients.create(tc2.account.account, {"last_name": "Ordinary"})
    tc2.happened()
    tc2.sandbox.forget_calls()
    return made


def read(tc2):
    """The clients that were read, one by one."""
    return [call.path for call in tc2.calls if call.path != "/tc2/api/clients/"]


def break_down(tc2, *ids):
    """TC2 answers 500 for these clients, however often it is asked."""
    for pk in ids:
        path = f"/tc2/api/clients/{pk}/"
        tc2.sandbox.trouble.add("error", system="tc2", times=None, status=500, path=path)


def test_a_backfill_brings_every_customer_with_one_call_each(tc2, clients):
    row = poll.backfill(SYSTEM)

    assert Company.objects.count() == Contact.objects.count() == 25
    assert len(read(tc2)) == len(set(read(tc2))) == 26
    assert row.counts["company"]["created"] == 25
    assert row.state == "done"


def test_clients_of_somebody_unknown_come_with_the_backfill_after_they_are_paired(tc2):
    tc2.account.sign_up(first_name="Ada", last_name="Quill")
    tc2.happened()
    row = poll.backfill(SYSTEM)
    assert (row.counts["company"]["failed"], Company.objects.count()) == (1, 0)

    TeamMemberFactory(email=RemotePerson.objects.get().email)
    row = poll.backfill(SYSTEM)

    assert (row.counts["company"]["failed"], Company.objects.count()) == (0, 1)


def test_a_second_backfill_changes_nothing(tc2, clients):
    poll.backfill(SYSTEM)
    before = list(Company.objects.values_list("pk", "updated_at"))

    row = poll.backfill(SYSTEM)

    assert list(Company.objects.values_list("pk", "updated_at")) == before
    assert set(row.counts["company"]) == {"seen", "failed"}


def test_a_dry_run_counts_and_writes_nothing(tc2, clients):
    row = poll.backfill(SYSTEM, dry_run=True)

    assert row.counts["company"]["created"] == row.counts["contact"]["created"] == 25
    assert "team_member" not in row.counts
    assert not Company.objects.exists()


def test_a_backfill_that_was_cut_off_goes_on_after_the_last_clients_it_had(tc2, clients):
    # The walk asks for the newest first.
    break_down(tc2, *clients[9:12])
    with pytest.raises(SyncError):
        poll.backfill(SYSTEM)
    assert SyncCursor.objects.get(system="tc2", kind="company").page_token == "1:10:26"
    Connection.objects.update(broken_until=None)
    tc2.sandbox.trouble.clear()
    tc2.sandbox.forget_calls()

    poll.backfill(SYSTEM)

    assert Company.objects.count() == 25
    assert len(read(tc2)) == 16


@pytest.mark.parametrize("deleted", [1, 3, 5])
def test_clients_that_are_deleted_while_a_load_is_stopped_hide_no_other(tc2, clients, deleted):
    break_down(tc2, *clients[9:12])
    with pytest.raises(SyncError):
        poll.backfill(SYSTEM)
    for pk in clients[-deleted:]:
        tc2.account.delete(pk)
    Connection.objects.update(broken_until=None)
    tc2.sandbox.trouble.clear()

    poll.backfill(SYSTEM)

    assert all(tc2.linked("company", pk) for pk in clients[:-deleted])


def test_a_client_that_tc2_cannot_show_stops_neither_load_nor_comparison(tc2, clients):
    broken = clients[11]
    break_down(tc2, broken)

    row = poll.backfill(SYSTEM)

    assert (row.state, row.counts["company"]["failed"]) == ("done", 1)
    assert Company.objects.count() == 24
    assert f"client {broken} cannot be read" in SyncLog.objects.get(topic="not_kept").message
    tc2.account.edit(clients[0], agency={"status": "active"})
    assert reconcile.reconcile(SYSTEM).state == "done"
    assert tc2.linked("company", clients[0]).tc2_status == "active"
    tc2.sandbox.trouble.clear()
    poll.backfill(SYSTEM)
    assert Company.objects.count() == 25


def test_a_known_client_that_tc2_cannot_show_is_not_taken_for_deleted(tc2, clients):
    poll.backfill(SYSTEM)
    break_down(tc2, clients[11])

    row = reconcile.reconcile(SYSTEM)

    assert (row.state, row.counts["company"]["failed"]) == ("done", 1)
    assert Company.objects.count() == 25


def test_a_comparison_finds_what_no_message_told_of(tc2, clients):
    poll.backfill(SYSTEM)
    tc2.account.edit(clients[0], agency={"status": "active"})
    tc2.account.delete(clients[1])
    late = tc2.account.sign_up(first_name="Late", last_name="Ek", email="late@ek.example")

    row = reconcile.reconcile(SYSTEM)

    assert tc2.linked("company", clients[0]).tc2_status == "active"
    assert tc2.linked("company", clients[1]).archived_at is not None
    assert tc2.linked("company", late["id"]).archived_at is None
    assert row.report == "company: 25 there, 25 linked; 1 differed, 1 deleted there, 0 to send"


def test_a_comparison_writes_back_what_a_lost_write_left_undone(pipedrive, tc2, client_id):
    tc2.send()
    tc2.account.edit(client_id, extra_attrs={"pipedrive_deal_stage": "Nonsense"})

    reconcile.reconcile(SYSTEM)

    assert len(tc2.send()) == 1
    assert tc2.shown(client_id)["deal_stage"] == "Signed up"


def test_it_cannot_be_polled(tc2):
    with pytest.raises(Misconfigured, match="messages tell of changes"):
        poll.poll(SYSTEM)
    assert not SyncRun.objects.exists()


def test_one_client_is_read_by_its_number(tc2, clients, capsys):
    call_command("fetch", "tc2", "company", str(clients[3]))

    assert tc2.linked("company", clients[3]).name == Company.objects.get().name
    assert f"TC2 company {clients[3]}: created" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["tc2", "company", "99999"], "no such record"),
        (["tc2", "invoice", "1"], "there are: team_member, company, contact"),
        (["nothing", "company", "1"], "No system 'nothing'"),
    ],
)
def test_what_cannot_be_read_is_said(tc2, words, why):
    with pytest.raises(CommandError, match=why):
        call_command("fetch", *words)
