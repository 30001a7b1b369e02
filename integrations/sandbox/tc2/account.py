"""One branch of TC2: its records, and how each change is kept and told."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from integrations.sandbox.clock import Clock
from integrations.sandbox.deliveries import Deliveries
from integrations.sandbox.journal import Journal
from integrations.sandbox.routing import dump
from integrations.sandbox.tc2 import forms, founding
from integrations.sandbox.tc2.errors import not_found
from integrations.sandbox.tc2.events import Events
from integrations.sandbox.tc2.switches import Switches
from integrations.sandbox.tc2.webhook import RETRIES, Webhook


class Account:
    """Everything of the branch. ``lock`` guards all of it."""

    def __init__(self, clock: Clock, journal: Journal, key: str, webhook_url: str) -> None:
        self.clock, self.journal = clock, journal
        self.lock = threading.RLock()
        self.switches = Switches()
        #: Of the API, in the ``url`` of every object.
        self.base_url = ""
        self.webhook = Webhook(clock, journal, webhook_url)
        self.deliveries = Deliveries(clock, journal, self.switches, self.lock, RETRIES)
        self.deliveries.webhooks = self.webhook
        self.events = Events(clock, journal, self.switches, self.deliveries, self.webhook, key)
        self._make_tables()

    def _make_tables(self) -> None:
        self.tables: dict[str, dict[int, dict]] = {kind: {} for kind in founding.FIRST_IDS}
        self._next_ids = dict(founding.FIRST_IDS)

    def open(self) -> None:
        """Load what the journal has, or start the branch anew."""
        with self.writing():
            for kind, table in self.tables.items():
                records = (json.loads(body) for _, body in self.journal.read(kind))
                table.update((each["id"], each) for each in sorted(records, key=_id))
            for kind, body in self.journal.read("next_id"):
                self._next_ids[kind] = int(body)
            self.webhook.load()
            self.events.load()
            self.deliveries.load()
            if not self.tables["admin"]:
                self._found()

    def reset(self) -> None:
        """A new branch, and the webhook of the first day."""
        with self.writing():
            self.journal.clear()
            self._make_tables()
            self.webhook.clear()
            self.events.clear()
            self.deliveries.clear()
            self.switches.reset()
            self._found()

    def _found(self) -> None:
        for kind, record in founding.records():
            self.add(kind, record)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the lock; at the end events leave, and all of it is on disk."""
        with self.lock:
            try:
                yield
            finally:
                self.events.send_fresh()
                self.journal.commit()

    def add(self, kind: str, values: dict) -> dict:
        """Keep a new record under a new id."""
        record = {"id": self.next_id(kind)} | values
        self._next_ids[kind] += 1
        self.journal.put("next_id", kind, str(self._next_ids[kind]).encode())
        return self.store(kind, record)

    def next_id(self, kind: str) -> int:
        """What the next record of a kind will have."""
        return self._next_ids[kind]

    def store(self, kind: str, record: dict) -> dict:
        """Keep a record as it is; no checks, no events."""
        self.tables[kind][record["id"]] = record
        self.journal.put(kind, record["id"], dump(record))
        return record

    def living(self, client_id: int) -> dict:
        """A client that is not in the trash.

        Raises:
            Refusal: There is none.
        """
        record = self.tables["client"].get(client_id)
        if record is None or record["trashed"]:
            raise not_found()
        return record

    def client_by_email(self, email: str | None) -> dict | None:
        """A living client with this address, in whatever case."""
        wanted = (email or "").lower()
        return self._first(lambda each: wanted and (each["email"] or "").lower() == wanted)

    def client_by_name(self, first: str | None, last: str) -> dict | None:
        """A living client of exactly this name."""
        return self._first(lambda each: (each["first_name"], each["last_name"]) == (first, last))

    def _first(self, matches) -> dict | None:
        clients = self.tables["client"].values()
        return next((each for each in clients if not each["trashed"] and matches(each)), None)

    def announce(self, action: str, client: dict, actor: dict, message: str = "") -> None:
        """Tell of a client, with all there is to know about it."""
        self.events.add(action, forms.subject(self, client), actor, message)


def _id(record: dict) -> int:
    return record["id"]
