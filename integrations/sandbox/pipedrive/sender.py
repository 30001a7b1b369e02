"""Threads that post deliveries."""

import threading
import time

import requests

from integrations.sandbox.pipedrive.deliveries import Deliveries, Delivery
from integrations.sandbox.pipedrive.switches import Switches
from integrations.sandbox.pipedrive.webhooks import Webhooks
from integrations.sandbox.routing import dump

THREADS = 8


class Sender:
    """Takes deliveries off the queue and posts them, several at a time."""

    def __init__(self, deliveries: Deliveries, webhooks: Webhooks, switches: Switches) -> None:
        self._deliveries, self._webhooks, self._switches = deliveries, webhooks, switches
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
            delivery, credentials = taken
            outcome = self._post(session, delivery, credentials)
            for _ in range(self._copies(outcome)):
                self._post(session, delivery, credentials)
            with self._deliveries.changed:
                if not self._stopping:
                    self._deliveries.finish(delivery, outcome)

    def _take(self) -> tuple[Delivery, tuple[str, str] | None] | None:
        """Wait for one, with the user and password of its webhook; None: stop."""
        queue = self._deliveries
        with queue.changed:
            while not self._stopping:
                if delivery := queue.next():
                    return delivery, self._credentials(delivery)
                queue.changed.wait(queue.seconds_to_wait())
        return None

    def _credentials(self, delivery: Delivery) -> tuple[str, str] | None:
        webhook = self._webhooks.get(delivery.webhook_id)
        user, password = webhook["http_auth_user"], webhook["http_auth_password"]
        return ((user or "").encode(), (password or "").encode()) if user or password else None

    def _post(
        self, session: requests.Session, delivery: Delivery, credentials: tuple | None
    ) -> dict:
        meta = delivery.payload["meta"] | {"attempt": delivery.attempt}
        started = time.monotonic()
        status, error = None, ""
        try:
            status = session.post(
                delivery.url,
                data=dump(delivery.payload | {"meta": meta}),
                headers={"Content-Type": "application/json", "User-Agent": "Pipedrive Webhooks"},
                auth=credentials,
                timeout=self._switches.delivery_timeout_seconds,
                allow_redirects=False,
            ).status_code
        except requests.RequestException as failure:
            error = type(failure).__name__
        elapsed = round((time.monotonic() - started) * 1000, 1)
        return {"status": status, "error": error, "milliseconds": elapsed}

    def _copies(self, outcome: dict) -> int:
        arrived = outcome["status"] is not None and 200 <= outcome["status"] < 300
        return self._switches.duplicate_deliveries if arrived else 0
