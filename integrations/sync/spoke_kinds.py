"""What a spoke tells the engine about one kind of record."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .field_rules import FieldRule
from .records import RemoteRecord

#: Record id to what is shown of the record.
Values = Mapping[int, Mapping[str, Any]]


class PartTitles(NamedTuple):
    """Over the list of a record's parts, and on a part's page over the record."""

    parts: str
    keeper: str


def one_by_one(
    values: Callable[[Any], Mapping[str, Any]],
) -> Callable[[Collection[Any]], Values]:
    """Of some records what each says by itself."""
    return lambda records: {record.pk: values(record) for record in records}


@dataclass(frozen=True)
class Derived:
    """What a system shows of a record that others say: its links elsewhere, its children.

    It is sent like a field that is ours alone.

    Attributes:
        values: Those of some records, by their ids; each as name to JSON value.
        links: The systems whose links of the record say something of it.
        told_by: Kind to what finds, for ids of that kind, the ids that they say it of.
        told_by_links: The same by (system, kind), for ids of the kind whose link there changed.
        apart: Names that go in a call of their own, once nothing else is to be sent.
        put_right: What staff are told of a value that somebody changed there and that is sent
            again, by its name; empty for one of which they need not know.
    """

    values: Callable[[Collection[Any]], Values]
    links: Collection[str]
    told_by: Mapping[str, Callable[[Collection[int]], Iterable[int]]] = field(default_factory=dict)
    told_by_links: Mapping[tuple[str, str], Callable[[Collection[int]], Iterable[int]]] = field(
        default_factory=dict
    )
    apart: Collection[str] = ()
    put_right: Callable[[str], str] = lambda name: ""


@dataclass(frozen=True)
class SpokeKind:
    """What one system does with one kind of hub record.

    Attributes:
        fields: Every hub field that travels, parents included.
        push: Whether hub records are written there at all.
        sends: Whether they are as long as nobody says otherwise.
        create: Whether a record that only the remote has makes one here.
        create_there: Whether a record that only the hub has makes one there.
        needs_parent: A record without this parent changes nothing unless it is linked.
        deletes: Whether an archived hub record is deleted there.
        merges: Whether two of its records can be made one there.
        look_first: Whether the remote may have this hub record already, unknown to us: it is
            looked for before it is made there.
        wanted: Whether this hub record belongs there; one that no longer does is deleted.
        ready: Whether that can be said yet; until then nothing is done about it there. A
            record that becomes ready is changed by that, and so comes back.
        awaits: Parents without which no record is made yet: its message waits for them.
        guess: Whether the likeliest of several is linked. If not, only what is sure is, and
            a person is asked about the others.
        deleted_with: The parent that takes records of this kind along when it is deleted there.
        deletion_spreads: Whether the others delete what was deleted there.
        archives: Whether what is deleted there is archived here; else only the link ends.
        frozen: Why this hub record takes nothing more from there; empty where it does.
        listed: Whether it has a list of its own; else it comes with another kind's.
        readable: Whether it is shown when it is asked for; else who is named is believed.
        derived: What else is sent, beside the fields.
        as_found: Fields that stay as they are there where a record of ours is found to be there
            already: of what people did there none is undone.
        left_alone: Why nothing more is sent to this record there, in a sentence; empty where it is.
        reads_first: Whether it is read there before it is written: of what people do there we
            hear late.
        parts: What a colon adds to the id of a record for others of the kind that are kept on it,
            and how staff call those.
        edits_in_bursts: Whether many edits at once are usual there: then no person is asked about
            them, only about many that ended.
        another: Whether a record is somebody else than its link was made for: some ids are
            places, in which one follows another. None where none is.
    """

    fields: Mapping[str, FieldRule]
    push: bool = True
    sends: Callable[[], bool] = lambda: True
    create: bool = True
    create_there: bool = True
    needs_parent: str = ""
    deletes: bool = True
    merges: bool = True
    look_first: Callable[[Any], bool] = lambda record: False
    wanted: Callable[[Any], bool] = lambda record: True
    ready: Callable[[Any], bool] = lambda record: True
    awaits: tuple[str, ...] = ()
    guess: bool = True
    deleted_with: str = ""
    deletion_spreads: bool = True
    archives: bool = True
    frozen: Callable[[Any, Any], str] = lambda record, link: ""
    listed: bool = True
    readable: bool = True
    derived: Derived | None = None
    as_found: Callable[[RemoteRecord], Collection[str]] = lambda record: ()
    left_alone: Callable[[Any, Any], str] = lambda record, link: ""
    reads_first: bool = False
    parts: Mapping[str, PartTitles] = field(default_factory=dict)
    edits_in_bursts: bool = False
    another: Callable[[RemoteRecord, Any], bool] | None = None

    def derive(self, records: Collection[Any]) -> Values:
        """What others say of the records, where that is sent."""
        return self.derived.values(records) if self.derived else {}
