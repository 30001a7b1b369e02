import pytest
from django.urls import reverse

from integrations.models import (
    Connection,
    OutboxEntry,
    PossibleDuplicate,
    SyncLog,
    SyncRun,
    WebhookEvent,
)

from . import rows


def press(client, row, button, **data):
    name = f"admin:integrations_{row._meta.model_name}_do"
    return client.post(reverse(name, args=[row.pk, button]), data)


def test_one_message_is_applied_again(as_):
    message = rows.message()

    press(as_("operations"), message, "replay")

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("new", 0)


def test_the_chosen_messages_are_applied_again(as_):
    chosen, other = rows.message(1), rows.message(2)

    as_("operations").post(
        reverse("admin:integrations_webhookevent_changelist"),
        {"action": "replay_selected", "_selected_action": [chosen.pk]},
    )

    assert list(WebhookEvent.objects.filter(state="new")) == [chosen]
    assert WebhookEvent.objects.get(pk=other.pk).state == "dead"


def test_all_that_a_filter_shows_are_applied_again(as_):
    dead = rows.message(1)
    rows.message(2, state="done")
    url = reverse("admin:integrations_webhookevent_do_all", args=["replay_all"])

    as_("operations").post(f"{url}?state__exact=dead")

    assert list(WebhookEvent.objects.filter(state="new")) == [dead]


def test_messages_since_a_time_are_counted_before_they_are_applied_again(as_):
    rows.message()
    client, url = as_("operations"), reverse("admin:integrations_webhookevent_since")

    first = client.post(url, {"since": "2020-01-01T00:00"})
    assert first.context["count"] == 1
    assert not WebhookEvent.objects.filter(state="new").exists()

    client.post(url, {"since": "2020-01-01T00:00", "sure": "1"})
    assert WebhookEvent.objects.filter(state="new").count() == 1


def test_a_button_does_nothing_on_a_mere_visit(as_):
    message = rows.message()
    url = reverse("admin:integrations_webhookevent_do", args=[message.pk, "replay"])

    assert as_("operations").get(url).status_code == 405
    assert WebhookEvent.objects.get().state == "dead"


def test_a_stuck_change_is_tried_again(as_):
    entry = rows.change(rows.company())

    press(as_("sales"), entry, "retry")

    entry.refresh_from_db()
    assert entry.state == "waiting"


def test_all_changes_with_the_same_error_are_tried_again(as_):
    entry = rows.change(rows.company())
    rows.change(rows.company("Two"))
    other = rows.change(rows.company("Three"), last_error="Another")

    press(as_("sales"), entry, "retry_alike")

    assert OutboxEntry.objects.filter(state="waiting").count() == 2
    other.refresh_from_db()
    assert other.state == "dead"


def test_a_change_is_held_back_with_a_reason_that_is_kept(as_):
    entry = rows.change(rows.company())

    press(as_("sales"), entry, "discard", text="Typed by mistake")

    entry.refresh_from_db()
    assert entry.state == "discarded"
    assert "Typed by mistake" in SyncLog.objects.get(topic="discarded").message


def test_a_pair_that_is_not_the_same_is_remembered(as_):
    pair = PossibleDuplicate.objects.create(kind="company", first_id=1, second_id=2)

    press(as_("sales"), pair, "apart")

    pair.refresh_from_db()
    assert (pair.state, pair.settled_by) == ("settled", "sales")


def test_a_connection_is_paused_with_a_reason_and_resumed(as_, started):
    connection, client = rows.connection(), as_("operations")

    press(client, connection, "pause", text="They are moving house")
    connection.refresh_from_db()
    assert connection.paused
    assert "moving house" in connection.pause_reason

    press(client, connection, "resume")
    connection.refresh_from_db()
    assert not connection.paused


@pytest.mark.parametrize(
    ("button", "task", "kwargs"),
    [
        ("poll", "poll_system", {}),
        ("preview", "backfill_system", {"dry_run": True}),
        ("backfill", "backfill_system", {}),
        ("reconcile", "reconcile_system", {}),
    ],
)
def test_long_work_goes_to_the_worker(as_, switched_on, started, button, task, kwargs):
    press(as_("operations"), rows.connection(), button)

    assert started == [(task, ("pipedrive",), kwargs)]


def test_a_run_is_cancelled(as_):
    run = SyncRun.objects.create(system="pipedrive", action="poll")

    press(as_("operations"), run, "cancel")

    run.refresh_from_db()
    assert run.state == "cancelled"


@pytest.mark.parametrize(
    ("action", "task"),
    [
        ("poll", "poll_system"),
        ("reconcile", "reconcile_system"),
        ("deletions", "look_for_deleted"),
    ],
)
def test_releasing_the_brake_starts_the_run_again_without_it(
    as_, started, switched_on, action, task
):
    run = SyncRun.objects.create(system="pipedrive", action=action, state="stopped")

    press(as_("operations"), run, "release")

    assert started == [(task, ("pipedrive",), {"released": True})]


def test_a_run_that_a_later_one_asks_for_leads_to_it(as_, switched_on):
    old, new = (
        SyncRun.objects.create(system="pipedrive", action="poll", state="stopped") for _ in "12"
    )
    first, asking = (
        reverse("admin:integrations_syncrun_change", args=[run.pk]) for run in (old, new)
    )
    client = as_("operations")

    assert f'href="{asking}">A later run asks the same' in client.get(first).content.decode()
    assert "Somebody has to say yes" in client.get(asking).content.decode()
    SyncRun.objects.create(system="pipedrive", action="poll", state="done")
    assert "None is needed any more" in client.get(first).content.decode()


def test_a_run_that_was_answered_leads_to_the_one_that_went_on(as_, switched_on):
    stopped = SyncRun.objects.create(system="pipedrive", action="poll", state="stopped")
    released = SyncRun.objects.create(
        system="pipedrive", action="poll", state="done", brake_released=True
    )
    first, second = (
        reverse("admin:integrations_syncrun_change", args=[run.pk]) for run in (stopped, released)
    )

    assert f'href="{second}">Yes' in as_("read only").get(first).content.decode()


def test_a_question_is_read_to_its_end_and_a_report_line_by_line(as_, switched_on):
    question = f"{'42 deals were deleted there: ' * 20}Look at what happened."
    run = SyncRun.objects.create(
        system="pipedrive", action="poll", state="stopped", last_error=question, report="one\ntwo"
    )

    response = as_("operations").get(reverse("admin:integrations_syncrun_change", args=[run.pk]))

    assert question in response.content.decode()
    assert "one<br>two" in response.content.decode()


def test_a_run_that_was_answered_does_not_ask_any_more(as_, switched_on):
    SyncRun.objects.create(system="pipedrive", action="poll", state="stopped")
    client, url = as_("operations"), reverse("admin:integrations_syncrun_changelist")
    asks = "Stopped: asks you</span>"
    assert asks in " ".join(client.get(url).content.decode().split())

    SyncRun.objects.create(system="pipedrive", action="poll", state="done")

    assert asks not in " ".join(client.get(url).content.decode().split())


@pytest.mark.parametrize("later", ["stopped", "done"])
def test_only_the_newest_question_of_the_brake_can_be_answered(as_, started, switched_on, later):
    old = SyncRun.objects.create(system="pipedrive", action="poll", state="stopped")
    SyncRun.objects.create(system="pipedrive", action="poll", state=later)
    SyncRun.objects.create(system="pipedrive", action="poll", state="running")

    press(as_("operations"), old, "release")

    assert started == []


def test_a_button_returns_to_our_own_pages_only(as_):
    rows.connection()
    connection = Connection.objects.get()

    response = press(as_("operations"), connection, "pause", next="https://evil.example/")

    assert response["Location"].startswith("/admin/")


def test_a_connection_is_tested_and_the_answer_is_shown(as_, sandbox):
    connection = rows.connection()
    url = reverse("admin:integrations_connection_do", args=[connection.pk, "test"])

    response = as_("operations").post(url, follow=True)

    assert "The connection works." in response.content.decode()


def test_a_failed_test_says_so_in_words(as_, switched_on):
    connection = rows.connection()
    url = reverse("admin:integrations_connection_do", args=[connection.pk, "test"])

    response = as_("operations").post(url, follow=True)

    assert "The test failed:" in response.content.decode()


def test_operations_say_how_often_a_system_is_checked(as_, switched_on):
    connection, client = rows.connection(), as_("operations")

    press(client, connection, "interval", text=" 15 ")

    connection.refresh_from_db()
    assert connection.poll_minutes == 15


@pytest.mark.parametrize("text", ["", "0", "often", "-5", "1441", "9" * 30])
def test_an_interval_that_is_none_changes_nothing(as_, switched_on, text):
    connection = rows.connection()

    press(as_("operations"), connection, "interval", text=text)

    connection.refresh_from_db()
    assert connection.poll_minutes == 5


def said(response):
    """The sentences on the page after a button was pressed, each with its colour."""
    return [(message.level_tag, str(message)) for message in response.context["messages"]]


def test_a_change_that_a_newer_one_replaced_says_why_nothing_is_sent(as_):
    company = rows.company()
    old = rows.change(company, state="discarded")
    OutboxEntry.objects.create(system="pipedrive", kind="company", record_id=company.pk)
    url = reverse("admin:integrations_outboxentry_do", args=[old.pk, "retry"])

    response = as_("sales").post(url, follow=True)

    [(colour, sentence)] = said(response)
    assert colour == "warning"
    assert sentence.startswith("Nothing is sent again: a newer change of the same record")
    old.refresh_from_db()
    assert old.state == "discarded"


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (1, "1 change will be sent again now."),
        (2, "2 changes will be sent again now."),
    ],
)
def test_the_changes_that_are_sent_again_are_counted_in_words(as_, number, sentence):
    for each in range(number):
        rows.change(rows.company(f"Company {each}"))
    url = reverse("admin:integrations_outboxentry_do_all", args=["retry_all"])

    assert said(as_("sales").post(url, follow=True)) == [("success", sentence)]


@pytest.mark.parametrize(
    ("make", "button"),
    [
        (lambda: rows.connection(), "backfill"),
        (lambda: rows.connection(), "repair"),
        (lambda: SyncRun.objects.create(system="pipedrive", action="poll"), "release"),
        (lambda: rows.change(rows.company(), state="done"), "discard"),
        (lambda: rows.message(state="processing"), "replay"),
    ],
)
def test_a_button_that_is_not_shown_does_nothing_when_it_is_pressed(as_, started, make, button):
    row = make()
    name = f"admin:integrations_{row._meta.model_name}_do"
    kept = type(row).objects.filter(pk=row.pk).values()
    before = kept.get()

    response = as_().post(reverse(name, args=[row.pk, button]), follow=True)

    assert said(response) == [
        ("warning", "That cannot be done as things are now. Nothing was changed.")
    ]
    assert kept.get() == before
    assert not started
