"""The neutral record: all that a spoke may tell the engine about a remote record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RemoteRecord:
    """One remote record, as far as one message told of it.

    Attributes:
        fields: Hub field to value, only the fields that the message carried. Absent
            leaves ours alone, empty clears it.
        parents: Hub foreign key to the remote id it points at, None for "none".
        ours: Hub foreign key to the hub's own id, where a table of ours says what is meant.
        when_new: Hub field to value, foreign keys to hub ids, for a record that is made of this
            one; later they are ours alone.
        not_made: Why no record is made of it here, where there is none yet.
        flagged: Staff are told that none is made: they can do something about it there.
        hidden: It was asked for and is not shown, though nobody is known to have deleted it.
        modified_at: The record's own time of change, by the remote's clock.
        event_at: When the remote sent the message; orders deliveries. None where the
            record was read and not delivered.
        heard_at: When the message reached us or was read, by our clock. None for now.
        hub_ids: What the remote stores as our id. More than one after a merge, the
            survivor first.
        other_id: What else the system calls it; a record made anew there may have the same.
        known_as: (system, remote id) of the same record in other systems, as it says there.
        hub_id_text: The same as it stands there.
        shown: What it shows of what others say of it: derived value to what stands there.
        emails: Natural keys beside ``fields``: a company's contacts' addresses.
        merged_from: Remote ids that were merged into this record.
        merged_into: With ``deleted``: the remote id that this record was merged into.
        remote_state: What the adapter needs to write the record again; kept on the link.
        refused: Hub fields that a write named and the remote would not take.
        problems: Values that could not be read, each in a sentence naming the field.
    """

    system: str
    kind: str
    remote_id: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    parents: Mapping[str, str | None] = field(default_factory=dict)
    ours: Mapping[str, int | None] = field(default_factory=dict)
    when_new: Mapping[str, Any] = field(default_factory=dict)
    not_made: str = ""
    flagged: bool = False
    hidden: bool = False
    modified_at: datetime | None = None
    event_at: datetime | None = None
    # Two that say the same are equal, whenever that was heard.
    heard_at: datetime | None = field(default=None, compare=False)
    deleted: bool = False
    hub_ids: tuple[int, ...] = ()
    other_id: str = ""
    known_as: tuple[tuple[str, str], ...] = ()
    hub_id_text: str = ""
    shown: Mapping[str, Any] = field(default_factory=dict)
    emails: tuple[str, ...] = ()
    merged_from: tuple[str, ...] = ()
    merged_into: str | None = None
    remote_state: Mapping[str, Any] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What it is in its system: kind and remote id."""
        return self.kind, self.remote_id

    @property
    def kept_in(self) -> str:
        """The id of the record that it is a part of there: its own, without what a colon adds."""
        return self.remote_id.partition(":")[0]

    @property
    def order(self) -> tuple[datetime, datetime]:
        """Sorts messages about one record, the newest last."""
        return (self.event_at or self.modified_at or EARLIEST, self.modified_at or EARLIEST)


def coalesce(records: Iterable[RemoteRecord]) -> dict[tuple[str, str], RemoteRecord]:
    """One record for each (kind, remote id): the newest, with what only older ones told."""
    newest: dict[tuple[str, str], RemoteRecord] = {}
    for record in sorted(records, key=lambda record: record.order):
        key = (record.kind, record.remote_id)
        older = newest.get(key)
        newest[key] = _on_top_of(older, record) if older else record
    return newest


def _on_top_of(older: RemoteRecord, newer: RemoteRecord) -> RemoteRecord:
    return replace(
        newer,
        fields={**older.fields, **newer.fields},
        parents={**older.parents, **newer.parents},
        ours={**older.ours, **newer.ours},
        remote_state={**older.remote_state, **newer.remote_state},
        shown={**older.shown, **newer.shown},
        merged_from=tuple(dict.fromkeys(older.merged_from + newer.merged_from)),
        hub_ids=newer.hub_ids or older.hub_ids,
        other_id=newer.other_id or older.other_id,
        known_as=newer.known_as or older.known_as,
        hub_id_text=newer.hub_id_text or older.hub_id_text,
        modified_at=max(filter(None, [older.modified_at, newer.modified_at]), default=None),
    )


def jsonable(value: Any) -> Any:
    """A hub value in the form that snapshots keep and compare.

    Decimals lose trailing zeros, so that 0 and 0.00 are one value; times are UTC.
    """
    match value:
        case Decimal():
            return format(value.normalize(), "f") if value else "0"
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case _:
            return value


def clean_text(value: Any) -> Any:
    """What PostgreSQL can keep: no NUL, no lone surrogates, at any depth."""
    if isinstance(value, str):
        if "\x00" in value:
            value = value.replace("\x00", "")
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {clean_text(key): clean_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [clean_text(item) for item in value]
    return value
