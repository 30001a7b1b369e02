"""Comparing everything with a remote, and repairing what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from integrations.models import (
    ExternalLink,
    KeptApart,
    LinkState,
    OutboxEntry,
    OutboxState,
    SyncRun,
)
from integrations.models.queues import OPEN_ENTRIES

from . import (
    arrivals,
    directions,
    hub,
    not_shown,
    outbox_entries,
    removals,
    runs,
    waiting,
    wake,
    walks,
)
from .apply_page import apply_page
from .chunks import chunks
from .outcomes import created
from .outgoing import build, differing, missing_parent
from .parents import with_missing_parents
from .preview import braked, changes_in
from .records import RemoteRecord
from .runs import Progress, Run
from .system import Remote, System

#: How many links are compared at once.
CHUNK = 500

#: How many remote ids are asked for at once: some systems take a second for each.
ASKED = 100


def reconcile(
    system: System, *, released: bool = False, progress: Progress | None = None
) -> SyncRun:
    """Compare counts, ids and values of every kind; repair both sides and report."""
    action = SyncRun.Action.RECONCILE
    with runs.run(system, action, released=released, progress=progress) as run:
        asked = walks.asked(system, walks.RECONCILE)
        remote, report = system.connect(), []
        try:
            for kind in system.listed():
                report.append(_reconcile_kind(system, remote, kind, run))
            report += [_owed_of_unlisted(system, kind, run) for kind in _unlisted(system)]
        finally:
            # What the brake held back is news as well.
            arrivals.compared(system, run.row, run.news)
        run.row.report = "\n".join(report)
        walks.done(system, walks.RECONCILE, asked)
    wake.outbox()
    return run.row


def _reconcile_kind(system: System, remote: Remote, kind: str, run: Run) -> str:
    started_at = timezone.now()
    seen, held, differed = _walk(system, remote, kind, run)
    not_shown.forget(system, kind, seen)
    lost: list[RemoteRecord] = []
    for gone, there in _unseen(system, remote, kind, seen, started_at):
        changing, _ = changes_in(system, there)
        lost += gone
        held += changing
        run.learnt([*gone, *changing])
        run.brake(kind, [*held, *lost])
        run.page(kind)
    for records in chunks([*held, *lost], CHUNK):
        run.count(kind, apply_page(with_missing_parents(system, records), system=system))
    waiting.walked(system, kind, None, left=kind in run.waiting)
    owed = _owe(system, kind, run) if system.pushes(kind) else 0
    return (
        f"{kind.replace('_', ' ')}: {len(seen)} there, {_linked(system, kind)} linked; "
        f"{differed} differed, {len(lost)} deleted there, {owed} to send"
    )


def _unlisted(system: System) -> list[str]:
    """The kinds that came with another one's list, and take our changes."""
    return [kind for kind in system.kinds if kind not in system.listed() and system.pushes(kind)]


def _owed_of_unlisted(system: System, kind: str, run: Run) -> str:
    linked, owed = _linked(system, kind), _owe(system, kind, run)
    return f"{kind.replace('_', ' ')}: {linked} linked; {owed} to send"


def _walk(
    system: System, remote: Remote, kind: str, run: Run
) -> tuple[set[str], list[RemoteRecord], int]:
    """Read all; make what is new here at once, hold back what would change a record.

    Returns:
        The ids that it met, the changes that it held back, and how many records differed.
    """
    seen: set[str] = set()
    held: list[RemoteRecord] = []
    differed = 0
    for page in remote.pages(kind, None):
        run.saw(kind, page)
        seen.update(record.remote_id for record in page.records if record.kind == kind)
        seen.update(page.unusable_ids)
        changing, rest = changes_in(system, page.records)
        asked, usual = braked(system, changing)
        held += asked
        rest += usual
        differed += len(changing)
        run.learnt(changing)
        run.brake(kind, held)
        outcomes = apply_page(with_missing_parents(system, rest), system=system)
        run.learnt(created(rest, outcomes))
        run.count(kind, outcomes)
    return seen, held, differed


def _unseen(
    system: System, remote: Remote, kind: str, seen: set[str], started_at: datetime
) -> Iterator[tuple[list[RemoteRecord], list[RemoteRecord]]]:
    """Linked records that the walk did not meet: those that are gone, and those that are there."""
    links = ExternalLink.objects.filter(
        system=system.name, kind=kind, state=LinkState.LIVE, created_at__lt=started_at
    )
    unseen = (link.remote_id for link in _in_order(links) if link.remote_id not in seen)
    for ids in chunks(unseen, ASKED):
        there = remote.fetch(kind, ids)
        not_shown.tell(system, kind, there)
        lost = set(ids) - {record.remote_id for record in there}
        yield [RemoteRecord(system.name, kind, pk, deleted=True) for pk in sorted(lost)], there


def _owe(system: System, kind: str, run: Run) -> int:
    """Put on the outbox what the remote lacks and nothing is under way for."""
    owed = 0
    for links in chunks(_in_order(_live_links(system, kind)), CHUNK):
        owed += outbox_entries.add(system, _lacking(system, kind, links))
        run.page(kind)
    if not system.kinds[kind].create_there:
        return owed
    for unsent in chunks(_in_order(_never_sent(system, kind).only("pk")), CHUNK):
        owed += outbox_entries.add(system, [(kind, record.pk) for record in unsent])
    return owed


def _lacking(system: System, kind: str, links: list[Any]) -> list[tuple[str, int]]:
    """Those of the linked records of which the remote lacks something."""
    records = hub.KINDS[kind].model._base_manager.in_bulk([link.record_id for link in links])
    shown = system.kinds[kind].derive(records.values())
    return [
        (kind, pk)
        for link in links
        if (pk := link.record_id) in records
        and _lacks(system, kind, records[pk], link, shown.get(pk, {}))
    ]


def _lacks(
    system: System, kind: str, record: Any, link: ExternalLink, shown: Mapping[str, Any]
) -> bool:
    if record.archived_at is not None and system.kinds[kind].deletes:
        return not removals.are_left_alone(kind, record.pk)
    if system.kinds[kind].left_alone(record, link):
        return False
    if not differing(system, kind, record, link.snapshot, shown, creating=False):
        return False
    # What cannot be sent (somebody whom the remote does not know, say) is not owed.
    waits = missing_parent(system, record, kind) is not None
    return waits or bool(system.payload(build(system, kind, record, link)))


def _live_links(system: System, kind: str) -> Any:
    links = ExternalLink.objects.filter(
        ~Exists(_busy(system, kind, OuterRef("record_id"))),
        system=system.name,
        kind=kind,
        state=LinkState.LIVE,
    )
    return directions.only_sent(system, kind, links)


def _never_sent(system: System, kind: str) -> Any:
    """Live records without a partner there, but for those that a person took one from."""
    about = {"system": system.name, "kind": kind, "record_id": OuterRef("pk")}
    rows = hub.KINDS[kind].model._base_manager.filter(archived_at__isnull=True)
    return directions.only_sent(system, kind, rows, "pk").filter(
        ~Exists(ExternalLink.objects.filter(**about)),
        ~Exists(KeptApart.objects.filter(**about)),
        ~Exists(_busy(system, kind, OuterRef("pk"))),
    )


def _busy(system: System, kind: str, record_id: OuterRef) -> Any:
    """Under way, or given up on: a person decides about the latter."""
    return OutboxEntry.objects.filter(
        system=system.name,
        kind=kind,
        record_id=record_id,
        state__in=[*OPEN_ENTRIES, OutboxState.DEAD],
    )


def _linked(system: System, kind: str) -> int:
    return ExternalLink.objects.filter(system=system.name, kind=kind, state=LinkState.LIVE).count()


def _in_order(rows: QuerySet) -> Iterator[Any]:
    """All rows by their key, some at a time: a cursor would not pass PgBouncer."""
    last = 0
    while found := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield from found
        last = found[-1].pk
