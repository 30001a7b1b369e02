"""The web process dies under load: what it acknowledged is applied."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from companies.models import Company
from integrations.models import WebhookEvent
from tests.processes.parts import until

pytestmark = pytest.mark.processes

CONNECTIONS = 8
EACH_POSTS = 60


class Load:
    """Eight senders that post events until each is acknowledged, as Pipedrive would."""

    def __init__(self, hermes, organizations: list[dict]) -> None:
        self.hermes = hermes
        self.acknowledged: set[str] = set()
        self.interrupted = 0
        self._lock = threading.Lock()
        self._events: Iterator[dict] = iter(
            [hermes.event("create", "organization", one, f"event-{one['id']}")
             for one in organizations]
        )  # fmt: skip

    def send_all(self) -> None:
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            for future in [pool.submit(self._send) for _ in range(CONNECTIONS)]:
                future.result()

    def _send(self) -> None:
        while True:
            with self._lock:
                event = next(self._events, None)
            if event is None:
                return
            until("an event is acknowledged", lambda event=event: self._post(event))

    def _post(self, event: dict) -> bool:
        try:
            status = self.hermes.post(event)
        except (OSError, http.client.HTTPException):
            self.interrupted += 1
            return False
        assert status == 200
        with self._lock:
            self.acknowledged.add(event["meta"]["id"])
        return True


def test_every_delivery_that_a_killed_web_acknowledged_is_applied(hermes):
    hermes.start("web", "worker", "beat")
    hermes.set_up()
    hermes.account.switches.set(drop_deliveries=True)
    organizations = [
        hermes.account.create("organization", name=f"Larkfield {number}")
        for number in range(CONNECTIONS * EACH_POSTS)
    ]
    load = Load(hermes, organizations)
    sending = threading.Thread(target=load.send_all)
    sending.start()
    until("load is on", lambda: len(load.acknowledged) > 50)
    hermes.parts["web"].kill_a_child()
    until("load goes on", lambda: len(load.acknowledged) > 150)
    hermes.restart("web")
    sending.join()
    hermes.settle()

    assert load.interrupted > 0
    assert set(WebhookEvent.objects.values_list("dedupe_key", flat=True)) >= load.acknowledged
    assert not WebhookEvent.objects.exclude(state="done").exists()
    assert Company.objects.count() == len(organizations)
    assert hermes.differences() == []
