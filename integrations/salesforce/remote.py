"""Salesforce as the engine wants a remote: neutral records out, and nothing written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from integrations.models import Connection, ExternalLink, LinkState
from integrations.sync import connections, links
from integrations.sync.chunks import chunks
from integrations.sync.errors import Misconfigured, RateLimited, Rejected
from integrations.sync.records import RemoteRecord
from integrations.sync.system import Outgoing, Page, get

from . import borrowers, described, inbound, officers, queries, stages, usage
from .client import Answered, Client
from .described import Schema
from .ids import whole_id
from .names import CONTACT, names
from .refusals import DAY_IS_SPENT
from .schemas import NAME

READ_ONLY = "Hermes writes nothing to Salesforce"

#: On the connection: since when loans are followed, where not all are.
FOLLOWED_SINCE = "followed_since"


class SalesforceRemote:
    """One use of the connection."""

    def __init__(self) -> None:
        self.api = Client()
        self._names = names()
        self._known: tuple[Schema, inbound.Reading] | None = None

    # -- reading -----------------------------------------------------------------------

    def fetch(self, kind: str, remote_ids: Iterable[str]) -> list[RemoteRecord]:
        """What is not shown, and not known to be deleted, is there for all we know."""
        ids = [pk for each in remote_ids if (pk := whole_id(each.removesuffix(inbound.COBORROWER)))]
        found: list[RemoteRecord] = []
        for some in chunks(dict.fromkeys(ids), queries.IDS):
            found += self._fetched(kind, some)
        return found

    def _fetched(self, kind: str, ids: list[str]) -> list[RemoteRecord]:
        schema, how = self._schema()
        if kind == "deal":
            rows = self._rows(queries.by_id(schema, ids))
            read = inbound.loan_of_the_officer if _lets_go() else inbound.loan
            page = self._page(rows, lambda row: read(row, how))
            page = replace(page, records=self._with_merges(page.records))
        else:
            rows = self._rows(queries.contacts(schema, ids))
            page = self._page(rows, lambda row: inbound.contact(row, how))
        shown = {record.remote_id for record in page.records}
        hidden = [pk for pk in ids if pk not in shown]
        return page.records + (self._hidden(kind, hidden) if hidden else [])

    def _hidden(self, kind: str, ids: list[str]) -> list[RemoteRecord]:
        """Those that we may not see any more, and those that became part of another."""
        name = self._names.loan if kind == "deal" else CONTACT
        rows = self._rows(queries.ended(name, ids), deleted=True)
        ended = {whole_id(row.get("Id")): row for row in rows if row.get("IsDeleted")}
        merged = [
            inbound.merged(row) for row in ended.values() if whole_id(row.get("MasterRecordId"))
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
        schema, how = self._schema()
        started = usage.clock()
        if since is None:
            pages = self._walk(self._everything(schema, token), how, started)
            # A walk that goes on does not know what it has met.
            yield from pages if token else self._all(pages)
            return
        yield from self._walk(self.api.query(queries.changed(schema, since)), how, started)
        for answered in self.api.query(queries.left(schema, since), deleted=True):
            yield replace(self._of_those_that_left(answered.rows), clock=started or answered.at)

    def _all(self, pages: Iterator[Page]) -> Iterator[Page]:
        """The officer's loans, and those that we have though they are another's now."""
        met: set[str] = set()
        for page in pages:
            met |= {one.remote_id for one in page.records if one.kind == "deal"}
            yield page
        ours = ExternalLink.objects.filter(system=NAME, kind="deal", state=LinkState.LIVE)
        ids = ours.order_by("pk").values_list("remote_id", flat=True)
        for some in chunks([pk for pk in ids if pk not in met], queries.IDS):
            yield Page(self._going_on(some))

    def _everything(self, schema: Schema, token: str) -> Iterator[Answered]:
        if token:
            return self.api.go_on(token)
        return self.api.query(queries.everything(schema, self._followed_since()))

    def _walk(
        self, answers: Iterator[Answered], how: inbound.Reading, started: datetime | None
    ) -> Iterator[Page]:
        for answered in answers:
            started = started or answered.at
            page = self._page(answered.rows, lambda row: inbound.loan(row, how))
            page = replace(page, records=self._with_merges(page.records))
            yield replace(page, token=answered.more, clock=started)

    def _page(
        self, rows: Iterable[Any], read: Callable[[Mapping[str, Any]], list[RemoteRecord]]
    ) -> Page:
        """One unusable row harms no other. A borrower of several loans is told of once."""
        records: dict[tuple[str, str], RemoteRecord] = {}
        unusable = []
        for row in rows:
            try:
                for record in read(row):
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
        if _lets_go():
            left = []
        linked = [one for one in gone if one.key in known]
        return Page([*linked, *self._going_on(left)])

    def _going_on(self, ids: list[str]) -> list[RemoteRecord]:
        """A loan that we have goes on whoever's it is, and so do those who come to it."""
        return [replace(one, not_made="") for one in self.fetch("deal", ids)]

    def _with_merges(self, records: list[RemoteRecord]) -> list[RemoteRecord]:
        """The records; borrowers who came to a loan that we have say whom they took in."""
        if not (came := borrowers.came(records)):
            return records
        losers: dict[str, list[str]] = {}
        for some in chunks(sorted(came), queries.IDS):
            for row in self._rows(queries.merged_into(some), deleted=True):
                losers.setdefault(whole_id(row.get("MasterRecordId")), []).append(
                    whole_id(row.get("Id"))
                )
        return [replace(one, merged_from=tuple(losers.get(one.remote_id, ()))) for one in records]

    def deleted(self, kind: str, since: datetime) -> list[RemoteRecord]:
        """Polls tell of deletions."""
        return []

    def _rows(self, soql: str, *, deleted: bool = False) -> list[dict[str, Any]]:
        return [row for page in self.api.query(soql, deleted=deleted) for row in page.rows]

    # -- the org -----------------------------------------------------------------------

    def _schema(self) -> tuple[Schema, inbound.Reading]:
        if self._known is None:
            schema = described.schema(self.api, self._names)
            self._known = schema, _reading(schema)
        return self._known

    def _followed_since(self) -> datetime | None:
        """From when on changes count; None for all loans. Contract, section 8.3."""
        wanted = settings.SALESFORCE_INITIAL_SYNC
        if wanted == "all":
            return None
        if wanted.startswith("since:"):
            try:
                return datetime.fromisoformat(wanted.removeprefix("since:")).replace(tzinfo=UTC)
            except ValueError:
                raise Misconfigured("SALESFORCE_INITIAL_SYNC: since: wants a date") from None
        facts = connections.of(get(NAME)).facts
        if FOLLOWED_SINCE not in facts:
            self.api.limits()
            facts[FOLLOWED_SINCE] = (usage.clock() or datetime.now(UTC)).isoformat()
            Connection.objects.filter(system=NAME).update(facts=facts)
        return datetime.fromisoformat(facts[FOLLOWED_SINCE])

    def _leave_the_rest_of_the_day(self) -> None:
        """Walks use their share of the day's calls, and no more.

        Raises:
            RateLimited: It is used.
        """
        if not usage.may_be_spent():
            return
        told = self.api.limits().get("DailyApiRequests") or {}
        limit, left = told.get("Max"), told.get("Remaining")
        if isinstance(limit, int) and isinstance(left, int) and usage.is_spent(limit - left, limit):
            raise RateLimited(
                f"{limit - left} of {limit} calls of the day are used; the rest is left to people",
                retry_after=DAY_IS_SPENT,
            )

    def check(self) -> str:
        """Who we are there, and whose loans are followed."""
        described.forget(self._names)
        schema, _ = self._schema()
        whose = officers.sentence(schema)
        told = self.api.limits().get("DailyApiRequests") or {}
        return f"{schema.names.loan} of {whose}; {told.get('Remaining')} calls are left today"

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


def _lets_go() -> bool:
    """Whether loans that we have stop here when they are another officer's."""
    return bool(settings.SALESFORCE_LOAN_OFFICER_CHANGE_POLICY == "stop")


def _reading(schema: Schema) -> inbound.Reading:
    status = schema.loan[schema.named("status")].get("picklistValues") or []
    return inbound.Reading(
        fields={
            meaning: name for meaning in schema.names.fields if (name := schema.named(meaning))
        },
        borrower=schema.relationship("borrower"),
        coborrower=schema.names.coborrower,
        labels={str(one["value"]): str(one["label"]) for one in status if isinstance(one, Mapping)},
        stages=stages.stages(),
        is_ours=officers.test(schema),
        title=settings.SALESFORCE_TITLE_TEMPLATE,
        currency=settings.SALESFORCE_CURRENCY,
        needs_borrower=settings.SALESFORCE_WITHOUT_BORROWER == "skip",
    )
