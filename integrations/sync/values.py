"""What the records of one batch say, in the hub's types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError

from . import hub, links
from .findings import Findings
from .records import RemoteRecord, jsonable
from .system import System


class Values:
    """The values of records of one kind, each converted when it is first asked for."""

    def __init__(
        self, system: System, kind: str, records: Sequence[RemoteRecord], findings: Findings
    ) -> None:
        self.system, self.findings = system, findings
        self.hub_kind, self.rules = hub.KINDS[kind], system.kinds[kind].fields
        self._documents = [name for name, rule in self.rules.items() if rule.by_name]
        self._parent_ids = self._resolve_parents(records)
        self._converted: dict[str, dict[str, Any]] = {}

    def _resolve_parents(self, records: Sequence[RemoteRecord]) -> dict[tuple[str, str], int]:
        wanted: dict[str, set[str]] = {}
        for record in records:
            for name, remote_id in record.parents.items():
                if remote_id is not None and name in self.hub_kind.parents:
                    wanted.setdefault(self.hub_kind.parents[name], set()).add(remote_id)
        known = links.record_ids_of(self.system.name, wanted)
        return {key: record_id for key, record_id in known.items() if record_id is not None}

    def parent_id(self, record: RemoteRecord, name: str) -> int | None:
        """The hub id of a parent; None for none, and for one that is not known."""
        if name in record.ours:
            return record.ours[name]
        remote_id = record.parents.get(name)
        if remote_id is None:
            return None
        return self._parent_ids.get((self.hub_kind.parents[name], remote_id))

    def of(self, record: RemoteRecord) -> dict[str, Any]:
        """The record's fields as Python values, parents as hub ids; bad ones are reported."""
        if record.remote_id not in self._converted:
            own, parents = self._own_fields(record, record.fields), self._parents(record)
            self._converted[record.remote_id] = own | parents | dict(record.ours)
        return self._converted[record.remote_id]

    def onto(self, target: Any, record: RemoteRecord) -> dict[str, Any]:
        """The same as they are once the hub's record has them."""
        return self._joined(
            self.of(record), {name: self.hub_kind.value(target, name) for name in self._documents}
        )

    def _joined(self, values: dict[str, Any], held: Mapping[str, Any]) -> dict[str, Any]:
        joined = {
            name: self.rules[name].onto(held.get(name), values[name])
            for name in self._documents
            if name in values
        }
        return values | joined if joined else values

    def for_new(self, record: RemoteRecord) -> dict[str, Any]:
        """The same for a record that is made of it, with what only a new one takes."""
        first = self._own_fields(record, record.when_new, all_of_ours=True)
        return self._joined(first | self.of(record), {})

    def _own_fields(
        self, record: RemoteRecord, fields: Mapping[str, Any], *, all_of_ours: bool = False
    ) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, value in fields.items():
            if name not in self.rules and not all_of_ours:
                continue
            try:
                values[name] = self.hub_kind.coerce(name, value)
            except (ValidationError, TypeError, ValueError, OverflowError) as error:
                self.findings.bad_value(record, name, error)
        return values

    def _parents(self, record: RemoteRecord) -> dict[str, int | None]:
        values: dict[str, int | None] = {}
        for name, remote_id in record.parents.items():
            if name not in self.rules:
                continue
            parent_id = self.parent_id(record, name)
            if remote_id is None or parent_id is not None:
                values[name] = parent_id
            else:
                self.findings.unknown_parent(record, name, self.hub_kind.parents[name])
        return values

    def are_in(self, snapshot: Mapping[str, Any], record: RemoteRecord) -> bool:
        """Whether a link's snapshot says all that the record does, and staff need not be told."""
        return self._stand_in(snapshot, record) or self._are_the_same(snapshot, record)

    def _stand_in(self, snapshot: Mapping[str, Any], record: RemoteRecord) -> bool:
        """Whether the values are there as they came: most are, and converting them is slow."""
        for name, value in record.fields.items():
            if name not in self.rules:
                continue
            if name not in snapshot:
                return False
            held, theirs = snapshot[name], jsonable(value)
            if held != theirs and held != self.rules[name].onto(held, theirs):
                return False
        for name, remote_id in record.parents.items():
            # No record of ours has the number 0.
            ours = None if remote_id is None else self.parent_id(record, name) or 0
            if name in self.rules and (name not in snapshot or snapshot[name] != ours):
                return False
        if any(name not in snapshot or snapshot[name] != pk for name, pk in record.ours.items()):
            return False
        return not record.problems

    def _are_the_same(self, snapshot: Mapping[str, Any], record: RemoteRecord) -> bool:
        same = all(
            name in snapshot and rule.same(snapshot[name], rule.onto(snapshot[name], value))
            for name, rule, value in (
                (name, self.rules[name], jsonable(value)) for name, value in self.of(record).items()
            )
        )
        return same and not self.findings.misfits(record)
