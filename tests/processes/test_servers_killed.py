"""PostgreSQL and Valkey die while Hermes works."""

from __future__ import annotations

import http.client
import threading

import pytest
from django.db import OperationalError, connection

from companies.models import Company
from integrations.models import OutboxEntry, WebhookEvent
from tests.factories import CompanyFactory
from tests.processes.parts import until

pytestmark = pytest.mark.processes


class People:
    """Make companies here and organizations there, one after the other."""

    def __init__(self, hermes) -> None:
        self.hermes = hermes
        self.acknowledged: list[str] = []
        self.saved: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._post)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc):
        self._stop.set()
        self._thread.join()

    def _post(self) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            organization = self.hermes.account.create("organization", name=f"There {number}")
            event = self.hermes.event("create", "organization", organization, f"own-{number}")
            try:
                if self.hermes.post(event) == 200:
                    self.acknowledged.append(f"own-{number}")
            except (OSError, http.client.HTTPException):
                continue
            finally:
                self._stop.wait(0.02)

    def save(self, name: str) -> None:
        """A person's edit, which counts once it is committed."""
        try:
            CompanyFactory(name=name)
        except OperationalError:
            connection.close()
        else:
            self.saved.append(name)


def test_postgres_killed_at_work_comes_back_and_both_sides_agree(running, servers):
    with People(running) as people:
        for number in range(20):
            people.save(f"Here {number}")
        until("deliveries are acknowledged", lambda: len(people.acknowledged) > 20)
        servers.kill_postgres()
        people.save("Refused")
        servers.start()
        before = len(people.acknowledged)
        until("the door opens again", lambda: len(people.acknowledged) > before + 20)
        for number in range(20, 40):
            people.save(f"Here {number}")
    # What the door could not take, and what was refused often enough to be banned, is polled.
    running.poll("pipedrive")
    running.settle()

    kept = set(WebhookEvent.objects.values_list("dedupe_key", flat=True))
    assert kept >= set(people.acknowledged)
    assert "Refused" not in people.saved
    assert set(people.saved) <= set(Company.objects.values_list("name", flat=True))
    assert not list(
        OutboxEntry.objects.filter(state="dead").values_list(
            "record_id", "attempts", "reason", "last_error"
        )
    )
    assert running.differences() == []


def test_valkey_killed_with_its_data_gone_leaves_nothing_undone(running, servers):
    servers.kill_valkey(with_its_data=True)
    CompanyFactory.create_batch(5)
    running.account.create("organization", name="There")
    until("the delivery is kept", lambda: WebhookEvent.objects.exists())
    servers.start()

    until("all is applied and sent", lambda: Company.objects.count() == 6)
    running.settle()
    assert len(running.organizations()) == 6
    assert running.differences() == []


def test_the_sweep_finds_what_no_message_told_of(hermes, servers):
    hermes.start("web")
    hermes.set_up()
    CompanyFactory.create_batch(5)
    hermes.account.create("organization", name="There")
    until("the delivery is kept", lambda: WebhookEvent.objects.exists())
    servers.kill_valkey(with_its_data=True)
    servers.start()
    hermes.start("worker", "beat")

    until("all is applied and sent", lambda: Company.objects.count() == 6)
    hermes.settle()
    assert hermes.differences() == []
