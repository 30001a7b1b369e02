import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db.models.signals import post_migrate
from django.urls import reverse

from companies.merging import merge
from hermes.roles import ROLES, install_roles
from integrations.models import Connection, PossibleDuplicate, WebhookEvent

from . import rows


def do(row, button):
    return reverse(f"admin:integrations_{row._meta.model_name}_do", args=[row.pk, button])


@pytest.mark.parametrize("role", ["read only", "sales", "sales lead"])
def test_only_operations_apply_messages_again(as_, role):
    message = rows.message()

    response = as_(role).post(do(message, "replay"))

    assert response.status_code == 403
    assert WebhookEvent.objects.get().state == "dead"


@pytest.mark.parametrize("role", ["read only", "sales", "sales lead"])
def test_only_operations_pause_a_connection(as_, role):
    connection = rows.connection()

    assert as_(role).post(do(connection, "pause")).status_code == 403
    assert not Connection.objects.get().paused


@pytest.mark.parametrize("role", ["read only", "sales", "sales lead"])
def test_only_operations_apply_messages_again_since_a_time(as_, role):
    assert as_(role).get(reverse("admin:integrations_webhookevent_since")).status_code == 403


@pytest.mark.parametrize("role", ["read only", "sales", "sales lead"])
def test_messages_as_they_came_are_for_operations(as_, role):
    url = reverse("admin:integrations_webhookevent_change", args=[rows.message().pk])

    response = as_(role).get(url)

    assert response.status_code == 200
    assert "Acme" not in response.content.decode()


def test_one_who_only_reads_has_no_buttons(as_):
    entry = rows.change(rows.company())

    response = as_("read only").get(
        reverse("admin:integrations_outboxentry_change", args=[entry.pk])
    )

    assert response.context["buttons"] == []
    assert response.client.post(do(entry, "retry")).status_code == 403


@pytest.mark.parametrize("winner", ["hub", "remote", "typed"])
def test_one_who_only_reads_settles_nothing(as_, winner):
    conflict = rows.conflict(rows.company())

    assert as_("read only").post(do(conflict, winner)).status_code == 403
    conflict.refresh_from_db()
    assert conflict.state == "open"


def test_nobody_deletes_what_the_engine_wrote(as_):
    url = reverse("admin:integrations_webhookevent_delete", args=[rows.message().pk])

    assert as_().post(url, {"post": "yes"}).status_code == 403


def test_a_stranger_is_asked_to_log_in(client, db):
    response = client.get("/admin/")

    assert response.status_code == 302
    assert "/admin/login/" in response["Location"]


def test_the_roles_are_there_after_a_migration(db):
    migrated = apps.get_app_config("integrations")

    post_migrate.send(sender=migrated, app_config=migrated, using="default", apps=apps)

    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)


def test_a_role_loses_what_is_not_its_own(db):
    install_roles()
    group = Group.objects.get(name="read only")
    group.permissions.add(Permission.objects.get(codename="change_connection"))

    install_roles()

    assert not group.permissions.filter(codename="change_connection").exists()


@pytest.mark.parametrize(("role", "offered"), [("sales", False), ("sales lead", True)])
def test_merging_is_offered_to_those_who_may(as_, role, offered):
    PossibleDuplicate.objects.create(kind="company", first_id=1, second_id=2)

    response = as_(role).get(reverse("admin:integrations_possibleduplicate_changelist"))

    assert ("/admin/merge/company/?ids=1%2C2" in response.content.decode()) is offered


@pytest.mark.parametrize(("role", "offered"), [("sales", False), ("sales lead", True)])
def test_undoing_a_merge_is_offered_to_those_who_may(as_, role, offered):
    merged = merge(winner=rows.company("Acme"), losers=[rows.company("Acme Ltd")])

    text = as_(role).get(reverse("merged", args=[merged.pk])).content.decode()

    assert ("Undo this merge" in text) is offered
    assert "has taken over 1" in text
