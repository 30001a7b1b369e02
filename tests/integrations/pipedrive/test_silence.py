"""Deliveries that no longer arrive: noticed, told, and made good."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from threading import Event

import pytest
from celery import current_app
from django.core.management import call_command
from django.core.signals import request_finished
from django.db import connections
from django.utils import timezone

from companies.models import Company
from integrations.models import Connection, SyncLog, SyncRun, WebhookEvent
from integrations.pipedrive import SYSTEM, setup
from integrations.sync import arrivals, inbox, poll, reconcile, upkeep, wake

pytestmark = pytest.mark.django_db(transaction=True)

LONG_AGO = timedelta(minutes=6)


@pytest.fixture
def account(sandbox, settings, live_server, monkeypatch):
    """Set up an hour ago and polled once; what changes there changed some minutes ago."""
    # The door's threads must not keep the test's database in use.
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    settings.SITE_URL = live_server.url
    setup.set_up()
    poll.poll(SYSTEM)
    now = timezone.now()
    Connection.objects.update(deliveries_expected_since=now - timedelta(hours=1))
    SyncRun.objects.filter(action="poll").update(started_at=now - LONG_AGO)
    sandbox.clock.set(now - timedelta(minutes=5))
    sandbox.pipedrive.switches.set(retry_scale=0.001)
    return sandbox.pipedrive


@pytest.fixture
def banned(account, settings):
    """Ten first tries failed, and Pipedrive sends nothing for half an hour."""
    right = settings.PIPEDRIVE_WEBHOOK_PASSWORD
    settings.PIPEDRIVE_WEBHOOK_PASSWORD = "not what was registered"
    for number in range(10):
        account.create("organization", name=f"Refused {number}")
    assert account.settle()
    settings.PIPEDRIVE_WEBHOOK_PASSWORD = right
    account.create("organization", name="Lost in the ban")
    assert account.deliveries[-1].state == "lost"
    return account


@contextmanager
def answered(requests: int):
    """Until so many more requests are."""
    left, done = iter(range(requests - 1, -1, -1)), Event()

    def count(**_):
        if next(left, 0) == 0:
            done.set()

    request_finished.connect(count)
    yield
    assert done.wait(10)
    request_finished.disconnect(count)


def told_of_late(account):
    """Its message was refused at first, and came only now."""
    account.create("organization", name="Came with the retry")
    assert account.settle()
    inbox.drain()


def lost(account, number: int):
    account.switches.set(drop_deliveries=True)
    for each in range(number):
        account.create("organization", name=f"Told to nobody {each}")


def said() -> list[str]:
    logs = SyncLog.objects.filter(topic="deliveries").order_by("pk")
    return list(logs.values_list("message", flat=True))


def test_a_ban_is_noticed_by_the_poll_told_once_and_polled_over_each_minute(banned):
    poll.poll(SYSTEM)
    poll.poll(SYSTEM)

    assert Company.objects.filter(name="Lost in the ban").exists()
    assert Connection.objects.get().deliveries_missing_since
    (message,) = said()
    assert "Pipedrive no longer tells of changes" in message
    SyncRun.objects.filter(action="poll").update(started_at=timezone.now() - timedelta(minutes=1))
    assert upkeep.due_for_poll() == [SYSTEM]


def test_the_registration_is_made_anew_and_messages_come_again(banned, monkeypatch):
    (old,) = banned.webhooks
    told = []
    monkeypatch.setattr(wake, "_publish", lambda *task: told.append(task))

    call_command("poll", "pipedrive")

    ((name, system),) = told
    current_app.tasks[name](system)

    (new,) = banned.webhooks
    assert new["id"] != old["id"]
    assert any("was answered with 401" in line for line in said())
    banned.create("organization", name="Told again")
    assert banned.settle()
    inbox.drain()
    assert Connection.objects.get().deliveries_missing_since is None
    assert said()[-1] == "Messages arrive again"
    assert upkeep.due_for_poll() == []


def test_the_check_of_the_set_up_says_what_the_last_message_was_answered(banned):
    assert "was answered with 401" in SYSTEM.repair()
    assert SYSTEM.repair() == "Everything is as Hermes needs it."


def test_a_registration_whose_retries_came_through_is_made_anew_as_well(account, sandbox, settings):
    right, settings.PIPEDRIVE_WEBHOOK_PASSWORD = settings.PIPEDRIVE_WEBHOOK_PASSWORD, "wrong"
    # Nothing is tried again while its clock stands still.
    sandbox.clock.freeze()
    with answered(10):
        for number in range(10):
            account.create("organization", name=f"Came with the retry {number}")
    settings.PIPEDRIVE_WEBHOOK_PASSWORD = right
    sandbox.clock.run()
    assert account.settle()
    (old,) = account.webhooks
    WebhookEvent.objects.update(received_at=timezone.now() - 2 * LONG_AGO)
    account.create("organization", name="Lost in the ban")
    assert (old["last_http_status"], account.deliveries[-1].state) == (200, "lost")
    poll.poll(SYSTEM)

    assert "No message has come" in SYSTEM.repair()

    (new,) = account.webhooks
    assert new["id"] != old["id"]
    assert SYSTEM.repair() == "Everything is as Hermes needs it."


def test_messages_are_expected_through_a_registration_that_was_there_already(account):
    Connection.objects.update(deliveries_expected_since=None)

    SYSTEM.repair()

    expected = Connection.objects.get().deliveries_expected_since
    assert expected
    SYSTEM.repair()
    assert Connection.objects.get().deliveries_expected_since == expected


@pytest.mark.parametrize("looks", [poll.poll, reconcile.reconcile])
def test_many_changes_that_nothing_told_of_are_silence_however_fresh(account, sandbox, looks):
    told_of_late(account)
    sandbox.clock.set(timezone.now() - timedelta(minutes=2))
    lost(account, 11)

    looks(SYSTEM)

    assert Company.objects.count() == 12
    (message,) = said()
    assert "Pipedrive no longer tells of changes" in message


def test_many_changes_whose_messages_nobody_has_read_yet_are_no_silence(account, sandbox):
    sandbox.clock.set(timezone.now() - timedelta(minutes=2))
    for number in range(11):
        account.create("organization", name=f"Told of {number}")
    assert account.settle()

    poll.poll(SYSTEM)
    inbox.drain()

    assert (said(), Connection.objects.get().untold_since) == ([], None)


def test_a_person_who_checks_the_set_up_has_doubts_settled(account, sandbox, admin_client):
    (old,) = account.webhooks
    told_of_late(account)
    sandbox.clock.set(timezone.now() - timedelta(minutes=2))
    lost(account, 1)
    poll.poll(SYSTEM)
    assert SYSTEM.repair() == "Everything is as Hermes needs it."

    page = f"/admin/integrations/connection/{Connection.objects.get().pk}/do/repair/"
    answer = admin_client.post(page, follow=True).content.decode()

    assert "No message has come" in answer
    (new,) = account.webhooks
    assert new["id"] != old["id"]
    assert SYSTEM.repair(asked=True) == "Everything is as Hermes needs it."
    assert SYSTEM.repair(asked=True) == "Everything is as Hermes needs it."


def test_a_quiet_account_is_no_silence(account):
    poll.poll(SYSTEM)

    assert said() == []


def test_a_poll_that_is_quicker_than_the_inbox_is_no_silence(account):
    account.create("organization", name="Told of")
    assert account.settle()

    poll.poll(SYSTEM)

    assert (Company.objects.count(), WebhookEvent.objects.count()) == (1, 1)
    assert said() == []


def test_a_change_of_this_minute_may_still_be_told_of(account, sandbox):
    sandbox.clock.reset()
    account.switches.set(drop_deliveries=True)
    account.create("organization", name="Just made")
    poll.poll(SYSTEM)
    assert said() == []

    Connection.objects.update(untold_since=timezone.now() - arrivals.COMES_WITHIN)
    poll.poll(SYSTEM)
    assert len(said()) == 1


def test_what_changed_while_hermes_was_away_says_nothing_about_messages(account):
    account.switches.set(drop_deliveries=True)
    account.create("organization", name="Made in the night")
    evening = timezone.now() - timedelta(hours=8)
    SyncRun.objects.filter(action="poll").update(started_at=evening, ended_at=evening)

    poll.poll(SYSTEM)

    assert said() == []


def test_a_change_dated_in_the_future_is_missed_like_any_other(account, sandbox):
    sandbox.clock.set(timezone.now() + timedelta(days=365))
    account.switches.set(drop_deliveries=True)
    account.create("organization", name="Dated next year")

    poll.poll(SYSTEM)

    assert Connection.objects.get().untold_since <= timezone.now()


def test_a_system_that_was_never_asked_to_tell_is_not_missed(account):
    Connection.objects.update(deliveries_expected_since=None)
    account.switches.set(drop_deliveries=True)
    account.create("organization", name="Read only")

    poll.poll(SYSTEM)

    assert said() == []


@pytest.mark.parametrize(
    ("used", "due"),
    [(None, True), (0, True), (14_999, True), (15_000, False), (30_000, False)],
)
def test_calls_that_people_need_are_not_spent_on_asking_each_minute(account, used, due):
    budget = {} if used is None else {"limit": 30_000, "used": used}
    SyncRun.objects.update(started_at=timezone.now() - timedelta(seconds=55))
    Connection.objects.update(poll_minutes=5, budget=budget)
    assert upkeep.due_for_poll() == []

    Connection.objects.update(deliveries_missing_since=timezone.now())

    assert upkeep.due_for_poll() == ([SYSTEM] if due else [])


def test_messages_of_another_account_are_no_sign_that_ours_arrive(account, client, authorised):
    account.switches.set(drop_deliveries=True)
    account.create("organization", name="Told to nobody")
    meta = {"id": "1", "company_id": "31337", "entity": "organization", "action": "change"}
    body = {"meta": {**meta, "entity_id": "7"}, "data": {"id": 7}}
    client.post("/pipedrive/callback/", body, content_type="application/json", **authorised)
    inbox.drain()
    assert WebhookEvent.objects.get().reason == "config"

    poll.poll(SYSTEM)

    assert Connection.objects.get().last_delivery_at is None
    assert "no longer tells of changes" in said()[0]


def test_the_time_of_the_last_message_never_moves_back(account):
    now = timezone.now()
    arrivals.heard("pipedrive", now, now)
    earlier = now - timedelta(minutes=1)
    arrivals.heard("pipedrive", earlier, earlier)

    row = Connection.objects.get()
    assert (row.last_delivery_at, row.told_until) == (now, now)
