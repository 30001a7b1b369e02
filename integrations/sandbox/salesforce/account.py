"""One org: its schema, its records, and how each change is kept and told."""

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from integrations.sandbox.clock import Clock
from integrations.sandbox.deliveries import Deliveries
from integrations.sandbox.journal import Journal
from integrations.sandbox.routing import dump
from integrations.sandbox.salesforce import founding
from integrations.sandbox.salesforce.changes import Change
from integrations.sandbox.salesforce.events import Events
from integrations.sandbox.salesforce.ids import numbered
from integrations.sandbox.salesforce.options import Options
from integrations.sandbox.salesforce.receivers import (
    OUTBOUND,
    RELAY,
    RELAYED,
    SENT_OUT,
    Receivers,
)
from integrations.sandbox.salesforce.schema import USER, Entity, Schema
from integrations.sandbox.salesforce.switches import Switches
from integrations.sandbox.salesforce.values import stamp

#: How long what is deleted stays in the recycle bin.
IN_THE_BIN = timedelta(days=15)
#: Ids of a kind begin here: with digits, small and capital letters.
_FIRST_NUMBER = 614_125_200


class Account:
    """Everything of the org. ``lock`` guards all of it.

    A row has only the fields that are not null, beside its Id and IsDeleted.
    """

    def __init__(self, clock: Clock, journal: Journal, options: Options) -> None:
        self.clock, self.journal = clock, journal
        self.lock = threading.RLock()
        self.switches = Switches()
        self._options = options
        self._clear()
        rules = {RELAY: RELAYED, OUTBOUND: SENT_OUT}
        self.deliveries = Deliveries(clock, journal, self.switches, self.lock, rules)
        self.receivers = Receivers(options.urls, options.secrets, self._row)
        self.deliveries.webhooks = self.receivers
        self.events = Events(self)
        clock.on_move(self.commit_late)

    def _clear(self, loans: str | None = None) -> None:
        self.schema = Schema(loans or self._options.loans)
        self.schema_changed_at = self.clock.now()
        #: Name of an object to id to row.
        self.tables: dict[str, dict[str, dict]] = {
            entity.name: {} for entity in self.schema.entities.values()
        }
        #: Ids of those that sharing rules keep from the user of the API.
        self.unshared: set[str] = set()
        #: When they are committed: oldest first; and whether they were told of before.
        self.late: list[tuple[float, Change, bool]] = []
        self._next_numbers = dict.fromkeys(self.tables, _FIRST_NUMBER)

    def open(self) -> None:
        """Load what the journal has, or start the org anew."""
        with self.writing():
            for name, table in self.tables.items():
                rows = (json.loads(body) for _, body in self.journal.read(name))
                table.update((row["Id"], row) for row in sorted(rows, key=_by_id))
            self.unshared = {key for key, _ in self.journal.read("unshared")}
            for name, number in self.journal.read("next_number"):
                self._next_numbers[name] = int(number)
            self.deliveries.load()
            if not self.tables[USER]:
                founding.found(self, demo=self._options.demo)

    def reset(self, loans: str | None = None) -> None:
        """As on the first day; with loans in another object if one is named."""
        with self.writing():
            self.journal.clear()
            self._clear(loans)
            self.switches.reset()
            self.deliveries.clear()
            self.receivers.clear()
            self.events.clear()
            founding.found(self, demo=self._options.demo)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction: at its end events leave, and all of it is on disk."""
        with self.lock:
            self._commit_late()
            try:
                yield
            finally:
                self.events.send_fresh()
                self.journal.commit()

    def save(self, change: Change, late_seconds: float = 0, *, told: bool = False) -> dict:
        """Keep what a record has become, and tell of it.

        Args:
            late_seconds: Until the transaction is committed and anybody sees it.
            told: Whether events are earlier than that.
        """
        if told:
            self.events.add_change(change)
        if late_seconds:
            self.late.append((self.clock.time() + late_seconds, change, told))
            self.late.sort(key=_by_time)
            return change.row
        if not told:
            self.events.add_change(change)
        return self.store(change.entity.name, change.row)

    def new_ids(self, entity: Entity, count: int) -> list[str]:
        """For so many new records."""
        first = self._next_numbers[entity.name]
        self._next_numbers[entity.name] = first + count
        self.journal.put("next_number", entity.name, str(first + count).encode())
        return [numbered(entity.key_prefix, first + each) for each in range(count)]

    def store(self, name: str, row: dict) -> dict:
        """Keep a row as it is; no checks, no events."""
        return self.store_all(name, [row])[0]

    def store_all(self, name: str, rows: Iterable[dict]) -> list[dict]:
        """Keep many."""
        kept = list(rows)
        self.tables[name].update((row["Id"], row) for row in kept)
        self.journal.put_all(name, ((row["Id"], dump(row)) for row in kept))
        return kept

    def forget(self, name: str, row_id: str) -> None:
        """There is no such row any more."""
        del self.tables[name][row_id]
        self.journal.delete(name, row_id)

    def share(self, row_id: str, *, shared: bool) -> None:
        """Show a record to the user of the API, or hide it."""
        (self.unshared.discard if shared else self.unshared.add)(row_id)
        if shared:
            self.journal.delete("unshared", row_id)
        else:
            self.journal.put("unshared", row_id, b"{}")

    def rows(self, entity: Entity, *, deleted: bool = False) -> list[dict]:
        """Those that the API's user sees; with those in the recycle bin if asked for."""
        rows = self.tables[entity.name].values()
        if self.unshared:
            rows = [row for row in rows if row["Id"] not in self.unshared]
        if not deleted:
            return [row for row in rows if not row["IsDeleted"]]
        emptied = stamp(self.clock.now() - IN_THE_BIN)
        return [row for row in rows if not row["IsDeleted"] or row["SystemModstamp"] > emptied]

    def commit_late(self) -> None:
        """Whatever is due by now; each look at the org does so first."""
        with self.writing():
            pass

    def _commit_late(self) -> None:
        now = self.clock.time()
        while self.late and self.late[0][0] <= now:
            _, change, told = self.late.pop(0)
            if not told:
                self.events.add_change(change)
            self.store(change.entity.name, change.row)

    def _row(self, name: str, row_id: str) -> dict | None:
        return self.tables[name].get(row_id)


def _by_id(row: dict) -> str:
    return row["Id"]


def _by_time(late: tuple[float, Change, bool]) -> float:
    return late[0]
