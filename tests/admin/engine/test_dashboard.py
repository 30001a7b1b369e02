from datetime import timedelta

import pytest
from django.utils import timezone

from integrations import tasks
from integrations.models import Heartbeat, SyncRun, WebhookEvent
from integrations.sync import connections
from integrations.sync.system import get

from . import rows


@pytest.fixture(autouse=True)
def pipedrive(settings):
    settings.PIPEDRIVE_BASE_URL = "http://127.0.0.1:1"
    settings.PIPEDRIVE_API_TOKEN = "demo"


def tiles(response):
    return {tile["label"]: tile for tile in response.context["tiles"]}


@pytest.mark.parametrize("role", ["", "operations", "sales", "read only"])
def test_the_dashboard_opens_in_thirteen_queries(as_, role, django_assert_max_num_queries):
    rows.connection()
    rows.message()
    client = as_(role)
    client.get("/admin/")

    with django_assert_max_num_queries(13):
        response = client.get("/admin/")

    assert response.status_code == 200
    assert response.content.count(b"<h1") == 1


def test_nothing_to_do_reads_all_clear(as_):
    assert tiles(as_().get("/admin/"))["Needs you"]["value"] == "All clear"


def test_a_tile_counts_what_is_stuck_and_leads_to_it(as_):
    rows.change(rows.company())
    client = as_()

    tile = tiles(client.get("/admin/"))["Needs you"]

    assert tile["value"] == "1"
    assert client.get(tile["url"]).context["cl"].result_count == 1


def test_messages_that_wait_to_be_applied_are_told_with_their_age(as_):
    now = timezone.now()
    for minutes, state in {7: "new", 2: "new", 9: "done"}.items():
        message = rows.message(minutes)
        WebhookEvent.objects.filter(pk=message.pk).update(
            state=state, received_at=now - timedelta(minutes=minutes), next_attempt_at=now
        )

    page = as_().get("/admin/")

    assert tiles(page)["Messages in the last hour"]["note"] == "2 to apply, oldest 7 min ago"
    assert page.context["to_apply"] == "2"


def test_a_run_that_stopped_and_asks_is_counted_until_it_is_answered(as_):
    SyncRun.objects.create(system="pipedrive", action="poll", state="stopped")
    run = SyncRun.objects.create(system="pipedrive", action="poll", state="stopped")
    client = as_()

    tile = tiles(client.get("/admin/"))["Needs you"]

    assert (tile["value"], "1 stopped run" in tile["note"]) == ("1", True)
    assert list(client.get(tile["url"]).context["cl"].result_list) == [run]
    SyncRun.objects.create(system="pipedrive", action="poll", state="done")
    assert tiles(client.get("/admin/"))["Needs you"]["value"] == "All clear"


def test_a_run_of_a_system_that_is_switched_off_asks_nobody(as_):
    SyncRun.objects.create(system="salesforce", action="poll", state="stopped")

    assert tiles(as_().get("/admin/"))["Needs you"]["value"] == "All clear"


def test_what_failed_says_what_it_counts_on_the_tile_and_under_the_chart(as_):
    acme = rows.company()
    rows.change(acme)
    rows.message(1)
    rows.message(2)

    response = as_().get("/admin/")

    assert tiles(response)["Failed in 24 h"] | {"url": ""} == {
        "label": "Failed in 24 h",
        "value": "3",
        "icon": "warning",
        "note": "1 change that could not be sent, 2 messages that could not be applied",
        "url": "",
        "clear": False,
    }
    assert "Changes that could not be sent: 1" in response.content.decode()


def test_every_tile_leads_to_a_list(as_):
    client = as_()

    for tile in tiles(client.get("/admin/")).values():
        assert client.get(tile["url"]).status_code == 200


def test_a_paused_connection_says_so_with_its_reason(as_):
    rows.connection(paused=True, pause_reason="Ada: moving house")

    text = as_().get("/admin/").content.decode()

    assert "Paused</span>" in text
    assert "moving house" in text
    assert "Resume" in text


@pytest.mark.parametrize(("role", "shown"), [("operations", True), ("sales", False)])
def test_pausing_is_offered_to_those_who_may(as_, role, shown):
    rows.connection()

    text = as_(role).get("/admin/").content.decode()

    assert ("Pause: Pipedrive" in text) is shown


def test_a_system_without_settings_is_grey_and_says_so(as_, settings):
    settings.PIPEDRIVE_API_TOKEN = ""

    assert "Not set up" in as_().get("/admin/").content.decode()


@pytest.mark.parametrize(("age", "word"), [(5, "Alive"), (90, "Silent for 1 min")])
def test_a_silent_worker_is_shown_with_a_word(as_, age, word):
    Heartbeat.objects.create(name="worker", beat_at=timezone.now() - timedelta(seconds=age))

    assert word in as_().get("/admin/").content.decode()


def test_long_runs_that_stand_still_are_seen_while_the_worker_lives(as_):
    tasks.sweep()
    tasks.take_runs()
    staff = as_()
    assert "Silent" not in staff.get("/admin/").content.decode()

    Heartbeat.objects.filter(name="runs").update(beat_at=timezone.now() - timedelta(minutes=5))
    text = staff.get("/admin/").content.decode()
    assert "Long runs" in text
    assert "Silent for 5 min" in text


@pytest.mark.parametrize("span", ["day", "week"])
def test_the_chart_and_its_table_have_the_same_numbers(as_, span):
    rows.message()
    rows.change(rows.company(), state="done")

    chart = as_().get("/admin/", {"chart": span}).context["chart"]

    assert dict(chart["totals"]) == {
        "Messages received": 1, "Changes sent": 1, "Changes that could not be sent": 0,
    }  # fmt: skip
    assert [sum(numbers) for _, numbers in chart["rows"]].count(2) == 1


def test_a_system_that_was_just_switched_on_can_be_tested_at_once(as_):
    text = as_("operations").get("/admin/").content.decode()

    assert "Test: Pipedrive" in text


def test_messages_that_do_not_arrive_are_shown_with_what_hermes_does_instead(as_):
    row = rows.connection(deliveries_missing_since=timezone.now())
    client = as_()

    for page in ["/admin/", f"/admin/integrations/connection/{row.pk}/change/"]:
        text = client.get(page).content.decode()
        assert "No messages arrive</span>" in text
        assert "Hermes asks every minute instead" in text


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (1, "1 message was refused: wrong password or signature."),
        (3, "3 messages were refused: wrong password or signature."),
    ],
)
def test_a_connection_says_how_many_messages_were_refused(as_, client, number, sentence):
    for _ in range(number):
        client.post("/pipedrive/callback/", b"{}", content_type="application/json")

    assert sentence in as_().get("/admin/").content.decode()


def test_a_wrong_seal_of_salesforces_relay_is_counted_in_the_same_words(as_, client, salesforce):
    client.post("/salesforce/webhooks/cdc/", b"{}", content_type="application/json")

    assert (
        "1 message was refused: wrong password or signature."
        in as_().get("/admin/").content.decode()
    )


def test_a_connection_without_refused_messages_says_nothing_of_them(as_):
    rows.connection()

    assert "refused" not in as_().get("/admin/").content.decode()


def test_who_cannot_be_checked_for_changes_shows_no_check_and_offers_none(as_, tc2):
    row = connections.of(get("tc2"))
    client = as_("operations")

    page = client.get("/admin/")
    card = next(card for card in page.context["cards"] if card["name"] == "TC2")
    assert [label for label, _ in card["times"]] == ["Last message", "Last success"]
    assert [button["label"] for button in card["buttons"]] == ["Pause", "Test"]

    text = client.get(f"/admin/integrations/connection/{row.pk}/change/").content.decode()
    assert "Last check for changes" not in text
    assert "Check for changes now" not in text
    assert "Set how often" not in text
    assert "never: its messages tell of changes" in text


def test_the_chart_counts_what_the_tile_of_the_last_hour_counts(as_):
    client = as_()
    client.get("/admin/")
    rows.message()

    response = client.get("/admin/")

    assert tiles(response)["Messages in the last hour"]["value"] == "1"
    assert dict(response.context["chart"]["totals"])["Messages received"] == 1
