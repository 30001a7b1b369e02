"""Threads that post deliveries."""

import threading
import time

import requests

from integrations.sandbox.deliveries import Deliveries
from integrations.sandbox.delivery import Delivery
from integrations.sandbox.switches import Switches

THREADS = 8


class Sender:
    """Takes deliveries off the queue and posts them, several at a time."""

    def __init__(self, deliveries: Deliveries, switches: Switches) -> None:
        self._deliveries, self._switches = deliveries, switches
        self._stopping = False
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin sending."""
        for position in range(THREADS):
            thread = threading.Thread(target=self._run, name=f"sender-{position}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End; a post that is under way has a second to end by itself."""
        self._stopping = True
        self._deliveries.wake()
        for thread in self._threads:
            thread.join(timeout=1)

    def _run(self) -> None:
        session = requests.Session()
        # Proxies and .netrc of this machine are no business of the simulated sender.
        session.trust_env = False
        while (taken := self._take()) is not None:
            delivery, letter = taken
            outcome = self._post(session, delivery, letter)
            for _ in range(self._copies(delivery, outcome)):
                self._post(session, delivery, letter)
            with self._deliveries.changed:
                if not self._stopping:
                    self._deliveries.finish(delivery, outcome)

    def _take(self) -> tuple[Delivery, dict] | None:
        """Wait for one, with what is to be posted; None: stop."""
        queue = self._deliveries
        with queue.changed:
            while not self._stopping:
                if delivery := queue.next():
                    return delivery, queue.webhooks.letter(delivery)
                queue.changed.wait(queue.seconds_to_wait())
        return None

    def _post(self, session: requests.Session, delivery: Delivery, letter: dict) -> dict:
        started = time.monotonic()
        status, error = None, ""
        try:
            answer = session.post(
                delivery.url,
                **letter,
                timeout=self._switches.delivery_timeout_seconds,
                allow_redirects=False,
            )
            status = answer.status_code
            if answer.ok and not self._deliveries.acknowledged(delivery, answer.text):
                error = "not acknowledged"
        except requests.RequestException as failure:
            error = type(failure).__name__
        elapsed = round((time.monotonic() - started) * 1000, 1)
        return {"status": status, "error": error, "milliseconds": elapsed}

    def _copies(self, delivery: Delivery, outcome: dict) -> int:
        arrived = self._deliveries.arrived(delivery, outcome)
        return self._switches.duplicate_deliveries if arrived else 0
