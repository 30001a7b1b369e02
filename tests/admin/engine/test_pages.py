import re
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from integrations.models import (
    SyncLog,
    SyncRun,
    WebhookEvent,
)

from . import rows

LISTS = [
    "webhookevent",
    "outboxentry",
    "conflict",
    "possibleduplicate",
    "syncrun",
    "synclog",
    "connection",
    "remotefield",
]


def listing(model):
    return reverse(f"admin:integrations_{model}_changelist")


def page(row):
    return reverse(f"admin:integrations_{row._meta.model_name}_change", args=[row.pk])


def test_the_menu_has_nothing_that_no_system_uses(as_):
    assert "Stage names" not in as_().get("/admin/").content.decode()


@pytest.mark.parametrize("model", LISTS)
def test_every_list_opens_with_a_row_and_few_queries(
    as_, one_of_each, model, django_assert_max_num_queries
):
    client = as_()

    with django_assert_max_num_queries(14):
        response = client.get(listing(model))

    assert response.status_code == 200
    assert response.content.count(b"<h1") == 1


@pytest.mark.parametrize("model", LISTS)
def test_every_page_opens(as_, one_of_each, model):
    response = as_().get(page(one_of_each[model]))

    assert response.status_code == 200


@pytest.mark.parametrize("model", LISTS)
def test_staff_never_meet_the_makers_words(as_, one_of_each, model):
    client = as_()
    text = client.get(listing(model)).content.decode()
    text += client.get(page(one_of_each[model])).content.decode()

    for word in ["webhook event", "outbox entr", "payload", "upsert", "idempotency"]:
        assert word not in text.lower()


@pytest.mark.parametrize("term", ["deal 1", "1", "key-1"])
def test_a_message_is_found_by_record_number_and_key(as_, term):
    message = rows.message()
    rows.message(2)

    response = as_().get(listing("webhookevent"), {"q": term})

    assert [row.pk for row in response.context["cl"].result_list] == [message.pk]


def test_a_change_is_found_by_the_number_it_has_there(as_):
    acme, other = rows.company(), rows.company("Other")
    link = rows.linked(acme)
    entry = rows.change(acme)
    rows.change(other)

    response = as_().get(listing("outboxentry"), {"q": link.remote_id})

    assert [row.pk for row in response.context["cl"].result_list] == [entry.pk]


def test_a_message_shows_its_content_without_secrets(as_):
    text = as_().get(page(rows.message())).content.decode()

    assert "Acme" in text
    assert "hush" not in text


def test_a_message_shows_those_before_and_after_it(as_):
    first, second, third = (rows.message(n, subject="deal 7") for n in range(3))

    text = as_().get(page(second)).content.decode()

    assert page(first) in text
    assert page(third) in text


def test_a_state_is_a_word_with_an_icon(as_):
    rows.message()

    text = as_().get(listing("webhookevent")).content.decode()

    assert 'aria-hidden="true">error</span>Needs you</span>' in text


def test_a_filtered_list_stops_counting(as_, monkeypatch):
    from hermes import admin_base

    monkeypatch.setattr(admin_base, "COUNTED_UP_TO", 2)
    for number in range(4):
        rows.message(number)

    dead = WebhookEvent.objects.filter(state="dead").order_by("pk")
    paginator = admin_base.EstimatedPaginator(dead, 50)

    assert paginator.count == 2
    assert str(paginator.count) == "2+"


def test_a_runs_numbers_lead_to_what_they_count(as_):
    client = as_()
    run = SyncRun.objects.create(
        system="pipedrive", action="backfill", counts={"company": {"created": 1, "failed": 2}}
    )
    made = rows.company("Made by the run")
    SyncLog.objects.create(system="pipedrive", topic="x", message="Could not be read")
    SyncRun.objects.update(state="done", ended_at=timezone.now())
    rows.company("Made later")

    text = client.get(page(run)).content.decode()
    created, failed = re.findall(
        r'<td data-label="[^"]+"><a class="hermes-link" href="([^"]+)"', text
    )

    assert list(client.get(unescape(created)).context["cl"].result_list) == [made]
    assert "Could not be read" in client.get(unescape(failed)).content.decode()


def test_a_dry_runs_numbers_lead_nowhere(as_):
    run = SyncRun.objects.create(
        system="pipedrive", action="backfill", dry_run=True, counts={"company": {"created": 1}}
    )

    assert '<td data-label="Added">1</td>' in as_().get(page(run)).content.decode()


def test_a_message_nested_beyond_reading_is_shown_as_it_came(as_):
    message = rows.message(body=b"[" * 100_000)

    response = as_("operations").get(page(message))

    assert response.status_code == 200
    assert "[[[[" in response.content.decode()


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        (lambda: rows.change(rows.company()), ["Problem", "Last error", "Sent or ended"]),
        (lambda: rows.change(rows.company(), state="waiting", done_at=None, reason="",
                             last_error=""), ["Next try"]),
        (lambda: rows.connection(), []),
        (lambda: rows.connection(paused=True, pause_reason="moving"), ["Why"]),
        (lambda: rows.connection(last_error="No", last_error_at=timezone.now()), ["Problem"]),
        (lambda: SyncRun.objects.create(system="pipedrive", action="poll"), ["Took"]),
        (lambda: rows.message(), ["Result", "Done after it came", "Error as it came"]),
        (lambda: rows.message(state="new", last_error="", done_at=None), []),
    ],
)  # fmt: skip
def test_a_row_that_has_nothing_to_say_is_left_out(as_, row, shown):
    context = as_("operations").get(page(row())).context
    fields = [field for fieldset in context["adminform"] for line in fieldset for field in line]
    labels = {str(field.field["label"]).capitalize() for field in fields}

    optional = {"Problem", "Why", "Last error", "Sent or ended", "Next try", "Result", "Took",
                "Done after it came", "Error as it came", "Report", "Calls left today",
                "Found by set-up", "Fields sent"}  # fmt: skip
    assert labels & optional == set(shown)
    assert labels - optional


def test_a_connection_says_how_many_calls_are_left(as_):
    row = rows.connection(budget={"used": 1200, "limit": 30000})

    text = as_("operations").get(page(row)).content.decode()

    assert "28,800 of 30,000" in text
    assert "Calls left today" in text


@pytest.mark.parametrize("model", LISTS)
def test_a_list_counts_its_rows_in_plain_words(as_, one_of_each, model):
    response = as_().get(listing(model))

    assert f"{response.context['cl'].result_count} in this list" in response.content.decode()
