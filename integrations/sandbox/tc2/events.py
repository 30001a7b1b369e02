"""What happened, and how it is put into requests: one each or many, in order or not."""

import itertools
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from integrations.sandbox.clock import Clock, stamp_with_microseconds, stamp_with_milliseconds
from integrations.sandbox.deliveries import Deliveries
from integrations.sandbox.journal import Journal
from integrations.sandbox.routing import dump
from integrations.sandbox.tc2.actions import verb
from integrations.sandbox.tc2.errors import Refusal, not_found
from integrations.sandbox.tc2.founding import BRANCH
from integrations.sandbox.tc2.signatures import signature
from integrations.sandbox.tc2.switches import Switches
from integrations.sandbox.tc2.webhook import WEBHOOK_ID, Webhook

KEPT = 2_000
#: Of a batch.
MOST_IN_A_REQUEST = 50
SIGNATURES = ("valid", "wrong", "none")


@dataclass
class Event:
    """One thing that happened."""

    number: int
    #: As it is sent.
    event: dict
    held: bool = False

    def is_about(self, client_id: int) -> bool:
        """Whether its subject is this client."""
        subject = self.event["subject"]
        return (
            isinstance(subject, dict)
            and subject.get("model") == "Client"
            and subject.get("id") == client_id
        )


class Events:
    """Those of late, and their way into the queue. The account's lock guards them."""

    def __init__(
        self,
        clock: Clock,
        journal: Journal,
        switches: Switches,
        deliveries: Deliveries,
        webhook: Webhook,
        key: str,
    ) -> None:
        self._clock, self._journal, self._switches = clock, journal, switches
        self._deliveries, self._webhook, self._key = deliveries, webhook, key
        self.clear()

    def clear(self) -> None:
        """Nothing happened yet."""
        self.all: dict[int, Event] = {}
        self._numbers = itertools.count(1)
        self._fresh: list[Event] = []

    def load(self) -> None:
        """Take over what the journal has."""
        kept = sorted((json.loads(body) for _, body in self._journal.read("event")), key=_number)
        self.all = {one["number"]: Event(**one) for one in kept}
        self._numbers = itertools.count(max(self.all, default=0) + 1)

    def add(self, action: str, subject: object, actor: dict, message: str = "") -> Event:
        """Something happened; it is sent when the change is complete."""
        event = {
            "action": action,
            "verb": verb(action),
            "timestamp": stamp_with_microseconds(self._clock.now()),
            "branch": BRANCH,
            "actor": actor,
            "extra_msg": message,
            "subject": subject,
        }
        if not self._switches.event_timestamps:
            del event["timestamp"]
        return self._add(event)

    def _add(self, event: dict) -> Event:
        one = Event(next(self._numbers), event, held=self._switches.hold_deliveries)
        self.all[one.number] = one
        self._keep(one)
        if not one.held:
            self._fresh.append(one)
        self._forget_old()
        return one

    def _forget_old(self) -> None:
        while len(self.all) > KEPT:
            oldest = next(iter(self.all.values()))
            if oldest.held:
                return
            del self.all[oldest.number]
            self._journal.delete("event", oldest.number)

    def send_fresh(self) -> None:
        """Queue what one change has brought about."""
        fresh, self._fresh = self._fresh, []
        self._queue(fresh)

    def release(self, order: list[int] | None = None) -> int:
        """Send those that are held, in this order; the newest first by default.

        Raises:
            Refusal: One of them is not held.
        """
        held = [one.number for one in self.all.values() if one.held]
        chosen = self._chosen(held[::-1] if order is None else order)
        if not all(one.held for one in chosen):
            raise Refusal(400, {"order": "These events are not held."})
        for one in chosen:
            one.held = False
            self._keep(one)
        self._queue(chosen, in_order=True)
        return len(chosen)

    def release_in_order(self) -> None:
        """Send those that are held as they came."""
        self.release([one.number for one in self.all.values() if one.held])

    def send(self, numbers: list[int], signed: str = "valid", style: str | None = None) -> int:
        """Send events of before once more, in this order; how many requests that makes.

        Raises:
            Refusal: There is no such event.
        """
        return self._queue(self._chosen(numbers), in_order=True, signed=signed, style=style)

    def send_stale(self, client_id: int, subject: dict) -> Event:
        """The newest snapshot that differs from the client of today, under its old time.

        Raises:
            Refusal: There is none.
        """
        for one in reversed(self.all.values()):
            old = one.event["subject"]
            if one.is_about(client_id) and "extra_attrs" in old and old != subject:
                event = one.event | {"action": "EDITED_A_CLIENT", "verb": verb("EDITED_A_CLIENT")}
                if "timestamp" in event:
                    # Not the same event once more: a receiver would see that by the time.
                    event["timestamp"] = _just_after(event["timestamp"])
                return self._add(event)
        raise not_found("Nothing about this client has changed yet.")

    def since(self, number: int, most: int) -> list[dict]:
        """The newest of those after a number, for the page."""
        return [asdict(one) for one in self.all.values() if one.number > number][-most:]

    def held_count(self) -> int:
        """How many wait to be released."""
        return sum(one.held for one in self.all.values())

    def _chosen(self, numbers: list[int]) -> list[Event]:
        if missing := [each for each in numbers if each not in self.all]:
            raise not_found(f"No event {missing[0]}.")
        return [self.all[each] for each in numbers]

    def _queue(
        self,
        events: list[Event],
        *,
        in_order: bool = False,
        signed: str = "valid",
        style: str | None = None,
    ) -> int:
        if not self._webhook.url:
            return 0
        style = style or self._switches.style
        requests = _batched(events, MOST_IN_A_REQUEST if style == "batch" else 1)
        # TC2 keeps no order; what a person puts in order is to arrive so.
        keys = [f"order-{events[0].number}-{self._clock.time()}"] if in_order and events else []
        for each in requests:
            self._post(each, _body(each, style, self._clock.now()), signed, keys)
        # What is held is held as an event: a delivery never is.
        self._deliveries.flush()
        return len(requests)

    def _post(self, events: list[Event], body: str, signed: str, keys: list[str]) -> None:
        first = events[0].event
        subject = first["subject"] if isinstance(first["subject"], dict) else {}
        self._deliveries.add(
            webhook_id=WEBHOOK_ID,
            url=self._webhook.url,
            entity=str(subject.get("model")),
            entity_id=subject.get("id"),
            action=first["action"] if len(events) == 1 else f"{len(events)} events",
            payload={"body": body, "signature": self._signature(signed, body.encode())},
            at=stamp_with_milliseconds(self._clock.now()),
            keys=keys,
        )

    def _signature(self, signed: str, body: bytes) -> str:
        if signed == "none":
            return ""
        return signature(self._key if signed == "valid" else f"not {self._key}", body)

    def _keep(self, one: Event) -> None:
        self._journal.put("event", one.number, dump(asdict(one)))


def _number(stored: dict) -> int:
    return stored["number"]


def _batched(events: list[Event], size: int) -> list[list[Event]]:
    return [events[start : start + size] for start in range(0, len(events), size)]


def _body(events: Iterable[Event], style: str, now: datetime) -> str:
    bare, at = [one.event for one in events], int(now.timestamp())
    if style == "single":
        return json.dumps({"events": bare, "request_time": at})
    return dump({"events": bare, "_request_time": at}).decode()


def _just_after(timestamp: str) -> str:
    moment = datetime.fromisoformat(timestamp) + timedelta(milliseconds=1)
    return stamp_with_microseconds(moment)
