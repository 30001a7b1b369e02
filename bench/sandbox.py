"""Pipedrive's stand-in as a process of its own, and the calls that it got."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import requests

from . import processes

WRITES = {"POST", "PATCH", "PUT", "DELETE"}

#: Its log shows the last 200 calls, so it is read this often while calls are made.
LOOK_SECONDS = 0.2

#: Filling it with 175,000 records takes a while.
CONTROL_SECONDS = 600


class Sandbox:
    """Control of a running sandbox."""

    def __init__(self, port: int, pid: int) -> None:
        self.url, self.pid = f"http://127.0.0.1:{port}", pid
        self._session = requests.Session()

    def seed(self, **counts: int) -> None:
        """Records without events."""
        self.post("/seed", **counts)

    def post(self, path: str, **body: Any) -> dict:
        return self.asked("POST", path, body)

    def record(self, entity: str, pk: str) -> dict:
        """As it is there now; not counted among the calls."""
        return self.asked("GET", f"/records/{entity}/{pk}")["record"]

    def create(self, entity: str, **values: Any) -> dict:
        """As a person in Pipedrive would."""
        return self.asked("POST", f"/records/{entity}", values)["record"]

    def change(self, entity: str, pk: str, **values: Any) -> dict:
        """As a person in Pipedrive would."""
        return self.asked("PATCH", f"/records/{entity}/{pk}", values)["record"]

    def asked(self, method: str, path: str, body: dict | None = None) -> dict:
        """Of the sandbox's own control."""
        answer = self._session.request(
            method, f"{self.url}/_sandbox{path}", json=body, timeout=CONTROL_SECONDS
        )
        answer.raise_for_status()
        return answer.json()

    def events(self, calendar: str, day: datetime) -> list[dict]:
        """A week of somebody's calendar, from that day on."""
        return self.asked("GET", f"/google/calendars/{calendar}?from={day:%Y-%m-%d}")["events"]

    def calls(self, after: int = 0) -> list[dict]:
        """The calls after that number; the last 200 of them."""
        return self.asked("GET", f"/calls?after={after}")["calls"]

    @contextmanager
    def watched(self) -> Iterator[list[dict]]:
        """Collect all the calls that are made inside the block."""
        found: list[dict] = []
        ended = threading.Event()
        last = self.calls()[-1:]
        number = last[0]["number"] if last else 0

        def look() -> None:
            new = self.calls(after=found[-1]["number"] if found else number)
            expected = (found[-1]["number"] if found else number) + 1
            if new and new[0]["number"] != expected:
                raise RuntimeError("The sandbox's log moved on faster than it was read")
            found.extend(new)

        def keep_looking() -> None:
            while not ended.wait(LOOK_SECONDS):
                look()

        thread = threading.Thread(target=keep_looking, daemon=True)
        thread.start()
        try:
            yield found
        finally:
            ended.set()
            thread.join()
        look()


@contextmanager
def started(address: str, plan: str = "unlimited") -> Iterator[Sandbox]:
    """A sandbox at the address that Hermes' settings name."""
    port = int(address.rpartition(":")[2])
    command = f"python -m integrations.sandbox --port {port} --plan {plan}"
    with processes.running(command, processes.environment()) as pid:
        sandbox = Sandbox(port, pid)
        processes.wait_for(f"{sandbox.url}/_sandbox/state")
        yield sandbox


def set_up() -> None:
    """Fields, users, pipelines and stages; deliveries are nobody's business here."""
    from integrations.pipedrive import keys, setup

    todo = setup.plan()
    todo.create_webhook = False
    setup.carry_out(todo)
    keys.forget()
