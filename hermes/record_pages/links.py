"""A record's partners in other systems, as words and icons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

from hermes.words import plain_error
from integrations.models import ExternalLink, LinkState, OutboxEntry, OutboxState
from integrations.models.queues import OPEN_ENTRIES
from integrations.sync import by_hand, directions, not_taken, withheld
from integrations.sync import system as systems
from integrations.sync.directions import Said
from integrations.sync.outgoing import lacking
from integrations.sync.system import System

from .seen import Seen


@dataclass(frozen=True)
class StateWord:
    """A state that staff know: the word, its icon and its tone."""

    word: str
    icon: str
    tone: str


IN_SYNC = StateWord("In sync", "check_circle", "success")
WAITING = StateWord("Waiting", "schedule", "info")
SENDING = StateWord("Sending", "sync", "info")
RETRYING = StateWord("Retrying", "replay", "warning")
#: Here and there it is not the same, and that stays so.
DIFFERS = StateWord("Differs", "sync_disabled", "default")
NEEDS_YOU = StateWord("Needs you", "error", "danger")
NOT_LINKED = StateWord("Not linked", "link_off", "default")
OTHER_NUMBER = StateWord("Other number", "history", "default")

_OPEN = {
    OutboxState.WAITING: WAITING,
    OutboxState.SENDING: SENDING,
    OutboxState.RETRYING: RETRYING,
    OutboxState.DEAD: NEEDS_YOU,
}


@dataclass(frozen=True)
class LinkRow:
    """One line of the linked-records table. ``link`` is None where there is none."""

    system: System | None
    label: str
    link: ExternalLink | None
    state: StateWord
    url: str = ""
    sent: datetime | None = None
    received: datetime | None = None
    error: str = ""
    can_send: bool = False
    can_link: bool = False
    can_create_again: bool = False
    can_unlink: bool = False
    #: Whether it goes there, where somebody can say so, and how they call all of its kind.
    said: Said | None = None
    kinds: str = ""
    #: Why nothing of it goes there.
    silent: str = ""
    #: Numbers there that a person took from this record.
    apart: tuple[str, ...] = ()

    @property
    def is_live(self) -> bool:
        return self.link is not None and self.link.state == LinkState.LIVE

    @property
    def is_old(self) -> bool:
        return self.link is not None and self.link.state == LinkState.ALIAS

    @property
    def answers(self) -> list[tuple[str, str, bool]]:
        """What can be said of it: what the form sends, in words, and whether it is so."""
        if self.said is None:
            return []
        usual = f"As for all {self.kinds}: {'yes' if self.said.of_kind else 'no'}"
        words = {None: ("", usual), True: ("yes", "Yes"), False: ("no", "No")}
        return [(*words[answer], answer is self.said.own) for answer in words]


def rows_for(kind: str, record: Any, known: Seen) -> list[LinkRow]:
    """Every system that keeps this kind, and the record's old links too."""
    entries = _newest_entries(kind, [record.pk])
    rows = [
        _row(link, kind, entries.get((link.system, record.pk)), known.said.get(link.system))
        for link in known.links
    ]
    current = {link.system for link in known.links if link.state != LinkState.ALIAS}
    for each in systems.switched_on():
        if kind in each.kinds and each.name not in current:
            entry = entries.get((each.name, record.pk))
            rows.append(_missing(each, kind, entry, known.said.get(each.name)))
    rows = [_with_direction(row, kind, record, known) for row in rows]
    return _with_apart(rows, known)


def _with_direction(row: LinkRow, kind: str, record: Any, known: Seen) -> LinkRow:
    """Say whether its changes go there, where that may be asked."""
    if row.system is None or row.is_old or not row.system.is_on():
        return row
    said = known.said.get(row.system.name)
    sends, silent = said is not None and said.sends, ""
    if not sends:
        silent = f"Changes here do not go to {row.label}."
    elif row.link and row.is_live:
        silent = row.system.kinds[kind].left_alone(record, row.link)
    kept = (
        row.state is IN_SYNC
        and row.link
        and _kept_here(row.system, kind, [record], [row.link], lambda ids: ids if sends else [])
    )
    return replace(
        row,
        state=DIFFERS if kept else row.state,
        said=said if kind in directions.KINDS else None,
        kinds=str(record._meta.verbose_name_plural),
        silent=silent,
    )


def _with_apart(rows: list[LinkRow], known: Seen) -> list[LinkRow]:
    """Say of each system what a person took from the record: they may want it back."""
    if all(row.is_live for row in rows if not row.is_old):
        # What it was once is of no use to who has a partner everywhere.
        return rows
    return [
        replace(row, apart=tuple(known.apart.get(row.system.name, ())))
        if row.system and not row.is_old
        else row
        for row in rows
    ]


def _newest_entries(kind: str, ids: Iterable[int]) -> dict[tuple[str, int], OutboxEntry]:
    """The open or stopped entry of each (system, record)."""
    entries = OutboxEntry.objects.filter(
        kind=kind, record_id__in=list(ids), state__in=[*OPEN_ENTRIES, OutboxState.DEAD]
    )
    return {(entry.system, entry.record_id): entry for entry in entries.order_by("pk")}


def _row(link: ExternalLink, kind: str, entry: OutboxEntry | None, said: Said | None) -> LinkRow:
    system = systems.find(link.system)
    label = system.label if system else link.system
    url = system.web_url(kind, link.remote_id) if system and link.state == LinkState.LIVE else ""
    is_live, is_gone = link.state == LinkState.LIVE, link.state == LinkState.GONE
    if link.state == LinkState.ALIAS:
        entry = None
    sends = bool(said and said.sends)
    changed = sends and any(origin != link.system for origin in link.changed_by)
    return LinkRow(
        system=system,
        label=label,
        link=link,
        state=state_of(link, entry, label, changed),
        url=url,
        sent=link.pushed_at,
        received=link.pulled_at,
        error=plain_error((entry.last_error if entry else "") or link.last_error),
        can_send=sends and is_live,
        can_link=is_gone,
        can_unlink=is_live and by_hand.may_unlink(link),
        can_create_again=bool(sends and is_gone and system and system.kinds[kind].create_there),
    )


def _missing(system: System, kind: str, entry: OutboxEntry | None, said: Said | None) -> LinkRow:
    return LinkRow(
        system=system,
        label=system.label,
        link=None,
        state=_OPEN.get(OutboxState(entry.state), NOT_LINKED) if entry else NOT_LINKED,
        error=plain_error(entry.last_error) if entry else "",
        can_send=bool(said and said.sends) and system.kinds[kind].create_there,
        can_link=True,
    )


def state_of(
    link: ExternalLink, entry: OutboxEntry | None, label: str, changed: bool = False
) -> StateWord:
    """What to call the state of a link with its open entry, if there is one.

    Args:
        changed: It was changed a moment ago, and has no entry for that yet.
    """
    if link.state == LinkState.ALIAS:
        return OTHER_NUMBER
    if entry is not None and entry.state in _OPEN:
        return _OPEN[OutboxState(entry.state)]
    if link.state == LinkState.GONE:
        return StateWord(f"Gone in {label}", "delete", "danger")
    if changed:
        return WAITING
    return NEEDS_YOU if link.last_error else IN_SYNC


def badges(kind: str, records: Collection[Any]) -> dict[int, list[tuple[str, StateWord]]]:
    """Record id to its systems and their states, for all rows of a list at once."""
    ids = [record.pk for record in records]
    links = ExternalLink.objects.filter(kind=kind, record_id__in=ids)
    entries = _newest_entries(kind, ids)
    found: dict[int, list[tuple[str, StateWord]]] = defaultdict(list)
    for name, own in groupby(links.exclude(state=LinkState.ALIAS).order_by("system"), _system_of):
        system, theirs = systems.find(name), list(own)
        kept = _kept_here(system, kind, records, theirs, partial(_sent, system, kind))
        for link in theirs:
            assert link.record_id is not None
            label = system.label if system else name
            state = state_of(link, entries.get((name, link.record_id)), label)
            state = DIFFERS if state is IN_SYNC and link.record_id in kept else state
            found[link.record_id].append((label, state))
    return found


def _system_of(link: ExternalLink) -> str:
    return link.system


def _sent(system: System, kind: str, ids: Collection[int]) -> list[int]:
    """Those of the records whose changes go there."""
    return [pk for _, pk in directions.sent(system, [(kind, pk) for pk in ids])]


def _kept_here(
    system: System | None,
    kind: str,
    records: Iterable[Any],
    links: Iterable[ExternalLink],
    sent: Callable[[Collection[int]], Collection[int]],
) -> set[int]:
    """Ids of the records of which the system lacks something that stays here.

    Args:
        sent: Which of some records' changes go there; asked only where something lacks.
    """
    if not (system and system.is_on() and kind in system.kinds):
        return set()
    live = {link.record_id: link for link in links if link.state == LinkState.LIVE}
    pairs = [(record, live[record.pk]) for record in records if record.pk in live]
    lacks = lacking(system, kind, pairs)
    apart = {
        record.pk: system.kinds[kind].left_alone(record, link)
        for record, link in pairs
        if not_taken.KEY in link.snapshot or record.pk in lacks
    }
    going = {*sent([pk for pk, why in apart.items() if not why])} if apart else set()
    stuck = withheld.of(system, kind, going) if going else set()
    return (apart.keys() - going) | stuck
