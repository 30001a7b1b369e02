"""Each role from the side of the one who lacks a right: the POST itself is refused."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from companies.merging import merge
from companies.models import Company, TeamMember
from hermes.roles import ROLES
from integrations.models import (
    OutboxEntry,
    PossibleDuplicate,
    SyncRun,
    WebhookEvent,
)
from tests.factories import (
    CompanyFactory,
    ContactFactory,
    DealFactory,
    MeetingFactory,
    StageFactory,
    TeamMemberFactory,
)

from . import rows

LEVELS = ["read only", "sales", "sales lead", "operations"]


def below(role):
    """The roles that have less than this one."""
    return LEVELS[: LEVELS.index(role)]


def address(name, row=None):
    return reverse(f"admin:{name}", args=[row.pk] if row else [])


def do(row, button):
    return reverse(f"admin:integrations_{row._meta.model_name}_do", args=[row.pk, button])


def test_there_is_no_role_that_this_file_forgets():
    assert set(LEVELS) == set(ROLES)


@pytest.mark.parametrize(
    ("factory", "name"),
    [
        (CompanyFactory, "companies_company"),
        (ContactFactory, "contacts_contact"),
        (DealFactory, "deals_deal"),
        (MeetingFactory, "meetings_meeting"),
    ],
)
@pytest.mark.parametrize("role", below("sales"))
def test_records_are_made_and_changed_by_sales_and_above(as_, role, factory, name):
    client, record = as_(role), factory()

    assert client.post(address(f"{name}_change", record), {"name": "x"}).status_code == 403
    assert client.post(address(f"{name}_add"), {"name": "x"}).status_code == 403
    assert type(record).objects.filter(pk=record.pk).exists()


@pytest.mark.parametrize("role", below("sales"))
def test_records_are_archived_by_sales_and_above(as_, role):
    company = CompanyFactory()

    as_(role).post(
        address("companies_company_changelist"),
        {"action": "archive_selected", "_selected_action": [company.pk]},
    )

    assert Company.objects.filter(pk=company.pk).exists()


@pytest.mark.parametrize(
    "name",
    ["record-send", "record-again", "record-link", "record-direction"],
)
@pytest.mark.parametrize("role", below("sales"))
def test_links_are_used_by_sales_and_above(as_, role, name, sandbox):
    company = CompanyFactory()

    response = as_(role).post(reverse(name, args=["company", company.pk, "pipedrive"]))

    assert response.status_code == 403
    assert not OutboxEntry.objects.exists()


@pytest.mark.parametrize("name", ["record-read", "record-unlink"])
@pytest.mark.parametrize("role", below("sales"))
def test_links_are_read_and_removed_by_sales_and_above(as_, role, name, sandbox):
    company = CompanyFactory()
    link = rows.linked(company)

    response = as_(role).post(reverse(name, args=["company", company.pk, link.pk]))

    assert response.status_code == 403
    link.refresh_from_db()
    assert sandbox.calls == []


@pytest.mark.parametrize("button", ["retry", "retry_alike", "discard"])
@pytest.mark.parametrize("role", below("sales"))
def test_stuck_changes_are_tried_again_and_held_back_by_sales_and_above(as_, role, button):
    entry = rows.change(rows.company())

    assert as_(role).post(do(entry, button), {"text": "why"}).status_code == 403
    entry.refresh_from_db()
    assert entry.state == "dead"


@pytest.mark.parametrize("role", below("sales"))
def test_all_stuck_changes_are_tried_again_by_sales_and_above(as_, role):
    rows.change(rows.company())
    url = reverse("admin:integrations_outboxentry_do_all", args=["retry_all"])

    assert as_(role).post(url).status_code == 403
    assert OutboxEntry.objects.get().state == "dead"


@pytest.mark.parametrize("role", below("sales"))
def test_pairs_are_told_apart_by_sales_and_above(as_, role):
    pair = PossibleDuplicate.objects.create(kind="company", first_id=1, second_id=2)

    assert as_(role).post(do(pair, "apart")).status_code == 403
    pair.refresh_from_db()
    assert pair.state == "open"


@pytest.mark.parametrize("role", below("sales lead"))
def test_companies_are_merged_by_a_sales_lead_and_above(as_, role):
    one, other = CompanyFactory(), CompanyFactory()

    response = as_(role).post(
        reverse("merge", args=["company"]), {"ids": f"{one.pk},{other.pk}", "winner": one.pk}
    )

    assert response.status_code == 403
    assert Company.objects.count() == 2


@pytest.mark.parametrize("role", below("sales lead"))
def test_team_members_and_booking_rules_are_changed_by_a_sales_lead_and_above(as_, role):
    client, member = as_(role), TeamMemberFactory()

    changed = client.post(
        address("companies_teammember_change", member), {"email": "x@hermes.example"}
    )
    added = client.post(address("companies_teammember_add"), {"email": "x@hermes.example"})
    rules = client.post("/admin/meetings/bookingrules/1/change/", {"duration": "1"})

    assert {changed.status_code, added.status_code} == {403}
    assert rules.status_code in (302, 403)
    assert not TeamMember.objects.filter(email="x@hermes.example").exists()


@pytest.mark.parametrize("role", below("operations"))
def test_pipelines_and_stages_are_changed_by_operations(as_, role):
    client, stage = as_(role), StageFactory(name="Demo")

    assert client.post(address("deals_stage_change", stage), {"name": "x"}).status_code == 403
    pipeline = address("deals_pipeline_change", stage.pipeline)
    assert client.post(pipeline, {"name": "x"}).status_code == 403
    assert client.post(address("deals_stage_add"), {"name": "x"}).status_code == 403
    stage.refresh_from_db()
    assert stage.name == "Demo"


@pytest.mark.parametrize("button", ["cancel", "release"])
@pytest.mark.parametrize("role", below("operations"))
def test_runs_are_cancelled_and_released_by_operations(as_, started, role, button):
    run = SyncRun.objects.create(system="pipedrive", action="poll", state="stopped")

    assert as_(role).post(do(run, button)).status_code == 403
    assert started == []


@pytest.mark.parametrize(
    "button", ["pause", "resume", "test", "poll", "preview", "backfill", "reconcile", "repair"]
)
@pytest.mark.parametrize("role", below("operations"))
def test_connections_are_worked_by_operations(as_, started, sandbox, role, button):
    connection = rows.connection()

    assert as_(role).post(do(connection, button), {"text": "why"}).status_code == 403
    assert started == []
    assert sandbox.calls == []


@pytest.mark.parametrize("role", below("operations"))
def test_messages_are_applied_again_by_operations(as_, role):
    client, message = as_(role), rows.message()

    one = client.post(do(message, "replay"))
    every = client.post(reverse("admin:integrations_webhookevent_do_all", args=["replay_all"]))
    since = client.post(
        reverse("admin:integrations_webhookevent_since"), {"since": "2020-01-01T00:00", "sure": "1"}
    )
    client.post(
        address("integrations_webhookevent_changelist"),
        {"action": "replay_selected", "_selected_action": [message.pk]},
    )

    assert {one.status_code, every.status_code, since.status_code} == {403}
    assert WebhookEvent.objects.get().state == "dead"


@pytest.mark.parametrize("role", LEVELS)
def test_nobody_of_any_role_deletes_a_record(as_, role):
    company = CompanyFactory()

    response = as_(role).post(address("companies_company_delete", company), {"post": "yes"})

    assert response.status_code == 403
    assert Company.objects.filter(pk=company.pk).exists()


@pytest.mark.parametrize("name", ["webhookevent", "outboxentry", "syncrun", "synclog", "conflict"])
@pytest.mark.parametrize("role", LEVELS)
def test_nobody_of_any_role_writes_what_the_engine_keeps(as_, role, name):
    client = as_(role)

    assert client.post(address(f"integrations_{name}_add"), {}).status_code == 403


@pytest.mark.parametrize("role", LEVELS)
def test_nobody_of_any_role_changes_a_role(as_, role):
    client = as_(role)
    group = Group.objects.get(name="read only")

    assert client.post(address("auth_group_change", group), {"name": "x"}).status_code == 403


def test_a_log_in_without_a_role_opens_nothing(as_):
    client = as_("read only")
    Group.objects.get(name="read only").user_set.clear()

    merged = merge(winner=CompanyFactory(), losers=[CompanyFactory()])
    assert client.get(reverse("merged", args=[merged.pk])).status_code == 403
    for name in ["companies_company", "deals_deal", "integrations_outboxentry"]:
        assert client.get(address(f"{name}_changelist")).status_code == 403
    assert client.get("/admin/").status_code == 200
