"""Salesforce as the engine wants a remote: neutral records out, and nothing written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings

from integrations.sync import links, not_kept
from integrations.sync.chunks import chunks
from integrations.sync.errors import Misconfigured, Rejected, Reserved
from integrations.sync.records import RemoteRecord
from integrations.sync.system import Outgoing, Page, get

from . import beginning, choices, described, inbound, officers, queries, stages, usage
from .answers import Answered
from .client import Client
from .described import Schema
from .ids import whole_id
from .names import CONTACT, names
from .refusals import DAY_IS_SPENT, WrongQuery
from .schemas import NAME

READ_ONLY = "Hermes writes nothing to Salesforce"

#: SOQL, by what the org has.
Question = Callable[[Schema], str]


class SalesforceRemote:
    """One use of the connection."""

    def __init__(self) -> None:
        choices.check()
        self.api = Client()
        self._names = names()
        self._known: tuple[Schema, inbound.HowToRead] | None = None

    # -- reading -----------------------------------------------------------------------

    def fetch(self, kind: str, remote_ids: Iterable[str]) -> list[RemoteRecord]:
        """What is not shown, and not known to be deleted, is there for all we know."""
        ids = [pk for each in remote_ids if (pk := whole_id(each.removesuffix(inbound.COBORROWER)))]
        found: list[RemoteRecord] = []
        for some in chunks(dict.fromkeys(ids), queries.IDS):
            found += self._fetched(kind, some)
        return found

    def _fetched(self, kind: str, ids: list[str]) -> list[RemoteRecord]:
        if kind == "deal":
            rows = self._rows(lambda schema: queries.by_id(schema, ids))
            page = self._page(rows, inbound.loan)
            page = replace(page, records=self._with_merges(page.records))
        else:
            rows = self._rows(lambda schema: queries.contacts(schema, ids))
            page = self._page(rows, inbound.contact)
        for sentence in page.unusable:
            not_kept.tell(get(NAME), kind, sentence)
        shown = {record.remote_id for record in page.records}
        hidden = [pk for pk in ids if pk not in shown]
        return page.records + (self._hidden(kind, hidden) if hidden else [])

    def _hidden(self, kind: str, ids: list[str]) -> list[RemoteRecord]:
        """Those that nobody deleted: we may not see them any more."""
        name = self._names.loan if kind == "deal" else CONTACT
        rows = self._rows(lambda _: queries.ended(name, ids), deleted=True)
        deleted = {whole_id(row.get("Id")) for row in rows if row.get("IsDeleted")}
        return [
            RemoteRecord(NAME, kind, pk, not_made="Salesforce does not show it", hidden=True)
            for pk in ids
            if pk not in deleted
        ]

    def pages(self, kind: str, since: datetime | None, token: str = "") -> Iterator[Page]:
        """Loans with their borrowers: all, or what changed; then what left or was deleted."""
        self._leave_the_rest_of_the_day()
        if since is None:
            yield from self._walk(self._everything(token))
            return
        started = None
        for page in self._walk(self._ask(lambda schema: queries.changed(schema, since))):
            started = page.clock
            yield page
        for answered in self._ask(lambda schema: queries.left(schema, since), deleted=True):
            yield replace(self._of_those_that_left(answered.rows), clock=started)

    def _everything(self, token: str) -> Iterator[Answered]:
        if token:
            return self.api.go_on(token)
        followed = beginning.followed_since()
        return self._ask(lambda schema: queries.everything(schema, followed))

    def _walk(self, answers: Iterator[Answered]) -> Iterator[Page]:
        started = None
        for answered in answers:
            started = started or answered.at
            page = self._page(answered.rows, inbound.loan)
            page = replace(page, records=self._with_merges(page.records))
            yield replace(page, token=answered.more, clock=started)

    def _page(
        self,
        rows: Iterable[Any],
        read: Callable[[Mapping[str, Any], inbound.HowToRead], list[RemoteRecord]],
    ) -> Page:
        """One unusable row harms no other. A borrower of several loans is told of once."""
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
        self._note_unmapped(records.values())
        return Page(list(records.values()), unusable=tuple(unusable))

    def _note_unmapped(self, records: Iterable[RemoteRecord]) -> None:
        _, how = self._schema()
        said = {str(one.remote_state.get("status") or "") for one in records}
        unmapped = [name for name in said if name and how.meant(name) is None]
        if unmapped:
            stages.note_unmapped(unmapped)

    def _of_those_that_left(self, rows: Sequence[Mapping[str, Any]]) -> Page:
        """Of loans that are another officer's now, only those that we have are read."""
        ids = {whole_id(row.get("Id")): row for row in rows}
        known = links.record_ids_of(NAME, {"deal": [pk for pk in ids if pk]})
        gone = [inbound.deleted(row) for pk, row in ids.items() if pk and row.get("IsDeleted")]
        left = [pk for _, pk in known if not ids[pk].get("IsDeleted")]
        if settings.SALESFORCE_LOAN_OFFICER_CHANGE_POLICY == "stop":
            left = []
        linked = [one for one in gone if one.key in known]
        # A loan that we have goes on, and so do those who come to it.
        still = [replace(one, not_made="") for one in self.fetch("deal", left)]
        return Page([*linked, *still])

    def _with_merges(self, records: list[RemoteRecord]) -> list[RemoteRecord]:
        """The records; borrowers that are new here say whom they took in."""
        people = {one.remote_id for one in records if one.kind == "contact"}
        own = [pk for pk in people if not pk.endswith(inbound.COBORROWER)]
        known = {pk for _, pk in links.record_ids_of(NAME, {"contact": own})}
        new = [pk for pk in own if pk not in known]
        if not new or not known_deals(records):
            return records
        losers: dict[str, list[str]] = {}
        for some in chunks(new, queries.IDS):
            for row in self._rows(lambda _: queries.merged_into(some), deleted=True):  # noqa: B023
                if loser := whole_id(row.get("Id")):
                    losers.setdefault(whole_id(row.get("MasterRecordId")), []).append(loser)
        return [replace(one, merged_from=tuple(losers.get(one.remote_id, ()))) for one in records]

    def deleted(self, kind: str, since: datetime) -> list[RemoteRecord]:
        """Polls tell of deletions."""
        return []

    def _rows(self, question: Question, *, deleted: bool = False) -> list[dict[str, Any]]:
        return [row for page in self._ask(question, deleted=deleted) for row in page.rows]

    def _ask(self, question: Question, *, deleted: bool = False) -> Iterator[Answered]:
        """All pages. A question that the org no longer understands is put once more, anew."""
        pages = self._pages_of(question, deleted)
        try:
            first = next(pages)
        except WrongQuery:
            described.forget(self._names)
            self._known = None
            pages = self._pages_of(question, deleted)
            first = next(pages)
        yield first
        yield from pages

    def _pages_of(self, question: Question, deleted: bool) -> Iterator[Answered]:
        schema, _ = self._schema()
        return self.api.query(question(schema), deleted=deleted)

    # -- the org -----------------------------------------------------------------------

    def _schema(self) -> tuple[Schema, inbound.HowToRead]:
        if self._known is None:
            schema = described.schema(self.api, self._names)
            self._known = schema, _how_to_read(schema)
        return self._known

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
        described.forget(self._names)
        schema, _ = self._schema()
        whose = officers.sentence(schema)
        used, limit = usage.of_the_day(self.api.limits()) or (0, 0)
        return f"{schema.names.loan} of {whose}; {limit - used} calls are left today"

    # -- writing -----------------------------------------------------------------------

    def find(self, kind: str, outgoing: Outgoing, since: datetime) -> Iterator[RemoteRecord]:
        raise Misconfigured(READ_ONLY)

    def alike(self, kind: str, outgoing: Outgoing) -> Iterator[RemoteRecord]:
        raise Misconfigured(READ_ONLY)

    def create(self, kind: str, payload: dict) -> RemoteRecord:
        raise Misconfigured(READ_ONLY)

    def update(self, kind: str, remote_id: str, payload: dict) -> RemoteRecord:
        raise Misconfigured(READ_ONLY)

    def delete(self, kind: str, remote_id: str) -> None:
        raise Misconfigured(READ_ONLY)

    def merge(self, kind: str, loser_id: str, winner_id: str) -> None:
        raise Misconfigured(READ_ONLY)


def known_deals(records: Iterable[RemoteRecord]) -> bool:
    """Whether we have one of these loans: only then a borrower can have had another id."""
    ids = [one.remote_id for one in records if one.kind == "deal"]
    return bool(links.record_ids_of(NAME, {"deal": ids}))


def _how_to_read(schema: Schema) -> inbound.HowToRead:
    picked = {one["value"]: one.get("label") or one["value"] for one in schema.choices("status")}
    return inbound.HowToRead(
        fields={
            meaning: name for meaning in schema.names.fields if (name := schema.named(meaning))
        },
        borrower=schema.relationship("borrower"),
        coborrower=schema.coborrower,
        labels={value: str(label) for value, label in picked.items()},
        stages=stages.stages(),
        is_ours=officers.test(schema),
        title=settings.SALESFORCE_TITLE_TEMPLATE,
        currency=settings.SALESFORCE_CURRENCY,
        needs_borrower=settings.SALESFORCE_WITHOUT_BORROWER == "skip",
    )
