"""The records of one entity: as the bytes the API answers, in two orders."""

import json
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator

from integrations.sandbox.routing import dump


class Row:
    """One record. Slots and bytes, not a dict: an account may have 175,000 of them."""

    __slots__ = ("added", "body", "deleted", "id", "links", "text", "updated")

    def __init__(self, record: dict, link_names: tuple[str, ...]) -> None:
        self.id: int = record["id"]
        self.body = dump(record)
        self.added: str = record.get("add_time") or ""
        # A record that was never changed sorts by when it was added.
        self.updated: str = record.get("update_time") or self.added
        self.deleted: bool = bool(record.get("is_deleted"))
        self.links = tuple(record.get(name) for name in link_names)
        #: What search looks in, see ``search``.
        self.text = ""

    def record(self) -> dict:
        """A fresh copy, for whoever wants to change it."""
        return json.loads(self.body)


class Table:
    """Rows by id, and indexes in (id) and (update_time, id) order.

    The caller holds the account's lock.
    """

    def __init__(self, entity: str, link_names: tuple[str, ...], first_id: int) -> None:
        self.entity = entity
        self.link_names = link_names
        self.next_id = first_id
        self.rows: dict[int, Row] = {}
        self._ids: list[int] = []
        self._by_update: list[tuple[str, int]] = []
        #: Deletion time and id, oldest first.
        self._deleted: list[tuple[str, int]] = []

    def new_id(self) -> int:
        """Never the same twice, and always larger than the last."""
        self.next_id += 1
        return self.next_id - 1

    def put(self, record: dict) -> Row:
        """Add a record, or replace it."""
        row = Row(record, self.link_names)
        old = self.rows.get(row.id)
        if old is None:
            insort(self._ids, row.id)
        else:
            self._forget_update(old)
            row.text = old.text
        insort(self._by_update, (row.updated, row.id))
        if row.deleted:
            insort(self._deleted, (row.updated, row.id))
        self.rows[row.id] = row
        return row

    def put_all(self, records: Iterable[dict]) -> list[Row]:
        """Add many new records at once, sorting once."""
        rows = [Row(record, self.link_names) for record in records]
        self.rows.update((row.id, row) for row in rows)
        self._ids = sorted(self.rows)
        self._by_update = sorted((row.updated, row.id) for row in self.rows.values())
        self._deleted = sorted((row.updated, row.id) for row in self.rows.values() if row.deleted)
        self.next_id = max(self.next_id, *(row.id + 1 for row in rows), 0)
        return rows

    def remove(self, record_id: int) -> None:
        """Purge."""
        row = self.rows.pop(record_id)
        self._ids.pop(bisect_left(self._ids, record_id))
        self._forget_update(row)

    def purgeable(self, limit: str) -> list[int]:
        """Ids of those deleted before ``limit``; each is named once."""
        if not self._deleted or self._deleted[0][0] >= limit:
            return []
        cut = bisect_left(self._deleted, (limit,))
        due, self._deleted = self._deleted[:cut], self._deleted[cut:]
        return [row_id for _, row_id in due if row_id in self.rows]

    def get(self, record_id: int) -> dict | None:
        """A copy of one record, deleted or not."""
        row = self.rows.get(record_id)
        return None if row is None else row.record()

    def living(self, record_id: object) -> Row | None:
        """The row, if it is there and not deleted."""
        row = self.rows.get(record_id) if isinstance(record_id, int) else None
        return None if row is None or row.deleted else row

    def link(self, row: Row, name: str) -> object:
        """A linked id (or other filterable value) without parsing the record."""
        return row.links[self.link_names.index(name)]

    def linked(self, name: str, record_id: int) -> list[Row]:
        """The rows that point to a record."""
        position = self.link_names.index(name)
        return [row for row in self.rows.values() if row.links[position] == record_id]

    def walk(
        self, sort_by: str, *, descending: bool, after: tuple | None, since: str = ""
    ) -> Iterator[Row]:
        """Rows in order, from behind the sort key ``after`` or from ``since`` on."""
        if sort_by == "id":
            yield from self._walk_ids(descending, after)
            return
        keys = self._by_update if sort_by == "update_time" else self._keys(sort_by)
        start, stop = bisect_left(keys, (since,)) if since else 0, len(keys)
        if after is not None and descending:
            stop = bisect_left(keys, after)
        elif after is not None:
            start = max(start, bisect_right(keys, after))
        for position in _positions(start, stop, descending):
            yield self.rows[keys[position][1]]

    def _walk_ids(self, descending: bool, after: tuple | None) -> Iterator[Row]:
        start, stop = 0, len(self._ids)
        if after is not None and descending:
            stop = bisect_left(self._ids, after[1])
        elif after is not None:
            start = bisect_right(self._ids, after[1])
        for position in _positions(start, stop, descending):
            yield self.rows[self._ids[position]]

    def _keys(self, sort_by: str) -> list[tuple[str, int]]:
        value: Callable[[Row], str] = (
            (lambda row: row.added)
            if sort_by == "add_time"
            else (lambda row: _sortable(row.record().get(sort_by)))
        )
        return sorted((value(row), row.id) for row in self.rows.values())

    def _forget_update(self, row: Row) -> None:
        self._by_update.pop(bisect_left(self._by_update, (row.updated, row.id)))


def sort_key(row: Row, sort_by: str) -> tuple[str, int]:
    """Where a row stands in the order ``sort_by``."""
    if sort_by in ("id", "update_time"):
        return row.updated, row.id
    if sort_by == "add_time":
        return row.added, row.id
    return _sortable(row.record().get(sort_by)), row.id


def _sortable(value: object) -> str:
    return f"{value:012d}" if isinstance(value, int) else str(value or "")


def _positions(start: int, stop: int, descending: bool) -> range:
    return range(stop - 1, start - 1, -1) if descending else range(start, stop)
