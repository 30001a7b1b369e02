"""One Pipedrive account: its records, and every way in which they change."""

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from integrations.sandbox.clock import Clock, stamp
from integrations.sandbox.deliveries import Deliveries
from integrations.sandbox.journal import Journal
from integrations.sandbox.people import founders
from integrations.sandbox.pipedrive import bodies, links, records, users
from integrations.sandbox.pipedrive.errors import invalid, not_found
from integrations.sandbox.pipedrive.events import Event, changed_parts, webhook_form
from integrations.sandbox.pipedrive.fields import Fields
from integrations.sandbox.pipedrive.search import SearchIndex
from integrations.sandbox.pipedrive.switches import Switches
from integrations.sandbox.pipedrive.table import Row, Table
from integrations.sandbox.pipedrive.webhooks import RETRIES, Webhooks

PURGED_AFTER = timedelta(days=30)
_PIPELINES = {
    "PAYG": ("New", "Contact made", "Demo booked", "Trial", "Ready to pay"),
    "Startup": ("New", "Contact made", "Demo booked", "Negotiation"),
}


class Account:
    """Everything behind one company domain. ``lock`` guards all of it."""

    def __init__(self, clock: Clock, journal: Journal) -> None:
        self.clock, self.journal = clock, journal
        self.lock = threading.RLock()
        self.switches = Switches()
        self.tables: dict[str, Table] = {}
        self.fields = Fields(journal)
        self.search = SearchIndex(clock, self.switches, self.fields)
        self.deliveries = Deliveries(clock, journal, self.switches, self.lock, RETRIES)
        self.webhooks = Webhooks(clock, journal, self.deliveries)
        self.token_owner = records.FIRST_IDS["user"]
        self._make_tables()

    def _make_tables(self) -> None:
        self.tables.clear()
        for entity, names in records.LINKS.items():
            self.tables[entity] = Table(entity, names, records.FIRST_IDS[entity])

    def open(self) -> None:
        """Load what the journal has, or start the account anew."""
        with self.writing():
            for entity, table in self.tables.items():
                rows = table.put_all(json.loads(body) for _, body in self.journal.read(entity))
                self.search.index_at_once(table, rows)
            for entity, body in self.journal.read("next_id"):
                self.tables[entity].next_id = max(self.tables[entity].next_id, int(body))
            self.fields.load()
            self.webhooks.load()
            self.deliveries.load()
            if not self.tables["user"].rows:
                self._found()

    def reset(self) -> None:
        """A new account: users and pipelines, and nothing else."""
        with self.writing():
            self.journal.clear()
            self._make_tables()
            self.fields.clear()
            self.search.clear()
            self.webhooks.clear()
            self.deliveries.clear()
            self.switches.reset()
            self._found()

    def _found(self) -> None:
        now = self.clock.now()
        for name, email in founders():
            user_id = self.tables["user"].new_id()
            self.store("user", users.new_user(user_id, name, email, now))
        for name, stages in _PIPELINES.items():
            self.add_pipeline(name, stages)

    def add_pipeline(self, name: str, stages: Iterable[str]) -> None:
        """With its stages in their order; nobody is told."""
        now = self.clock.now()
        pipeline = self._add("pipeline", {"name": name}, now)
        for stage in stages:
            self._add("stage", {"name": stage, "pipeline_id": pipeline["id"]}, now)

    def _add(self, entity: str, written: dict, now: datetime) -> dict:
        table = self.tables[entity]
        siblings = table.rows.values()
        if entity == "stage":
            siblings = table.linked("pipeline_id", written["pipeline_id"])
        record = records.new(entity, table.new_id(), written, now, self.token_owner)
        record["order_nr"] = len(siblings) + 1
        return self.store(entity, record)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the lock; what was written is on disk when it is let go."""
        with self.lock:
            self._purge()
            try:
                yield
            finally:
                self.journal.commit()

    def store(self, entity: str, record: dict) -> dict:
        """Keep a record as it is; no checks, no events."""
        table = self.tables[entity]
        row = table.put(record)
        self.search.index(table, row, record)
        self.journal.put(entity, row.id, row.body)
        self.journal.put("next_id", entity, str(table.next_id).encode())
        return record

    def create(self, entity: str, body: object, *, source: str, user_id: int | None = None) -> dict:
        """Check a body, and keep what it describes.

        Raises:
            ApiError: The body is not admitted. Nothing was written.
        """
        with self.writing():
            written = bodies.checked(entity, body, creating=True)
            written |= self._checked_custom_fields(entity, body)
            links.check(self, entity, written, {})
            record = self._new_record(entity, written, source, user_id)
            self.store(entity, record)
            self.announce("create", entity, None, record, source=source, user_id=user_id)
            return record

    def _new_record(self, entity: str, written: dict, source: str, user_id: int | None) -> dict:
        now, actor = self.clock.now(), user_id or self.token_owner
        if entity == "user":
            user_id = self.tables["user"].new_id()
            return users.new_user(user_id, written["name"], written["email"], now) | written
        if entity in ("pipeline", "stage"):
            return self._add(entity, written, now)
        if entity == "deal":
            written = links.default_stage(self, written)
            written["origin"] = "API" if source == "api" else "ManuallyCreated"
        if entity in records.WITH_CUSTOM_FIELDS:
            blank = dict.fromkeys(self.fields.custom(entity))
            written["custom_fields"] = blank | written.get("custom_fields", {})
        record = records.new(entity, self.tables[entity].new_id(), written, now, actor)
        if self.switches.update_time_null_on_create:
            record["update_time"] = None
        return record

    def update(
        self,
        entity: str,
        record_id: int,
        body: object,
        *,
        source: str,
        user_id: int | None = None,
        is_bulk_edit: bool = False,
    ) -> dict:
        """Check a body, and change the record. No change, no new time, no event.

        Raises:
            ApiError: No such record, or the body is not admitted.
        """
        with self.writing():
            before = self.changeable(entity, record_id)
            written = bodies.checked(entity, body, creating=False)
            written |= self._checked_custom_fields(entity, body)
            links.check(self, entity, written, before)
            after = records.change(entity, before, written, self.clock.now())
            if after != before:
                self.keep_change(
                    entity,
                    before,
                    after,
                    source=source,
                    user_id=user_id,
                    is_bulk_edit=is_bulk_edit,
                )
            return after

    def keep_change(self, entity: str, before: dict, after: dict, **about: object) -> None:
        """Store a changed record under a new time, and tell the webhooks."""
        now = self.clock.now()
        if entity == "user":
            after["modified"] = users.v1_time(now)
        else:
            after["update_time"] = stamp(now)
        self.store(entity, after)
        self.announce("change", entity, before, after, **about)

    def delete(
        self, entity: str, record_id: int, *, source: str, user_id: int | None = None
    ) -> None:
        """Soft: the record stays readable for 30 days.

        Raises:
            ApiError: No such record.
        """
        with self.writing():
            before = self.changeable(entity, record_id)
            self.mark_deleted(entity, before)
            self.announce("delete", entity, before, None, source=source, user_id=user_id)
            if entity == "pipeline":
                for row in self.tables["stage"].linked("pipeline_id", record_id):
                    if not row.deleted:
                        self.delete("stage", row.id, source=source, user_id=user_id)

    def mark_deleted(self, entity: str, record: dict) -> None:
        """Set the flag; the time of deletion is the update time."""
        gone = record | {"is_deleted": True, "update_time": stamp(self.clock.now())}
        self.store(entity, gone)

    def changeable(self, entity: str, record_id: int) -> dict:
        """A copy of a record that is not deleted.

        Raises:
            ApiError: There is none.
        """
        row = self.tables[entity].rows.get(record_id)
        if row is None and record_id >= self.tables[entity].next_id:
            raise not_found(entity)
        if row is None or row.deleted:
            raise not_found(entity, self.switches.gone_status)
        return row.record()

    def readable(self, entity: str, record_id: int) -> Row:
        """The row for reading by id.

        Raises:
            ApiError: There is none, or the switches say that deleted ones are hidden.
        """
        row = self.tables[entity].rows.get(record_id)
        if row is None:
            purged = record_id < self.tables[entity].next_id
            raise not_found(entity, self.switches.gone_status if purged else 404)
        if row.deleted and self.switches.deleted_read_status != 200:
            raise not_found(entity, self.switches.deleted_read_status)
        return row

    def announce(
        self,
        action: str,
        entity: str,
        before: dict | None,
        after: dict | None,
        *,
        source: str,
        user_id: int | None = None,
        merge: dict | None = None,
        **more: object,
    ) -> None:
        """Queue the event for each webhook that wants it."""
        if not self.webhooks.wanting(entity, action):
            return
        old, new = self._form(entity, before), self._form(entity, after)
        if action == "create" and entity == "deal":
            new["update_time"] = None
        event = Event(
            action=action,
            entity=entity,
            entity_id=(after or before)["id"],
            data=new,
            previous=changed_parts(old, new) if old and new else old,
            at=self.clock.now(),
            source=source,
            user_id=user_id or self.token_owner,
            merge=merge or {},
            **more,
        )
        permitted = [str(each) for each in self.tables["user"].rows]
        self.webhooks.address(event, permitted)

    def _form(self, entity: str, record: dict | None) -> dict | None:
        return record and webhook_form(entity, record, self.fields.custom(entity))

    def _checked_custom_fields(self, entity: str, body: dict) -> dict:
        if "custom_fields" not in body:
            return {}
        given = body["custom_fields"]
        if not isinstance(given, dict):
            raise invalid("custom_fields", "must be an object")
        if not given:
            # One client saw an empty object clear all of them.
            return {"custom_fields": dict.fromkeys(self.fields.custom(entity))}
        self.fields.check_values(entity, given, self.tables)
        return {"custom_fields": given}

    def _purge(self) -> None:
        limit = stamp(self.clock.now() - PURGED_AFTER)
        for entity, table in self.tables.items():
            for row_id in table.purgeable(limit):
                table.remove(row_id)
                self.journal.delete(entity, row_id)
