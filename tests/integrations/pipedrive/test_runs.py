"""Polls, backfills and reconciliations."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from companies.models import Company
from contacts.models import Contact
from deals.models import Deal
from integrations import tasks
from integrations.models import (
    Connection,
    ExternalLink,
    OutboxEntry,
    PossibleDuplicate,
    RunState,
    SyncCursor,
    SyncLog,
    SyncRun,
    WebhookEvent,
)
from integrations.pipedrive import SYSTEM, registration
from integrations.sync import connections, poll, reconcile, upkeep
from integrations.sync.brake import BrakePulled
from integrations.sync.runs import AlreadyRunning
from tests.factories import CompanyFactory

pytestmark = pytest.mark.django_db


def lists(pipedrive, entity="organizations"):
    return [call for call in pipedrive.sandbox.calls if call.path == f"/api/v2/{entity}"]


def test_a_poll_brings_what_no_message_told_of(pipedrive):
    org = pipedrive.create("organization", name="Larkfield")
    poll.poll(SYSTEM)
    pipedrive.account.update("organization", org["id"], name="Renamed")
    poll.poll(SYSTEM)

    assert Company.objects.get().name == "Renamed"
    assert pipedrive.send() == []


def test_the_next_poll_starts_a_little_before_the_newest_change_it_saw(pipedrive):
    pipedrive.create("organization", name="Larkfield")
    poll.poll(SYSTEM)
    watermark = SyncCursor.objects.get(kind="company").watermark
    pipedrive.sandbox.forget_calls()
    poll.poll(SYSTEM)

    since = (watermark - SYSTEM.look_back()).strftime("%Y-%m-%dT%H%%3A%M%%3A%SZ")
    assert f"updated_since={since}" in lists(pipedrive)[0].url


def test_an_edit_in_the_second_of_the_last_poll_is_not_lost(pipedrive):
    pipedrive.sandbox.clock.freeze()
    org = pipedrive.create("organization", name="First")
    poll.poll(SYSTEM)
    pipedrive.account.update("organization", org["id"], name="Second, in the same second")
    poll.poll(SYSTEM)
    pipedrive.sandbox.clock.run()

    assert Company.objects.get().name == "Second, in the same second"


def test_a_backfill_asks_for_each_page_once_and_the_next_writes_nothing(pipedrive):
    pipedrive.account.seed(organizations=1100, persons=30, deals=20)
    pipedrive.sandbox.forget_calls()
    poll.backfill(SYSTEM)
    assert len(lists(pipedrive)) == 3
    assert (Company.objects.count(), Contact.objects.count(), Deal.objects.count()) == (
        1100, 30, 20,
    )  # fmt: skip
    before = list(ExternalLink.objects.order_by("pk").values_list("pulled_at", flat=True))

    row = poll.backfill(SYSTEM)

    after = list(ExternalLink.objects.order_by("pk").values_list("pulled_at", flat=True))
    assert before == after
    assert "created" not in row.counts["company"]
    assert pipedrive.writes == []


def test_a_backfill_that_was_killed_goes_on_at_its_page(pipedrive, monkeypatch):
    pipedrive.account.seed(organizations=1100, persons=0, deals=0)
    pages, apply_page = [], poll.apply_page

    def dies_on_the_second_page(records, **options):
        if records and records[0].kind == "company":
            pages.append(len(records))
            if len(pages) == 2:
                raise KeyboardInterrupt
        return apply_page(records, **options)

    monkeypatch.setattr(poll, "apply_page", dies_on_the_second_page)
    with pytest.raises(KeyboardInterrupt):
        poll.backfill(SYSTEM)
    assert Company.objects.count() == 500
    pipedrive.sandbox.forget_calls()

    poll.backfill(SYSTEM)

    assert len(lists(pipedrive)) == 2
    assert Company.objects.count() == 1100


def test_a_dry_run_counts_and_writes_nothing(pipedrive, capsys):
    pipedrive.account.seed(organizations=12, persons=0, deals=0)
    call_command("backfill", "pipedrive", "--dry-run")

    assert "12 created" in capsys.readouterr().out
    assert not Company.objects.exists()


def test_a_poll_that_would_change_too_much_stops_before_writing_and_asks(pipedrive):
    pipedrive.account.seed(organizations=30, persons=0, deals=0)
    poll.backfill(SYSTEM)
    for record in pipedrive.account.records("organization")[:11]:
        pipedrive.account.update("organization", record["id"], name=f"Wiped {record['id']}")

    with pytest.raises(BrakePulled):
        poll.poll(SYSTEM)
    assert not Company.objects.filter(name__startswith="Wiped").exists()
    assert SyncRun.objects.latest("pk").state == RunState.STOPPED
    with pytest.raises(BrakePulled):
        poll.poll(SYSTEM)
    assert SyncLog.objects.filter(topic="brake").count() == 1

    poll.poll(SYSTEM, released=True)
    assert Company.objects.filter(name__startswith="Wiped").count() == 11


@pytest.mark.parametrize("state", ["done", "failed", "stopped", "running"])
def test_a_poll_is_due_again_after_its_interval_however_the_last_one_ended(pipedrive, state):
    assert upkeep.due_for_poll() == [SYSTEM]
    SyncRun.objects.create(system="pipedrive", action="poll", state=state)

    assert upkeep.due_for_poll() == []
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert upkeep.due_for_poll() == [SYSTEM]


def test_the_first_interval_of_a_connection_is_that_of_the_settings(sandbox, db, settings):
    settings.PIPEDRIVE_POLL_MINUTES = 12

    assert connections.of(SYSTEM).poll_minutes == 12


@pytest.mark.parametrize("task", [tasks.nightly, tasks.poll_due, tasks.deletions])
def test_what_the_schedule_starts_calls_nobody_while_a_person_has_paused(pipedrive, task):
    Connection.objects.update_or_create(system="pipedrive", defaults={"paused": True})

    task()

    assert pipedrive.sandbox.calls == []
    assert not SyncRun.objects.exists()


def test_the_nightly_repair_gives_way_to_a_set_up_that_runs(pipedrive, monkeypatch):
    monkeypatch.setattr(registration, "look", lambda client, **_: registration.Registration(1))
    SyncRun.objects.create(system="pipedrive", action="setup")

    tasks.repair_system("pipedrive")

    assert SyncRun.objects.get().state == RunState.RUNNING


def test_a_nightly_repair_that_is_refused_is_told_once(pipedrive):
    pipedrive.sandbox.trouble.add("error", times=None, status=403)
    for _ in range(2):
        tasks.repair_system("pipedrive")

    assert "set up there was not checked" in SyncLog.objects.get(topic="repair").message


def test_a_fault_in_the_inbox_holds_back_no_change_to_send(pipedrive, monkeypatch):
    CompanyFactory()
    monkeypatch.setattr("integrations.sync.inbox.drain", lambda: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        tasks.sweep()

    assert [call.method for call in pipedrive.writes] == ["POST"]


def test_the_same_poll_is_not_started_twice(pipedrive):
    SyncRun.objects.create(system="pipedrive", action="poll")

    with pytest.raises(AlreadyRunning):
        poll.poll(SYSTEM)


def test_a_poll_whose_process_died_does_not_block_the_next(pipedrive):
    SyncRun.objects.create(system="pipedrive", action="poll")
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert poll.poll(SYSTEM).state == RunState.DONE


def test_reconciling_repairs_both_sides_and_reports(pipedrive):
    pipedrive.account.seed(organizations=20, persons=0, deals=0)
    poll.backfill(SYSTEM)
    changed, deleted, *_ = pipedrive.account.records("organization")
    pipedrive.account.update("organization", changed["id"], name="Changed there")
    pipedrive.account.delete("organization", deleted["id"])
    new = pipedrive.create("organization", name="New there")
    Company.objects.filter(name=pipedrive.account.records("organization")[5]["name"]).update(
        name="Changed here"
    )
    never_sent = CompanyFactory(name="New here")
    pipedrive.send()
    # As if the queues had been lost: what was owed is found by comparing.
    OutboxEntry.objects.all().delete()
    ExternalLink.objects.filter(record_id=never_sent.pk).update(snapshot={"name": "Older"})

    row = reconcile.reconcile(SYSTEM)
    pipedrive.send()

    assert pipedrive.linked("company", changed["id"]).name == "Changed there"
    assert pipedrive.linked("company", deleted["id"]).archived_at is not None
    assert pipedrive.linked("company", new["id"]).name == "New there"
    there = {record["name"] for record in pipedrive.account.records("organization")}
    assert there == set(Company.objects.values_list("name", flat=True))
    assert "1 deleted there" in row.report


def test_an_unknown_system_is_a_clear_error(db):
    with pytest.raises(CommandError, match="there are: pipedrive"):
        call_command("poll", "pipedrivee")


def test_done_rows_go_after_ninety_days_and_dead_ones_stay(pipedrive):
    old = timezone.now() - timedelta(days=91)
    for key, state in [("done", "done"), ("dead", "dead"), ("ignored", "ignored")]:
        WebhookEvent.objects.create(
            system="pipedrive", dedupe_key=key, body=b"", state=state, done_at=old
        )
        OutboxEntry.objects.create(
            system="pipedrive", kind="company", record_id=1,
            state="dead" if state == "dead" else "done", done_at=old,
        )  # fmt: skip
        SyncRun.objects.create(
            system="pipedrive", action="poll", state="failed" if state == "dead" else "done",
            ended_at=old,
        )  # fmt: skip
    WebhookEvent.objects.create(
        system="pipedrive", dedupe_key="young", body=b"", state="done", done_at=timezone.now()
    )

    upkeep.remove_old()

    assert set(WebhookEvent.objects.values_list("dedupe_key", flat=True)) == {"dead", "young"}
    assert [entry.state for entry in OutboxEntry.objects.all()] == ["dead"]
    assert [run.state for run in SyncRun.objects.all()] == ["failed"]


def test_notes_are_kept_for_the_days_that_a_setting_says(db, settings):
    settings.SYNC_LOG_DAYS = 30
    for days, message in [(31, "old"), (29, "young")]:
        SyncLog.objects.create(topic="x", message=message)
        at = timezone.now() - timedelta(days=days)
        SyncLog.objects.filter(message=message).update(at=at)
    for state, number in [("open", 1), ("settled", 3)]:
        pair = {"first_id": number, "second_id": number + 1}
        PossibleDuplicate.objects.create(kind="company", state=state, **pair)
    PossibleDuplicate.objects.update(found_at=timezone.now() - timedelta(days=4_000))

    tasks.nightly()

    assert [note.message for note in SyncLog.objects.all()] == ["young"]
    assert PossibleDuplicate.objects.count() == 2


def test_deals_deleted_without_a_message_are_found(pipedrive):
    deal = pipedrive.create("deal", title="Onboarding")
    poll.backfill(SYSTEM)
    pipedrive.account.delete("deal", deal["id"])
    poll.deletions(SYSTEM)

    assert not Deal.objects.exists()


def test_a_row_without_a_usable_id_is_counted_and_told_to_staff_once_and_harms_no_other(pipedrive):
    first = pipedrive.create("organization", name="No number")
    pipedrive.create("organization", name="Larkfield")
    row = pipedrive.account.account.tables["organization"].rows[first["id"]]
    row.body = json.dumps(row.record() | {"id": -1}).encode()

    poll.poll(SYSTEM)
    poll.poll(SYSTEM)

    assert Company.objects.get().name == "Larkfield"
    assert SyncRun.objects.latest("pk").counts["company"]["failed"] == 1
    (told,) = SyncLog.objects.filter(topic="not_kept")
    assert "organization" in told.message
