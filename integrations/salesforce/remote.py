"""Salesforce as the engine wants a remote: neutral records out, changed fields in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from integrations.sync import links, not_kept
from integrations.sync.chunks import chunks
from integrations.sync.errors import Misconfigured, Rejected, RemoteGone, Reserved
from integrations.sync.records import RemoteRecord
from integrations.sync.system import Outgoing, Page, get

from . import (
    beginning,
    borrowers,
    choices,
    described,
    inbound,
    officers,
    outbound,
    people,
    queries,
    smaller,
    stages,
    usage,
)
from .answers import Answered
from .client import Client
from .described import Schema
from .ids import whole_id
from .names import CONTACT, names
from .reading import how_to_read
from .refusals import DAY_IS_SPENT, WrongQuery
from .rows import HowToRead
from .schemas import COBORROWER, NAME
from .whose import lets_go

Read = Callable[[Mapping[str, Any], HowToRead], list[RemoteRecord]]

MADE_THERE = "Loans and their borrowers are made, merged and deleted in Salesforce alone"

#: SOQL, by what the org has.
Question = Callable[[Schema], str]


class SalesforceRemote:
    """One use of the connection."""

    def __init__(self) -> None:
        choices.check()
        self.api = Client()
        self._names = names()
        self._known: tuple[Schema, HowToRead] | None = None

    # -- reading -----------------------------------------------------------------------

    def fetch(self, kind: str, remote_ids: Iterable[str]) -> list[RemoteRecord]:
        """What is not shown, and not known to be deleted, is there for all we know."""
        ids = [pk for each in remote_ids if (pk := whole_id(each.removesuffix(COBORROWER)))]
        found: list[RemoteRecord] = []
        for some in chunks(dict.fromkeys(ids), queries.IDS):
            found += self._fetched(kind, some)
        return found

    def _fetched(self, kind: str, ids: list[str]) -> list[RemoteRecord]:
        if kind == "deal":
            read = inbound.loan_of_the_officer if lets_go() else inbound.loan
            page = self._page(self._by_ids(queries.by_id, ids), read)
            page = replace(page, records=self._with_merges(page.records))
        else:
            page = self._page(self._by_ids(queries.contacts, ids), people.contact)
        for sentence in page.unusable:
            not_kept.tell(get(NAME), kind, sentence)
        shown = {record.remote_id for record in page.records}
        hidden = [pk for pk in ids if pk not in shown]
        return page.records + (self._hidden(kind, hidden) if hidden else [])

    def _hidden(self, kind: str, ids: list[str]) -> list[RemoteRecord]:
        """Those that we may not see any more, and those that became part of another."""
        name = self._names.loan if kind == "deal" else CONTACT
        rows = self._by_ids(lambda _, some: queries.ended(name, some), ids, deleted=True)
        ended = {whole_id(row.get("Id")): row for row in rows if row.get("IsDeleted")}
        merged = [
            people.merged(row) for row in ended.values() if whole_id(row.get("MasterRecordId"))
        ]
        hidden = [
            RemoteRecord(NAME, kind, pk, not_made="Salesforce does not show it", hidden=True)
            for pk in ids
            if pk not in ended
        ]
        return merged + hidden

    def pages(self, kind: str, since: datetime | None, token: str = "") -> Iterator[Page]:
        """Loans with their borrowers: all, or what changed; then what left or was deleted."""
        self._leave_the_rest_of_the_day()
        if since is None:
            yield from self._walk(self._everything(token))
            return
        news = queries.Span(beginning.no_earlier(since))
        yield from self._walk(smaller.by_time(self._changed, news))
        # Of loans that we have, whenever they came.
        for answered in smaller.by_time(self._left, queries.Span(since)):
            yield self._of_those_that_left(answered.rows)

    def _changed(self, span: queries.Span) -> Iterator[Answered]:
        return self._ask(lambda schema: queries.changed(schema, span))

    def _left(self, span: queries.Span) -> Iterator[Answered]:
        return self._ask(lambda schema: queries.left(schema, span), deleted=True)

    def _everything(self, token: str) -> Iterator[Answered]:
        if token:
            return self.api.go_on(token)
        since = beginning.followed_since()
        return self._ask(lambda schema: queries.everything(schema, since))

    def _walk(self, answers: Iterator[Answered]) -> Iterator[Page]:
        """Pages, each with the time of the first: what comes later is for the next walk."""
        started = None
        for answered in answers:
            started = started or answered.at
            page = self._page(answered.rows, inbound.loan)
            page = replace(page, records=self._with_merges(page.records))
            yield replace(page, token=answered.more, clock=started)

    def _page(self, rows: Iterable[Any], read: Read) -> Page:
        """One unusable row harms no other. A borrower of several loans is told of once."""
        # As the org was when the rows came.
        _, how = self._schema()
        records: dict[tuple[str, str], RemoteRecord] = {}
        unusable = []
        for row in rows:
            try:
                for record in read(row, how):
                    if record.key not in records or records[record.key].not_made:
                        records[record.key] = record
            except Rejected as error:
                unusable.append(f"Salesforce shows a record that cannot be kept: {error}")
        remarks = self._unmapped(records.values())
        return Page(list(records.values()), unusable=tuple(unusable), remarks=remarks)

    def _unmapped(self, records: Iterable[RemoteRecord]) -> dict[str, int]:
        """How many loans are in which status that nobody has mapped; staff see those statuses."""
        _, how = self._schema()
        said = Counter(str(one.remote_state.get("status") or "") for one in records)
        unmapped = {name: n for name, n in said.items() if name and how.meant(name) is None}
        if unmapped:
            stages.note_unmapped(unmapped)
        return {
            f"with the status {name[:60]}, which nobody has mapped": n
            for name, n in unmapped.items()
        }

    def _of_those_that_left(self, rows: Sequence[Mapping[str, Any]]) -> Page:
        """Of loans that are another officer's now, only those that we have are read."""
        ids = {whole_id(row.get("Id")): row for row in rows}
        known = links.record_ids_of(NAME, {"deal": [pk for pk in ids if pk]})
        gone = [inbound.deleted(row) for pk, row in ids.items() if pk and row.get("IsDeleted")]
        left = [pk for _, pk in known if not ids[pk].get("IsDeleted")]
        if lets_go():
            left = []
        linked = [one for one in gone if one.key in known]
        still = self._going_on(left)
        return Page([*linked, *still], remarks=self._unmapped(still))

    def _going_on(self, ids: list[str]) -> list[RemoteRecord]:
        """A loan that we have goes on whoever's it is, and so do those who come to it."""
        return [replace(one, not_made="") for one in self.fetch("deal", ids)]

    def _with_merges(self, records: list[RemoteRecord]) -> list[RemoteRecord]:
        """The records; borrowers who came to a loan that we have say whom they took in."""
        came = sorted(borrowers.came(records))
        losers: dict[str, list[str]] = {}
        for row in self._by_ids(lambda _, some: queries.merged_into(some), came, deleted=True):
            if loser := whole_id(row.get("Id")):
                losers.setdefault(whole_id(row.get("MasterRecordId")), []).append(loser)
        if not losers:
            return records
        return [replace(one, merged_from=tuple(losers.get(one.remote_id, ()))) for one in records]

    def deleted(self, kind: str, since: datetime) -> list[RemoteRecord]:
        """Polls tell of deletions."""
        return []

    def _by_ids(
        self,
        soql: Callable[[Schema, Sequence[str]], str],
        ids: Iterable[str],
        *,
        deleted: bool = False,
    ) -> list[dict[str, Any]]:
        def ask(some: Sequence[str]) -> list[dict[str, Any]]:
            answers = self._ask(lambda schema: soql(schema, some), deleted=deleted)
            return [row for answered in answers for row in answered.rows]

        return [row for some in chunks(ids, queries.IDS) for row in smaller.by_ids(ask, some)]

    def _ask(self, question: Question, *, deleted: bool = False) -> Iterator[Answered]:
        """All pages. A question that the org no longer understands is put once more, anew."""
        pages = self._pages_of(question, deleted)
        try:
            first = next(pages)
        except WrongQuery:
            self._forget()
            pages = self._pages_of(question, deleted)
            first = next(pages)
        yield first
        yield from pages

    def _pages_of(self, question: Question, deleted: bool) -> Iterator[Answered]:
        schema, _ = self._schema()
        return self.api.query(question(schema), deleted=deleted)

    # -- the org -----------------------------------------------------------------------

    def _schema(self) -> tuple[Schema, HowToRead]:
        if self._known is None:
            schema = described.schema(self.api, self._names)
            self._known = schema, how_to_read(schema)
        return self._known

    def _forget(self) -> None:
        described.forget(self._names)
        self._known = None

    def _leave_the_rest_of_the_day(self) -> None:
        """Walks use their share of the day's calls, and no more.

        Raises:
            Reserved: It is used.
        """
        if not usage.may_be_spent():
            return
        told = usage.of_the_day(self.api.limits())
        if told and usage.is_spent(*told):
            used, limit = told
            raise Reserved(
                f"{used} of {limit} calls of the day are used; the rest is left to people",
                retry_after=DAY_IS_SPENT,
            )

    def check(self) -> str:
        """Who we are there, and whose loans are followed."""
        self._forget()
        schema, _ = self._schema()
        whose = officers.sentence(schema)
        used, limit = usage.of_the_day(self.api.limits()) or (0, 0)
        return f"{schema.names.loan} of {whose}; {limit - used} calls are left today"

    # -- writing -----------------------------------------------------------------------

    def payload(self, outgoing: Outgoing) -> dict[str, Any]:
        """The changed fields under the org's names; {} for none."""
        return outbound.built(outgoing, *self._schema()).body

    def withheld(self, outgoing: Outgoing) -> dict[str, str]:
        """Those that are not in it, and why."""
        return outbound.built(outgoing, *self._schema()).withheld

    def find(self, kind: str, outgoing: Outgoing, since: datetime) -> Iterator[RemoteRecord]:
        raise Misconfigured(MADE_THERE)

    def alike(self, kind: str, outgoing: Outgoing) -> Iterator[RemoteRecord]:
        raise Misconfigured(MADE_THERE)

    def create(self, kind: str, payload: dict) -> RemoteRecord:
        raise Misconfigured(MADE_THERE)

    def update(self, kind: str, remote_id: str, payload: dict) -> RemoteRecord:
        """Write fields. The answer is empty there, so the record is read: its time is the call's.

        Raises:
            RemoteGone: It is not there any more.
        """
        name = self._names.loan if kind == "deal" else CONTACT
        try:
            self.api.update(name, remote_id, payload)
        except WrongQuery:
            # A field is gone, or read-only by now: who builds the call once more knows.
            self._forget()
            raise
        told = [one for one in self.fetch(kind, [remote_id]) if one.key == (kind, remote_id)]
        if not told:
            raise RemoteGone(f"Salesforce has no {kind} {remote_id} any more")
        return told[0]

    def delete(self, kind: str, remote_id: str) -> None:
        raise Misconfigured(MADE_THERE)

    def merge(self, kind: str, loser_id: str, winner_id: str) -> None:
        raise Misconfigured(MADE_THERE)
