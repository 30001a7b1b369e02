"""What operations ask, with each part broken in turn."""

from __future__ import annotations

from datetime import timedelta

import pytest
from celery import current_app
from django.db import OperationalError
from django.utils import timezone

from integrations.models import ExternalLink, Heartbeat
from integrations.sync import upkeep
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


def test_metrics_count_rows_by_system_and_state(client, pipedrive):
    CompanyFactory()
    pipedrive.send()
    text = client.get("/metrics").content.decode()

    assert 'hermes_outbox{state="done",system="pipedrive"} 1.0' in text
    links = ExternalLink.objects.filter(state="live").count()
    assert f'hermes_links{{state="live",system="pipedrive"}} {links}.0' in text
    assert "# TYPE hermes_inbox gauge" in text
