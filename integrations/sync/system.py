"""What a spoke must tell the engine about itself, and the registry of spokes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from .details import Detail
from .errors import Early
from .overview import Looks
from .records import RemoteRecord
from .set_up import Repair, Setup
from .spoke_kinds import SpokeKind


@dataclass(frozen=True)
class Reading:
    """What a delivery says. ``ignored`` is the reason when it says nothing to us.

    Attributes:
        reread: (kind, remote id) of what changed, where the delivery does not say how.
        at: When that was; what is read afterwards is no older.
        linked_only: Of what it names only that is read and changed which has a link.
        carried_by: The kind of records that come with all of what they are linked to here: they
            are read in its place.
        expects: (kind, remote id) to the time of the change: what is shown of it later on is
            no older. None where that is not known.
        walk: "poll" or "reconcile", where it asks for one.
        look_back: How far before the delivery that poll begins, if not where it would.
        alert: What staff have to know of it.
        early: The engine's own: why it is to be looked at again once it is applied.
    """

    records: list[RemoteRecord] = field(default_factory=list)
    subject: str = ""
    action: str = ""
    ignored: str = ""
    reread: tuple[tuple[str, str], ...] = ()
    at: datetime | None = None
    linked_only: bool = False
    carried_by: str = ""
    expects: Mapping[tuple[str, str], datetime | None] = field(default_factory=dict)
    walk: str = ""
    look_back: timedelta = timedelta()
    alert: str = ""
    early: Early | None = None


@dataclass(frozen=True)
class Applied:
    """A hub record that was made or changed, and the fields that it took.

    Attributes:
        shown: Derived values that somebody changed there.
    """

    kind: str
    record_id: int
    fields: frozenset[str]
    shown: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outgoing:
    """A hub record on its way out, everything that a payload may need.

    Attributes:
        values: All travelling fields, in Python values.
        changed: The fields to send.
        left: What is owed after that, in a call of its own.
        parents: Foreign key to the remote id of what it points at, None for none.
        remote_state: What the adapter kept on the link.
        send_hub_id: Whether the remote's copy of our id must be (re)written.
    """

    kind: str
    record_id: int
    values: Mapping[str, Any]
    changed: frozenset[str]
    parents: Mapping[str, str | None]
    remote_state: Mapping[str, Any]
    creating: bool = False
    send_hub_id: bool = False
    left: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Page:
    """One page of a walk.

    Attributes:
        token: Continues the walk; empty at the end.
        unusable: A sentence for each row of which nothing can be kept.
        unusable_ids: Which these are, where that is known: they are there nevertheless.
        places: Where the next poll goes on, by list: kept once all of this poll is applied.
        clock: The remote's own time when the walk began, where it tells: what changes later
            is not in the walk.
        remarks: What is true of some of its records, and of how many: "without an address".
    """

    records: list[RemoteRecord]
    token: str = ""
    unusable: tuple[str, ...] = ()
    unusable_ids: tuple[str, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    clock: datetime | None = None
    remarks: Mapping[str, int] = field(default_factory=dict)


class Remote(Protocol):
    """An open connection to a spoke. Every method may raise a ``SyncError``."""

    def fetch(self, kind: str, remote_ids: Iterable[str]) -> list[RemoteRecord]:
        """Read these records; those that are gone are absent from the answer."""

    def create(self, kind: str, payload: dict) -> RemoteRecord: ...
    def update(self, kind: str, remote_id: str, payload: dict) -> RemoteRecord: ...
    def delete(self, kind: str, remote_id: str) -> None: ...
    def merge(self, kind: str, loser_id: str, winner_id: str) -> None: ...

    def find(self, kind: str, outgoing: Outgoing, since: datetime) -> Iterator[RemoteRecord]:
        """Records there that hold our id; first those that we may have created since then."""

    def alike(self, kind: str, outgoing: Outgoing) -> Iterator[RemoteRecord]:
        """Records there that are certainly the same, though they do not hold our id."""

    def pages(self, kind: str, since: datetime | None, token: str = "") -> Iterator[Page]:
        """Walk records changed since then, oldest change first; all when None."""

    def deleted(self, kind: str, since: datetime) -> list[RemoteRecord]:
        """Deleted since then, where the remote can tell; else nothing."""

    def check(self) -> str:
        """Call the cheapest endpoint; say in a sentence who we are there."""


@dataclass(frozen=True)
class System:
    """A spoke: names, kinds in order of dependence (parents first), and its functions."""

    name: str
    label: str
    kinds: Mapping[str, SpokeKind]
    is_on: Callable[[], bool]
    connect: Callable[[], Remote]
    #: What a delivery says. Raises ``NotOurs`` for one that was meant for somebody else.
    read: Callable[[bytes], Reading]
    payload: Callable[[Outgoing], dict]
    web_url: Callable[[str, str], str]
    #: Changed fields that the payload leaves out, and why: to be told, where somebody can do
    #: something about it.
    withheld: Callable[[Outgoing], Mapping[str, str]] = lambda outgoing: {}
    #: Checks registrations, fields and users at the remote, and repairs them.
    repair: Repair | None = None
    #: Settles what the spoke keeps of its own, before each run that writes.
    begin: Callable[[], None] | None = None
    #: Prepares the account, where there is something to prepare.
    setup: Setup | None = None
    #: How often it is polled, until a person says otherwise on its connection's page.
    poll_minutes: Callable[[], int] = lambda: 5
    #: Polls begin so long after the full hour, and then at each interval: another time than that
    #: at which much changes there at once. None: an interval after the last.
    polls_from: timedelta | None = None
    #: So much is read again on every poll: a remote may commit a change some time after the
    #: moment that it stamps on it. Records that we have seen already change nothing.
    look_back: Callable[[], timedelta] = lambda: timedelta(minutes=5)
    #: How long a change waits for others of the same record, to go out with them.
    gather: Callable[[], timedelta] = timedelta
    #: A record of which messages say no more than that it changed is read so often at most.
    reread_every: timedelta = timedelta()
    #: From when on messages make records of what is not here; None for all.
    follows_from: Callable[[], datetime | None] = lambda: None
    #: So many records of a kind are read in one call, where messages name them.
    reads_at_once: int = 1
    #: Whether its lists say what changed. If not, only its messages do: it is not polled.
    polls: bool = True
    #: The settings without which it is off, or works in one direction only.
    needs: tuple[str, ...] = ()
    #: Carries out the domain's own rules for what was applied, in the same transaction.
    applied: Callable[[Iterable[Applied]], None] | None = None
    #: The id that a text names, as links hold it, where people write it in several ways; empty
    #: for what is none.
    read_id: Callable[[str], str] = str.strip
    #: What it says of a kind of record beside the fields, by name: a document of ours, which
    #: others may show.
    details: Callable[[str], Mapping[str, Detail]] = lambda kind: {}
    #: How people look at what its fields are to us.
    looks: Looks | None = None
    #: The fields that travel at this moment, where that depends on set-up; else all.
    travels: Callable[[str], frozenset[str]] | None = None

    def travelling(self, kind: str) -> frozenset[str]:
        """Fields of this kind that can be read and written now."""
        return self.travels(kind) if self.travels else frozenset(self.kinds[kind].fields)

    def listed(self) -> list[str]:
        """The kinds whose lists a walk reads, parents first."""
        return [name for name, kind in self.kinds.items() if kind.listed]

    def rank(self, kind: str) -> int:
        """The kind's place when parents are sent first."""
        return list(self.kinds).index(kind)

    def pushes(self, kind: str) -> bool:
        return kind in self.kinds and self.kinds[kind].push

    def pushed(self, kind: str) -> set[str]:
        """Fields of this kind of which it is told our changes now."""
        if not self.pushes(kind):
            return set()
        rules = self.kinds[kind].fields
        return {name for name in self.travelling(kind) if rules[name].push}


_systems: dict[str, System] = {}


def register(system: System) -> None:
    """Make a spoke known. Called once for each, when Django starts."""
    _systems[system.name] = system


def get(name: str) -> System:
    """The system of that name.

    Raises:
        LookupError: No such system; the message lists those there are.
    """
    try:
        return _systems[name]
    except KeyError:
        raise LookupError(f"No system {name!r}; there are: {', '.join(_systems)}") from None


def find(name: str) -> System | None:
    """The system of that name, or None where rows outlived their system."""
    return _systems.get(name)


def everyone() -> list[System]:
    """Every system, configured or not."""
    return list(_systems.values())


def switched_on() -> list[System]:
    """The systems whose settings are there."""
    return [system for system in _systems.values() if system.is_on()]
