"""The integration's webhook: where it goes, and the rule that switches it off."""

import json
from collections import deque

from integrations.sandbox.clock import Clock, stamp
from integrations.sandbox.delivery import Delivery, Retries
from integrations.sandbox.journal import Journal
from integrations.sandbox.routing import dump

#: There is one; the queue wants a number.
WEBHOOK_ID = 1
RETRIES = Retries(
    after_seconds=(1, 10, 100, 1000),
    succeeded=lambda status: status in (200, 201, 202, 204),
    worthwhile=lambda status: status is None or status == 429 or status >= 500,
)
FAILED_SHARE_TO_SWITCH_OFF = 0.2
FEWEST_TRIES = 10
COUNTED_SECONDS = 60 * 60


class Webhook:
    """One address, switched off while it fails too often. The account's lock guards it."""

    def __init__(self, clock: Clock, journal: Journal, first_url: str) -> None:
        self._clock, self._journal, self._first_url = clock, journal, first_url
        self.clear()

    def clear(self) -> None:
        """As on the first day."""
        self._url_by_hand: str | None = None
        self.enabled, self._switched_off_at = True, None
        #: When, and whether it failed.
        self._tries: deque[tuple[float, bool]] = deque()

    def load(self) -> None:
        """Take over what the journal has."""
        for _, body in self._journal.read("webhook"):
            kept = json.loads(body)
            self._url_by_hand, self.enabled = kept["url"], kept["enabled"]
            self._switched_off_at = kept["switched_off_at"]

    @property
    def url(self) -> str:
        """Where it goes; empty: nowhere. What a person set outlives a restart."""
        return self._first_url if self._url_by_hand is None else self._url_by_hand

    def set(self, url: str | None, enabled: bool) -> None:
        """By a person; turning it on forgets the failures, None leaves the address alone."""
        self._url_by_hand, self.enabled = self._url_by_hand if url is None else url, enabled
        if enabled:
            self._switched_off_at = None
            self._tries.clear()
        self._keep()

    def get(self, _webhook_id: int) -> dict | None:
        """None: nothing is sent, neither new nor again."""
        return {"url": self.url} if self.url and self.enabled else None

    def banned(self, _webhook_id: int) -> bool:
        """Whether it is switched off."""
        return not self.enabled

    def note_success(self, _webhook_id: int, _status: int) -> None:
        """A try arrived."""
        self._note(failed=False)

    def note_failure(self, _webhook_id: int, _status: int | None, *, first_attempt: bool) -> None:
        """A try failed; second and later ones count as well."""
        self._note(failed=True)

    def _note(self, *, failed: bool) -> None:
        self._tries.append((self._clock.time(), failed))
        failures = self._failures()
        enough = len(self._tries) >= FEWEST_TRIES
        if self.enabled and enough and failures / len(self._tries) > FAILED_SHARE_TO_SWITCH_OFF:
            self.enabled, self._switched_off_at = False, stamp(self._clock.now())
            self._keep()

    def _failures(self) -> int:
        oldest = self._clock.time() - COUNTED_SECONDS
        while self._tries and self._tries[0][0] <= oldest:
            self._tries.popleft()
        return sum(failed for _, failed in self._tries)

    def letter(self, delivery: Delivery) -> dict:
        """What is posted: the same bytes at each try."""
        headers = {"content-type": "application/json", "user-agent": "TutorCruncher"}
        if signed := delivery.payload["signature"]:
            headers["webhook-signature"] = signed
        return {"data": delivery.payload["body"].encode(), "headers": headers}

    def as_json(self) -> dict:
        """For the page."""
        failures = self._failures()
        return {
            "url": self.url,
            "enabled": self.enabled,
            "switched_off_at": self._switched_off_at,
            "tries_in_an_hour": len(self._tries),
            "failed_in_an_hour": failures,
        }

    def _keep(self) -> None:
        state = {"url": self._url_by_hand, "enabled": self.enabled}
        self._journal.put("webhook", 0, dump(state | {"switched_off_at": self._switched_off_at}))
