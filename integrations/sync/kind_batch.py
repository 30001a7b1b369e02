"""Applying remote records of one kind: match, merge, save, each as one set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from integrations.models import ExternalLink, LinkState

from . import (
    findings,
    heirs,
    held_as,
    hub,
    links,
    locks,
    match,
    not_taken,
    parts,
    places,
    waiting,
    withheld,
)
from .link_clock import (
    advance,
    forget_future,
    is_ahead,
    is_in_another_state,
    is_newer,
    is_stale,
    is_what_is_there,
    must_rewrite_hub_id,
    says_otherwise,
)
from .match import Found
from .merge import Match, Merged, merge_fields
from .outcomes import Outcome, Status
from .outgoing import lacks
from .records import RemoteRecord, jsonable
from .removed import removed
from .system import System
from .values import Values
from .why_not_made import why_not_made, why_nothing
from .writes import Writes

#: What a field has of which nobody has said anything.
BLANK: tuple[Any, ...] = ("", None, [], {})


class KindBatch:
    """The records of one kind in one ``apply``; used once."""

    def __init__(self, system: System, kind: str, records: Sequence[RemoteRecord]) -> None:
        self.system, self.kind, self.records = system, kind, records
        self.hub_kind, self.spoke_kind = hub.KINDS[kind], system.kinds[kind]
        self.now = timezone.now()
        self.results: dict[str, Outcome] = {}
        self.writes = Writes(system, self.hub_kind)
        self.findings = findings.Findings(system, kind)

    def apply(self) -> dict[str, Outcome]:
        """Do it all and say what became of each record, by its remote id."""
        self.links = links.links_of(
            self.system.name, self.kind, [record.remote_id for record in self.records]
        )
        forget_future(self.links.values(), self.now)
        self.silent = parts.silent(self.system, self.kind, self.links.values())
        self.left = places.cleared(self.spoke_kind, self.records, self.links)
        self.records = [
            held_as.without(record, self.links.get(record.remote_id)) for record in self.records
        ]
        self.values = Values(self.system, self.kind, self.records, self.findings)
        shown = [record for record in self.records if not self._hidden(record)]
        live = [record for record in shown if not removed(self, record)]
        news = [record for record in live if not self._is_old_news(record)]
        found = self._identify(news)
        self.loaded = self._load(news, found)
        for record in news:
            self._apply_one(record, found.get(record.remote_id))
        made = self.writes.save()
        for remote_id, pk in made.items():
            self.results[remote_id].record_id = pk
        self.findings.twins(made.values())
        self.findings.save()
        if self.writes.touched_records or any(each.record_id for each in found.values()):
            waiting.came(self.kind)
        return self.results

    # -- who is who ----------------------------------------------------------------

    def _link(self, record: RemoteRecord) -> ExternalLink | None:
        link = self.links.get(record.remote_id)
        return link if link and link.record_id is not None else None

    def _identify(self, records: list[RemoteRecord]) -> dict[str, Found]:
        unknown = [record for record in records if self._link(record) is None]
        if not unknown:
            return {}
        locks.hold_names(unknown)
        guess = self.spoke_kind.guess
        return match.identify(self.system.name, self.kind, unknown, guess=guess)

    def _load(self, news: list[RemoteRecord], found: dict[str, Found]) -> dict[int, Any]:
        wanted = {link.record_id for record in news if (link := self._link(record))}
        wanted |= {each.record_id for each in found.values() if each.record_id}
        if not wanted:
            return {}
        rows = self.hub_kind.model._base_manager.select_for_update(of=("self",), no_key=True)
        return {row.pk: row for row in rows.filter(pk__any=wanted).order_by("pk")}

    def _is_old_news(self, record: RemoteRecord) -> bool:
        """Whether the link says all of it already; then the hub's record is not even read."""
        link = self._link(record)
        if link is None or link.state != LinkState.LIVE or link.deleted_here:
            return False
        known = held_as.is_known_beside_fields(record, link) and not_taken.KEY not in link.snapshot
        if old := known and self.values.are_in(link.snapshot, record):
            if is_ahead(record, link):
                advance(link, record, self.now)
                self.writes.clock(link)
            self.note(record, Status.UNCHANGED, link.record_id, why_nothing(record))
        return old

    # -- one record ----------------------------------------------------------------

    def _hidden(self, record: RemoteRecord) -> bool:
        """Pass by what is not shown: it says nothing, not even that it is there."""
        if record.hidden:
            self.note(record, Status.IGNORED, None, record.not_made)
        return record.hidden

    def _apply_one(self, record: RemoteRecord, found: Found | None) -> None:
        link = self._link(record)
        if link is not None:
            self._apply_linked(record, link)
        elif found and found.record_id is not None:
            self._adopt(record, found)
        else:
            self._create(record, found)

    def _apply_linked(self, record: RemoteRecord, link: ExternalLink) -> None:
        assert link.record_id is not None
        target = self.loaded[link.record_id]
        if link.deleted_here and (self.spoke_kind.deletes or target.archived_at):
            self.note(record, Status.IGNORED, link.record_id, self.findings.deleted_here(target))
            return
        stale = is_stale(record, link) and not is_what_is_there(record, link)
        if not_taken.settled(self, record, target, link, stale=stale):
            return
        was_gone, moved = link.state == LinkState.GONE, is_in_another_state(record, link)
        if was_gone and not stale:
            self.come_back(record, link)
            self._restore(target)
        self._merge(record, target, link, Match.LINK, stale=stale)
        if not stale and (was_gone or moved):
            self._owe_what_stayed(target, link, was_gone=was_gone)
            self._say_what_state(record, target, link)

    def _owe_what_stayed(self, target: Any, link: ExternalLink, *, was_gone: bool) -> None:
        """It is back or in another state: what could not go there before may go now."""
        if not lacks(self.system, self.kind, target, link):
            return
        if was_gone or withheld.of(self.system, self.kind, [target.pk]):
            self.writes.owe(link)

    def _say_what_state(self, record: RemoteRecord, target: Any, link: ExternalLink) -> None:
        """Where no field is new, that nothing goes to it any more may be the news."""
        outcome = self.results[record.remote_id]
        if outcome.status is Status.UNCHANGED and not outcome.note:
            outcome.note = self.spoke_kind.left_alone(target, link)

    def come_back(self, record: RemoteRecord, link: ExternalLink) -> None:
        """It was deleted there and is there again. Whether ours follows is another question."""
        link.state, link.deleted_here = LinkState.LIVE, False
        self.advance(link, record)
        if not self.spoke_kind.archives:
            self.findings.returned(link)

    def _restore(self, target: Any) -> None:
        if target.archived_at is not None:
            target.archived_at = None
            self.writes.change(target, ["archived_at"])

    def _adopt(self, record: RemoteRecord, found: Found) -> None:
        assert found.record_id is not None
        target = self.loaded[found.record_id]
        heirs.take_place(self.system, self.kind, found.record_id)
        link = self.new_link(record, found.record_id)
        self.findings.duplicates(found.record_id, found)
        if not_taken.settled(self, record, target, link, stale=False):
            return
        if found.how is Match.HUB_ID:
            self._restore(target)
        if found.how is Match.HUB_ID and found.record_id not in record.hub_ids:
            # Another system's number says who it is: it was there before us.
            held_as.take_over(self.system, record, target, link)
        self._merge(record, target, link, found.how, stale=False)

    def _create(self, record: RemoteRecord, found: Found | None) -> None:
        if refusal := why_not_made(self, record):
            self.results[record.remote_id] = refusal
            return
        values = self.values.for_new(record)
        target, link = self.hub_kind.new(values), self.new_link(record, None)
        link.snapshot = {name: jsonable(value) for name, value in values.items()}
        link.snapshot |= {"hub_id": record.hub_id_text, **record.shown}
        link.remote_state = dict(record.remote_state)
        self.writes.create(target, link)
        self.results[record.remote_id] = Outcome(
            Status.CREATED, took=frozenset(values), shown=record.shown
        )
        self.writes.link(link)
        if must_rewrite_hub_id(link):
            self.writes.owe(link)
        self.findings.problems(record, link)
        self.findings.duplicates_of_new(target, found)

    # -- merge ---------------------------------------------------------------------

    def _merge(
        self, record: RemoteRecord, target: Any, link: ExternalLink, how: Match, *, stale: bool
    ) -> None:
        values = self.values.onto(target, record)
        if stale:
            values = {name: v for name, v in values.items() if self._is_blank(target, link, name)}
        merged = merge_fields(
            {name: jsonable(value) for name, value in values.items()},
            hub={name: self.hub_kind.json_value(target, name) for name in values},
            base=link.snapshot,
            rules=self.spoke_kind.fields,
            match=how,
            remote_is_newer=is_newer(record, target),
            remote_wins=says_otherwise(record, link),
        )
        if not stale:
            not_taken.taken(merged.snapshot)
        if shown := {} if stale else held_as.changed_there(record, link):
            self.findings.put_right(link, shown)
            merged.snapshot |= shown
            merged.owes = True
        for name in merged.take:
            self.hub_kind.assign(target, name, values[name])
        if merged.take:
            self.writes.change(target, self.hub_kind.columns(set(merged.take)))
            # Of two that are one here, the other lacks it.
            merged.owes = merged.owes or link.state == LinkState.ALIAS
        written = self._write_link(record, link, merged, stale=stale)
        if merged.owes or (written and must_rewrite_hub_id(link)):
            self.writes.owe(link)
        self.findings.conflicts(target.pk, merged.conflicts)
        if written:
            self.findings.problems(record, link)
        status = Status.of(merged.take, stale=stale)
        # An older message fills blanks, and no rule follows from it.
        took = frozenset() if stale else frozenset(merged.take)
        note = why_nothing(record)
        self.results[record.remote_id] = Outcome(status, target.pk, note, took=took, shown=shown)

    def _is_blank(self, target: Any, link: ExternalLink, name: str) -> bool:
        """Whether nobody has said anything of a field: only then an older message may."""
        return name not in link.snapshot and self.hub_kind.value(target, name) in BLANK

    def _write_link(
        self, record: RemoteRecord, link: ExternalLink, merged: Merged, *, stale: bool
    ) -> bool:
        held_as.remember_emptied(merged)
        self.findings.stay(link, merged.stays)
        snapshot = merged.snapshot
        if not stale and (record.hub_id_text or "hub_id" not in snapshot):
            snapshot["hub_id"] = record.hub_id_text
        state = link.remote_state if stale else {**link.remote_state, **record.remote_state}
        same = link.pk and snapshot == link.snapshot and state == link.remote_state
        link.snapshot, link.remote_state = snapshot, state
        if same and not is_ahead(record, link):
            return False
        self.advance(link, record)
        return True

    def new_link(self, record: RemoteRecord, record_id: int | None) -> ExternalLink:
        """The link of a record that was not linked, or to somebody else; not saved yet."""
        link = self.links.get(record.remote_id) or ExternalLink(
            system=self.system.name, kind=self.kind, remote_id=record.remote_id
        )
        if old := self.left.get(record.remote_id):
            self.findings.replaced(record, old)
        link.record_id, link.state = record_id, LinkState.LIVE
        self.advance(link, record)
        return link

    def advance(self, link: ExternalLink, record: RemoteRecord) -> None:
        """The link has heard of the record, and is saved."""
        advance(link, record, self.now)
        link.other_id = record.other_id or link.other_id
        self.writes.link(link)

    def note(self, record: RemoteRecord, status: Status, pk: int | None, note: str) -> None:
        """What became of a record of which nothing was taken."""
        self.results[record.remote_id] = Outcome(status, pk, note)
