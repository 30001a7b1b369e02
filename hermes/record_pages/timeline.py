"""Everything that happened to one record, newest first, a page at a time."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Case, F, IntegerField, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Coalesce
from django.utils.dateparse import parse_datetime

from companies import history
from companies.models import Merge
from integrations.models import ExternalLink, LinkState, OutboxEntry, SyncLog, WebhookEvent

#: Items on one page.
PAGE = 30

#: What can be asked for, in the words of the page.
CHIPS = {
    "all": "All",
    "changes": "Changes",
    "messages": "Messages received",
    "sends": "Sent",
    "errors": "Problems",
    "notes": "Notes and merges",
}

#: Where an item comes from. Of two at one moment the lower one is shown first.
CHANGE, MESSAGE, SEND, NOTE, MERGE, LINKED, MADE = range(7)

#: A system, and the record's number there.
Remote = tuple[str, str]

#: States in which a message or a change to send has a problem.
TROUBLED = ["dead", "retrying"]


@dataclass(frozen=True)
class Place:
    """An item's place in the list; a page starts after one."""

    at: datetime
    rank: int
    pk: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.rank}~{self.pk}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        """The place that an address names; None for anything else."""
        at, _, rest = text.partition("~")
        rank, _, pk = rest.partition("~")
        if not (rank.isdecimal() and pk.isdecimal() and rest.isascii() and len(rest) < 21):
            return None
        try:
            moment = parse_datetime(at)
        except ValueError:
            return None
        return cls(moment, int(rank), int(pk)) if moment and moment.tzinfo else None

    def later(self, rank: int, at: str, pk: str) -> Q:
        """What of one source comes after this place in the list."""
        before = Q(**{f"{at}__lt": self.at})
        if rank < self.rank:
            return before
        same_moment = Q(**{at: self.at})
        return before | (same_moment & Q(**{f"{pk}__lt": self.pk}) if rank == self.rank
                         else same_moment)  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One thing that happened. ``changes`` are filled for a change, the rest for others."""

    place: Place
    system: str = ""
    state: str = ""
    action: str = ""
    note: str = ""
    error: str = ""
    changes: list[history.FieldChange] = field(default_factory=list)

    @property
    def fields_sent(self) -> list[str]:
        return [name.replace("_", " ") for name in json.loads(self.note or "[]")]


@dataclass(frozen=True)
class TimelinePage:
    """Up to a page of items, and the place after which the next one starts."""

    items: list[Item]
    more: Place | None


def read(
    record: Any,
    kind: str,
    remotes: Iterable[Remote],
    *,
    chip: str = "all",
    after: Place | None = None,
    saves: list[Any] | None = None,
) -> TimelinePage:
    """A page of the record's timeline, in three queries and one for each kind of name.

    Args:
        remotes: The record's numbers elsewhere, for the messages about it.
        saves: The newest history rows of the record as it is, where they were read already.
    """
    items = _changes(record, after, saves) if chip in ("all", "changes") else []
    items += _others(record, kind, list(remotes), chip, after)
    items.sort(key=lambda item: (-item.place.at.timestamp(), item.place.rank, -item.place.pk))
    shown = items[:PAGE]
    return TimelinePage(shown, shown[-1].place if len(items) > PAGE else None)


def _changes(record: Any, after: Place | None, saves: list[Any] | None) -> list[Item]:
    newest = record if saves is not None else None
    if saves is None:
        rows = record.events.order_by("-pgh_created_at", "-pgh_id")
        if after is not None:
            rows = rows.filter(after.later(CHANGE, "pgh_created_at", "pgh_id"))
        saves = list(rows[: PAGE + 1])
    by_save: dict[int, list[history.FieldChange]] = defaultdict(list)
    for change in history.of_saves(record, saves[: PAGE + 1], newest):
        by_save[change.event_id].append(change)
    return [
        Item(Place(save.pgh_created_at, CHANGE, save.pgh_id), changes=by_save[save.pgh_id])
        for save in saves[: PAGE + 1]
    ]


def _others(
    record: Any, kind: str, remotes: list[Remote], chip: str, after: Place | None
) -> list[Item]:
    branches = [
        _newest(rows, rank, after)
        for rank, every in _sources(record, kind, remotes).items()
        if (rows := _asked_for(chip, rank, every)) is not None
    ]
    if not branches:
        return []
    first, *rest = branches
    union = first
    if rest:
        union = first.union(*rest, all=True).order_by("-t_at", "t_rank", "-t_pk")
    return [
        Item(Place(at, rank, number), system, state, action, note, error)
        for at, rank, number, system, state, action, note, error in union[: PAGE + 1]
    ]


def _asked_for(chip: str, rank: int, rows: QuerySet) -> QuerySet | None:
    """The rows of a source that belong to a chip; None for none of them."""
    if chip == "errors":
        if rank in (MERGE, LINKED, MADE):
            return None
        levels = [SyncLog.Level.WARNING, SyncLog.Level.ERROR]
        return rows.filter(level__in=levels) if rank == NOTE else rows.filter(state__in=TROUBLED)
    wanted = {
        "all": [MESSAGE, SEND, NOTE, MERGE, LINKED, MADE],
        "changes": [MADE],
        "messages": [MESSAGE],
        "sends": [SEND],
        "notes": [NOTE, MERGE, LINKED],
    }
    return rows if rank in wanted.get(chip, []) else None


def _text(value: str = "") -> Value:
    return Value(value, output_field=TextField())


def _told_of(kind: str, remotes: list[Remote]) -> QuerySet:
    """Messages about the record; two systems may give one number to different ones."""
    subjects: dict[str, list[str]] = defaultdict(list)
    for system, remote_id in remotes:
        subjects[system].append(f"{kind} {remote_id}")
    theirs = Q(pk__in=[])
    for system, names in subjects.items():
        theirs |= Q(system=system, subject__in=names)
    return WebhookEvent.objects.filter(theirs)


def _sources(record: Any, kind: str, remotes: list[Remote]) -> dict[int, QuerySet]:
    """Each source with the same columns, so that one query reads the newest of all."""
    about = {"kind": kind, "record_id": record.pk}
    undone = Case(When(undone_at__isnull=False, then=_text("undone")), default=_text())
    return {
        MESSAGE: _told_of(kind, remotes).annotate(
            t_at=F("received_at"), t_system=F("system"), t_state=F("state"),
            t_action=F("action"), t_note=F("note"), t_error=F("last_error"),
        ),
        SEND: OutboxEntry.objects.filter(**about).annotate(
            t_at=Coalesce("done_at", "created_at"), t_system=F("system"), t_state=F("state"),
            t_action=F("action"), t_note=Cast("fields_sent", TextField()),
            t_error=F("last_error"),
        ),
        NOTE: SyncLog.objects.filter(**about).annotate(
            t_at=F("at"), t_system=F("system"), t_state=F("level"), t_action=F("topic"),
            t_note=F("message"), t_error=_text(),
        ),
        MERGE: Merge.objects.filter(kind=kind.replace("_", ""), winner_id=record.pk).annotate(
            t_at=F("merged_at"), t_system=_text(), t_state=undone, t_action=F("by"),
            t_note=Cast("loser_ids", TextField()), t_error=_text(),
        ),
        LINKED: ExternalLink.objects.filter(**about).exclude(state=LinkState.ALIAS).annotate(
            t_at=F("created_at"), t_system=F("system"), t_state=F("state"), t_action=_text(),
            t_note=F("remote_id"), t_error=_text(),
        ),
        MADE: type(record)._base_manager.filter(pk=record.pk).annotate(
            t_at=F("created_at"), t_system=_text(), t_state=_text(), t_action=_text(),
            t_note=_text(), t_error=_text(),
        ),
    }  # fmt: skip


def _newest(rows: QuerySet, rank: int, after: Place | None) -> QuerySet:
    rows = rows.annotate(t_rank=Value(rank, output_field=IntegerField()), t_pk=F("pk"))
    if after is not None:
        rows = rows.filter(after.later(rank, "t_at", "t_pk"))
    columns = ["t_at", "t_rank", "t_pk", "t_system", "t_state", "t_action", "t_note", "t_error"]
    return rows.order_by("-t_at", "-t_pk").values_list(*columns)[: PAGE + 1]
