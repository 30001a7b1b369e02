"""What happened, as the event bus keeps it, and its way to the receivers."""

import itertools
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from integrations.sandbox.clock import stamp_with_milliseconds
from integrations.sandbox.routing import dump
from integrations.sandbox.salesforce import outbound, relay
from integrations.sandbox.salesforce.changes import DELETE, Change, names_told
from integrations.sandbox.salesforce.ids import numbered
from integrations.sandbox.salesforce.receivers import OUTBOUND, RELAY
from integrations.sandbox.salesforce.schema import Entity

if TYPE_CHECKING:
    from integrations.sandbox.salesforce.account import Account

KEPT = 2_000
#: In a message of the relay.
MOST_IN_A_MESSAGE = 200
_FIRST_COMMIT = 11_006_708_389_510
#: Numbers on the bus have gaps.
_REPLAY_STEP = 3


@dataclass
class Event:
    """One on the bus."""

    number: int
    object: str
    #: Without the lists of fields, which depend on the form in which it travels.
    header: dict
    #: The fields whose values it has, and the row that they are of.
    names: list[str]
    row: dict
    changedFields: list[str]
    nulledFields: list[str]
    replay: int


class Events:
    """Those of late. The account's lock guards them."""

    def __init__(self, account: "Account") -> None:
        self._account = account
        self._notifications = itertools.count(1)
        self.clear()

    def clear(self) -> None:
        """Nothing happened yet."""
        self.all: dict[int, Event] = {}
        self._numbers = itertools.count(1)
        self._first_replay = int(self._account.clock.time() * 1000)
        self._end_transaction()

    def _end_transaction(self) -> None:
        self._fresh: list[Event] = []
        self._to_notify: list[tuple[str, str]] = []
        self._transaction = str(uuid.uuid4())

    def add_change(self, change: Change) -> None:
        """Something happened; it is sent when the transaction is complete."""
        name, row_id = change.entity.name, change.row["Id"]
        if self._account.switches.change_events:
            names = names_told(change)
            self._fresh.append(self.add(change.entity, change.type, [row_id], names, change))
        if self._account.switches.outbound_messages and change.type != DELETE:
            self._to_notify.append((name, row_id))

    def add(
        self,
        entity: Entity,
        kind: str,
        ids: list[str],
        names: list[str],
        change: Change | None = None,
        **header: object,
    ) -> Event:
        """An event, not sent yet; ``header``: what is to be said in other words."""
        number = next(self._numbers)
        row = change.row if change else {}
        updated = names if kind == "UPDATE" else []
        event = Event(
            number,
            entity.name,
            self._header(entity, kind, ids, number, change) | header,
            names,
            row,
            updated,
            [name for name in updated if name not in row] if change else [],
            self._first_replay + number * _REPLAY_STEP,
        )
        self.all[number] = event
        while len(self.all) > KEPT:
            del self.all[next(iter(self.all))]
        return event

    def _header(
        self, entity: Entity, kind: str, ids: list[str], number: int, change: Change | None
    ) -> dict:
        return {
            "entityName": entity.name,
            "recordIds": ids,
            "changeType": kind,
            "changeOrigin": change.author.origin if change else "",
            "transactionKey": self._transaction,
            "sequenceNumber": len(self._fresh) + 1,
            "commitTimestamp": int(self._account.clock.time() * 1000),
            "commitNumber": _FIRST_COMMIT + number,
            "commitUser": change.author.user_id if change else "",
        }

    def send_fresh(self) -> None:
        """What one transaction has brought about."""
        fresh, notify = self._fresh, self._to_notify
        if fresh or notify:
            self._end_transaction()
            self.send(fresh)
            for name, pairs in groupby(notify, key=lambda pair: pair[0]):
                self.notify(name, [row_id for _, row_id in pairs])

    def chosen(self, numbers: Iterable[int]) -> list[Event]:
        """By their numbers; one that is not known is left out."""
        return [self.all[each] for each in numbers if each in self.all]

    def send(
        self,
        events: list[Event],
        *,
        form: str = "relay",
        signed: str = "valid",
        together: bool = True,
    ) -> int:
        """In this order, of one object to a message; how many messages that makes.

        Args:
            together: False: each event has a message of its own, as CometD's always have.
        """
        size = MOST_IN_A_MESSAGE if together and form in ("relay", "pubsub") else 1
        count = 0
        for name, same in groupby(events, key=lambda event: event.object):
            entity, batch = self._account.schema.entity(name), list(same)
            for start in range(0, len(batch), size):
                part = batch[start : start + size]
                self.post(relay.message(entity, [asdict(one) for one in part], form), part, signed)
                count += 1
        return count

    def post(self, body: object, events: list[Event], signed: str = "valid") -> None:
        """Have the relay send a message, whatever it says."""
        first = events[0] if events else None
        text = body if isinstance(body, str) else dump(body).decode()
        self._queue(
            RELAY,
            entity=first.object if first else "",
            entity_id=", ".join(first.header["recordIds"]) if first else "",
            action=first.header["changeType"] if len(events) == 1 else f"{len(events)} events",
            payload={"body": text, "signature": signed, "id": str(uuid.uuid4())},
        )

    def notify(self, name: str, ids: list[str], org: str = "") -> int:
        """Have Outbound Messages tell of records; how many messages that makes."""
        parts = [ids[at : at + outbound.MOST] for at in range(0, len(ids), outbound.MOST)]
        for part in parts:
            records = [[numbered("04l", next(self._notifications)), each] for each in part]
            self._queue(
                OUTBOUND,
                entity=name,
                entity_id=part[0],
                action=f"{len(part)} notifications",
                payload={"kind": name, "records": records, "org": org},
            )
        return len(parts)

    def _queue(self, receiver: int, **about: object) -> None:
        url = self._account.receivers.urls.get(receiver)
        if not url:
            return
        self._account.deliveries.add(
            webhook_id=receiver,
            url=url,
            at=stamp_with_milliseconds(self._account.clock.now()),
            # A relay goes on where it stopped: it posts in order.
            keys=["relay"] if receiver == RELAY else [],
            **about,
        )

    def latest_replay(self) -> str:
        """Of the newest event."""
        newest = next(reversed(self.all.values()), None)
        return f"{newest.replay if newest else self._first_replay:016x}"

    def since(self, number: int, most: int) -> list[dict]:
        """The newest of those after a number, for the page."""
        return [asdict(one) for one in self.all.values() if one.number > number][-most:]
