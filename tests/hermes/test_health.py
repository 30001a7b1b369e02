"""What operations ask, with each part broken in turn."""

from __future__ import annotations

from datetime import timedelta

import pytest
from celery import current_app
from django.contrib.auth.models import Group
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from hermes.roles import ROLES, install_roles
from integrations import tasks
from integrations.models import Heartbeat, WebhookEvent
from integrations.sync import changes, upkeep
from tests.factories import CompanyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def alive(db):
    """Worker and beat have just said so."""
    upkeep.beat("worker")
    upkeep.beat("beat")


def problems(client) -> dict[str, str]:
    response = client.get("/readyz")
    found = response.json()["problems"]
    assert response.status_code == (503 if found else 200)
    assert response.json()["status"] == ("error" if found else "ok")
    return found


def test_healthz_needs_nothing_but_the_process(client, monkeypatch):
    monkeypatch.setattr("hermes.health.connection.cursor", lambda: 1 / 0)

    assert client.get("/healthz").json() == {"status": "ok"}


def test_ready_when_all_answer(client, alive):
    assert problems(client) == {}


def test_not_ready_without_the_database(client, alive, monkeypatch):
    def refused():
        raise OperationalError("password=hunter2")

    monkeypatch.setattr("hermes.health.connection.cursor", refused)

    assert problems(client)["database"] == "OperationalError"


def test_not_ready_without_the_broker(client, alive, monkeypatch):
    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis://:hunter2@127.0.0.1:1/0")

    found = problems(client)

    assert set(found) == {"broker"}
    assert "hunter2" not in str(found)


def test_not_ready_before_a_worker_and_beat_were_ever_seen(client):
    assert problems(client) == {"worker": "never seen", "beat": "never seen"}


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_not_ready_when_worker_or_beat_is_silent(client, alive, name):
    silent = Heartbeat.objects.filter(name=name)
    silent.update(beat_at=timezone.now() - timedelta(seconds=61))
    assert problems(client) == {name: "silent"}

    upkeep.beat(name)
    assert problems(client) == {}


def test_a_worker_is_alive_when_one_of_its_processes_looks_for_work(client, alive):
    worker = Heartbeat.objects.filter(name="worker")
    worker.update(beat_at=timezone.now() - timedelta(seconds=61))

    tasks.sweep()
    assert problems(client) == {}

    first = worker.get().beat_at
    tasks.drain_inbox()
    assert worker.get().beat_at == first


@pytest.fixture
def scraper(settings):
    """Prometheus, with the token that it was given."""
    settings.METRICS_TOKEN = "for-the-scraper"
    return Client(headers={"Authorization": "Bearer for-the-scraper"})


def test_metrics_count_what_is_open_or_stuck_by_system_and_state(scraper, pipedrive):
    CompanyFactory()
    changes.spread()
    WebhookEvent.objects.create(system="pipedrive", dedupe_key="1", body=b"", state="dead")
    WebhookEvent.objects.create(system="pipedrive", dedupe_key="2", body=b"", state="done")
    text = scraper.get("/metrics").content.decode()

    assert 'hermes_outbox{state="waiting",system="pipedrive"} 1.0' in text
    assert 'hermes_inbox{state="dead",system="pipedrive"} 1.0' in text
    assert 'state="done"' not in text
    assert 'hermes_rows{table="links"}' in text


def test_metrics_count_no_row_that_is_done(scraper, db, django_assert_num_queries):
    with django_assert_num_queries(5) as queries:
        assert scraper.get("/metrics").status_code == 200

    counts = [query["sql"] for query in queries if "COUNT(" in query["sql"]]
    assert len(counts) == 2
    for sql in counts:
        assert '"state" IN (' in sql
        assert "'done'" not in sql


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer wrong", "Basic x", "Bearer é"])
@pytest.mark.parametrize("token", ["", "for-the-scraper"])
def test_metrics_are_not_for_strangers(client, settings, given, token):
    settings.METRICS_TOKEN = token

    response = client.get("/metrics", HTTP_AUTHORIZATION=given)

    assert response.status_code == 401
    assert "hermes_" not in response.content.decode()


@pytest.mark.parametrize("role", ROLES)
def test_metrics_are_for_staff_who_may_see_the_connections(client, django_user_model, role):
    user = django_user_model.objects.create(username="sam", is_staff=True)
    client.force_login(user, backend="hermes.permissions.PermissionsBackend")
    assert client.get("/metrics").status_code == 401

    install_roles()
    user.groups.add(Group.objects.get(name=role))
    response = client.get("/metrics")

    assert response.status_code == 200
    assert "hermes_rows" in response.content.decode()


def test_metrics_are_not_for_one_who_was_switched_off(client, admin_user):
    client.force_login(admin_user, backend="hermes.permissions.PermissionsBackend")
    assert client.get("/metrics").status_code == 200

    admin_user.is_active = False
    admin_user.save()

    assert client.get("/metrics").status_code == 401
