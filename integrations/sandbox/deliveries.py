"""Deliveries: which is to be sent next, and what became of each."""

import heapq
import itertools
import json
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict

from integrations.sandbox.clock import Clock, stamp_with_milliseconds
from integrations.sandbox.delivery import Delivery, Retries, Webhooks
from integrations.sandbox.journal import Journal
from integrations.sandbox.routing import dump
from integrations.sandbox.switches import Switches

KEPT = 5_000
MOST_SHOWN = 200


class Deliveries:
    """The queue, and the list that the page shows. The account's lock guards both.

    ``retries`` are the rules of all webhooks, or those of each by its id.

    First attempts that share a key leave in order. A retry holds nobody up, so later
    events overtake it: as Pipedrive and TC2 have it.
    """

    def __init__(
        self,
        clock: Clock,
        journal: Journal,
        switches: Switches,
        lock: threading.RLock,
        retries: Retries | Mapping[int, Retries],
    ) -> None:
        self._clock, self._journal, self._switches = clock, journal, switches
        self._retry_rules = retries
        #: Senders wait on the one, ``settle`` on the other.
        self.changed = threading.Condition(lock)
        self._settled = threading.Condition(lock)
        #: Set by the system's own.
        self.webhooks: Webhooks | None = None
        self.clear()
        clock.on_move(self.wake)

    def clear(self) -> None:
        """Nothing under way, nothing remembered."""
        self._numbers = itertools.count(1)
        self.all: dict[int, Delivery] = {}
        self._open: dict[int, Delivery] = {}
        self._chains: dict[str, deque[Delivery]] = {}
        self._ready: deque[Delivery] = deque()
        self._retries: list[tuple[float, int]] = []
        self._kept_back: list[tuple[float, Delivery]] = []
        self._flushed_up_to = 0

    def load(self) -> None:
        """Go on with what a killed process left."""
        stored = sorted(
            (json.loads(body) for _, body in self._journal.read("delivery")),
            key=lambda one: one["number"],
        )
        for one in stored:
            delivery = Delivery(**one)
            self._open[delivery.number] = self.all[delivery.number] = delivery
            if delivery.attempt == 1:
                self._queue(delivery)
            else:
                self._queue_retry(delivery)
        last = max((one["number"] for one in stored), default=0)
        self._numbers = itertools.count(last + 1)

    def add(self, **about: object) -> Delivery:
        """A new one, queued unless it is lost; ``about``: the fields of ``Delivery``."""
        delivery = Delivery(number=next(self._numbers), **about)
        self.all[delivery.number] = delivery
        self._forget_old()
        if self.webhooks.banned(delivery.webhook_id):
            delivery.state = "lost"
        elif self._switches.drop_deliveries:
            delivery.state = "dropped"
        else:
            self._start(delivery)
        return delivery

    def _start(self, delivery: Delivery) -> None:
        self._open[delivery.number] = delivery
        self._keep(delivery)
        if self._switches.reorder_deliveries:
            wait = self._switches.reorder_window_seconds
            self._kept_back.append((time.monotonic() + wait, delivery))
        else:
            self._queue(delivery)
        self.changed.notify()

    def next(self) -> Delivery | None:
        """Take one that may be sent now, or None; the taker must call ``finish``."""
        self._release_kept_back()
        while self._retries and self._retries[0][0] <= self._clock.time():
            _, number = heapq.heappop(self._retries)
            if number in self._open:
                self._ready.append(self._open[number])
        for _ in range(len(self._ready)):
            delivery = self._ready.popleft()
            if self._held(delivery):
                self._ready.append(delivery)
            elif self._sendable(delivery):
                delivery.state = "sending"
                return delivery
        return None

    def seconds_to_wait(self) -> float | None:
        """Until something may be due; None: until told."""
        waits = [due - time.monotonic() for due, _ in self._kept_back[:1]]
        if self._retries and not self._clock.frozen:
            waits.append(self._retries[0][0] - self._clock.time())
        return max(0.001, min(waits)) if waits else None

    def finish(self, delivery: Delivery, outcome: dict) -> None:
        """Note what a try came to, and plan the next one if there is one."""
        delivery.tries.append(
            {"at": stamp_with_milliseconds(self._clock.now()), "attempt": delivery.attempt}
            | outcome
        )
        if delivery.number not in self._open:
            # The account was reset meanwhile.
            return
        status = outcome["status"]
        first = delivery.attempt == 1
        if self.arrived(delivery, outcome):
            self.webhooks.note_success(delivery.webhook_id, status)
            self._close(delivery, "delivered")
        else:
            self.webhooks.note_failure(delivery.webhook_id, status, first_attempt=first)
            self._retry(delivery, status)
        if first:
            self._leave_chains(delivery)

    def arrived(self, delivery: Delivery, outcome: dict) -> bool:
        """Whether the system takes such an answer for success."""
        status = outcome["status"]
        succeeded = status is not None and self._rules(delivery).succeeded(status)
        return succeeded and not outcome["error"]

    def acknowledged(self, delivery: Delivery, answer: str) -> bool:
        """Whether the body of an answer is what the system wants to read."""
        return self._rules(delivery).acknowledged(answer)

    def _rules(self, delivery: Delivery) -> Retries:
        rules = self._retry_rules
        return rules if isinstance(rules, Retries) else rules[delivery.webhook_id]

    def _retry(self, delivery: Delivery, status: int | None) -> None:
        rules = self._rules(delivery)
        waits = rules.after_seconds
        if delivery.attempt > len(waits) or not rules.worthwhile(status):
            self._close(delivery, "failed")
            return
        wait = waits[delivery.attempt - 1] * self._switches.retry_scale
        delivery.state, delivery.due = "retrying", self._clock.time() + wait
        delivery.attempt += 1
        self._keep(delivery)
        self._queue_retry(delivery)

    def flush(self) -> None:
        """Let go what is held back so far; what comes later is held again."""
        self._flushed_up_to = max(self.all, default=0)
        self.changed.notify_all()

    def wake(self) -> None:
        """Look again: a switch or the clock has moved."""
        with self.changed:
            self.changed.notify_all()

    def as_json(self, after: int) -> dict:
        """The newest of those after a number, for the page."""
        chosen = [one for one in self.all.values() if one.number > after][-MOST_SHOWN:]
        return {
            "deliveries": [one.as_json() for one in chosen],
            "total": len(self.all),
            "open": self.open_count(),
        }

    def open_count(self) -> int:
        """How many are not settled."""
        return len(self._open)

    def settle(self, timeout_seconds: float) -> bool:
        """Wait until all are delivered, failed or lost; whether that came to pass."""
        with self._settled:
            return self._settled.wait_for(lambda: not self._open, timeout_seconds)

    def _queue(self, delivery: Delivery) -> None:
        chains = [self._chains.setdefault(key, deque()) for key in delivery.keys]
        for chain in chains:
            chain.append(delivery)
        if all(chain[0] is delivery for chain in chains):
            self._ready.append(delivery)

    def _leave_chains(self, delivery: Delivery) -> None:
        followers = []
        for key in delivery.keys:
            chain = self._chains.get(key)
            if not chain or chain[0] is not delivery:
                continue
            chain.popleft()
            followers += list(chain)[:1]
            if not chain:
                del self._chains[key]
        for follower in {one.number: one for one in followers}.values():
            if all(self._chains[key][0] is follower for key in follower.keys):
                self._ready.append(follower)
                self.changed.notify()

    def _queue_retry(self, delivery: Delivery) -> None:
        heapq.heappush(self._retries, (delivery.due, delivery.number))

    def _release_kept_back(self) -> None:
        if not self._kept_back or self._kept_back[0][0] > time.monotonic():
            return
        for _, delivery in reversed(self._kept_back):
            self._queue(delivery)
        self._kept_back.clear()
        self.changed.notify_all()

    def _held(self, delivery: Delivery) -> bool:
        return self._switches.hold_deliveries and delivery.number > self._flushed_up_to

    def _sendable(self, delivery: Delivery) -> bool:
        if delivery.number not in self._open:
            return False
        gone = self.webhooks.get(delivery.webhook_id) is None
        banned = delivery.attempt == 1 and self.webhooks.banned(delivery.webhook_id)
        if gone or banned:
            self._close(delivery, "lost")
            self._leave_chains(delivery)
            return False
        return True

    def _close(self, delivery: Delivery, state: str) -> None:
        delivery.state = state
        self._open.pop(delivery.number, None)
        self._journal.delete("delivery", delivery.number)
        self._journal.commit()
        if not self._open:
            self._settled.notify_all()

    def _keep(self, delivery: Delivery) -> None:
        self._journal.put("delivery", delivery.number, dump(asdict(delivery)))
        if delivery.attempt > 1:
            self._journal.commit()

    def _forget_old(self) -> None:
        while len(self.all) > KEPT:
            oldest = next(iter(self.all))
            if oldest in self._open:
                return
            del self.all[oldest]
