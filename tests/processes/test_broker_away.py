"""The door stays open and quick when the broker is dead or does not move."""

from __future__ import annotations

import socket
import time

import pytest

from integrations.models import WebhookEvent
from tests.processes.parts import until

pytestmark = pytest.mark.processes

#: What Pipedrive may have to wait for at most; it gives up after ten.
LONGEST_SECONDS = 2


def post_ten(hermes) -> list[float]:
    """Post ten deliveries; returns how long each answer took."""
    took = []
    for number in range(10):
        organization = hermes.account.create("organization", name=f"There {number}")
        event = hermes.event("create", "organization", organization, f"own-{number}")
        started = time.monotonic()
        assert hermes.post(event) == 200
        took.append(time.monotonic() - started)
    return took


@pytest.fixture
def silent_port():
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield server.getsockname()[1]


def test_a_dead_broker_neither_shuts_nor_slows_the_door(hermes, servers):
    hermes.start("web")
    hermes.set_up()
    servers.kill_valkey()
    took = post_ten(hermes)
    servers.start()
    hermes.start("worker", "beat")

    assert max(took) < LONGEST_SECONDS
    until("all is kept", lambda: WebhookEvent.objects.count() >= 10)
    hermes.settle()
    assert hermes.differences() == []


def test_a_frozen_broker_neither_shuts_nor_slows_the_door(hermes, servers):
    hermes.start("web")
    hermes.set_up()
    servers.freeze_valkey()
    took = post_ten(hermes)
    servers.thaw_valkey()
    hermes.start("worker", "beat")

    assert max(took) < LONGEST_SECONDS, took
    # The first ones find out, the others need not wait.
    assert sorted(took)[len(took) // 2] < 0.5, took
    hermes.settle()
    assert hermes.differences() == []


def test_a_broker_of_its_own_that_does_not_answer_slows_the_door_little(hermes, silent_port):
    hermes.start("web", CELERY_BROKER_URL=f"redis://127.0.0.1:{silent_port}/0")
    hermes.set_up()
    took = post_ten(hermes)

    assert max(took) < LONGEST_SECONDS, took
    assert sorted(took)[len(took) // 2] < 0.5, took
