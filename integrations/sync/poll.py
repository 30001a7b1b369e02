"""Reading a remote page by page: polls, backfills, and deletions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from integrations.models import Connection, SyncCursor, SyncRun

from . import arrivals, runs, waiting, wake, walks
from .apply_page import apply_page
from .errors import Rejected
from .outcomes import created
from .parents import with_missing_parents
from .preview import braked, changes_in, unknown
from .records import EARLIEST, RemoteRecord
from .runs import Progress, Run
from .system import Page, Remote, System

BACKFILL = "backfill"


def poll(system: System, *, released: bool = False, progress: Progress | None = None) -> SyncRun:
    """Read what changed since the last poll, kind by kind, parents first."""
    with runs.run(system, SyncRun.Action.POLL, released=released, progress=progress) as run:
        asked, remote = walks.asked(system, walks.POLL), system.connect()
        try:
            for kind in system.listed():
                _poll_kind(system, remote, kind, run, asked.since)
        finally:
            # What the brake held back is news as well.
            arrivals.judge(system, run.row, run.news)
        Connection.objects.filter(system=system.name).update(last_poll_at=timezone.now())
        walks.done(system, walks.POLL, asked)
    wake.outbox()
    return run.row


def _poll_kind(
    system: System, remote: Remote, kind: str, run: Run, asked_since: datetime | None
) -> None:
    cursor = _cursor(system, kind)
    since = cursor.watermark and cursor.watermark - system.look_back()
    since = since and min(since, asked_since or since)
    since = waiting.since(system, kind, since)
    newest, held, clock = cursor.watermark, [], run.row.started_at
    places: dict[str, str] = {}
    for page in remote.pages(kind, since):
        run.saw(kind, page)
        places |= page.places
        clock = page.clock or clock
        changing, rest = changes_in(system, page.records)
        run.learnt(changing)
        asked, usual = ([], changing) if run.row.brake_released else braked(system, changing)
        held += asked
        rest += usual
        run.brake(kind, held)
        newest = _newest(newest, page.records)
        outcomes = apply_page(with_missing_parents(system, rest), system=system)
        run.learnt(created(rest, outcomes))
        run.count(kind, outcomes)
    # A record stamped in the future must not hide what changes until then; and where there
    # is none at all, the next poll need not read all. It never moves back.
    cursor.watermark = max(min(newest or clock, clock), cursor.watermark or EARLIEST)
    _apply_held(system, run, held, cursor, places)
    waiting.walked(system, kind, since, left=kind in run.waiting)


def _apply_held(
    system: System,
    run: Run,
    held: list[RemoteRecord],
    cursor: SyncCursor,
    places: Mapping[str, str],
) -> None:
    """Write the changes that passed the brake, and with them where the next poll begins."""
    records = with_missing_parents(system, held)
    with transaction.atomic():
        outcomes = apply_page(records, system=system)
        SyncCursor.objects.filter(pk=cursor.pk).update(watermark=cursor.watermark)
        for name, place in places.items():
            SyncCursor.objects.update_or_create(
                system=system.name, kind=name, defaults={"page_token": place}
            )
    run.count(cursor.kind, outcomes)


def backfill(system: System, *, dry_run: bool = False, progress: Progress | None = None) -> SyncRun:
    """Read everything. A walk that was cut off goes on at its page."""
    action = SyncRun.Action.BACKFILL
    with runs.run(system, action, dry_run=dry_run, progress=progress) as run:
        remote = system.connect()
        for kind in system.listed():
            if dry_run:
                _preview_kind(system, remote, kind, run)
            else:
                _backfill_kind(system, remote, kind, run)
        if not dry_run:
            SyncCursor.objects.filter(system=system.name).update(page_token="", walk="")
    wake.outbox()
    return run.row


#: In the place of a page token: this kind was walked to its end.
FINISHED = "finished"


def _backfill_kind(system: System, remote: Remote, kind: str, run: Run) -> None:
    cursor = _cursor(system, kind)
    token = cursor.page_token if cursor.walk == BACKFILL else ""
    if token == FINISHED:
        return
    started_at = timezone.now()
    for page in _restartable(remote, kind, token):
        run.saw(kind, page)
        records = with_missing_parents(system, page.records)
        with transaction.atomic():
            outcomes = apply_page(records, system=system)
            seen = _newest(cursor.watermark, page.records)
            # What changes during the walk has to be polled again.
            cursor.watermark = seen and min(seen, (page.clock or started_at) - system.look_back())
            cursor.page_token, cursor.walk = page.token or FINISHED, BACKFILL
            cursor.save()
        run.count(kind, outcomes)
    SyncCursor.objects.filter(pk=cursor.pk).update(page_token=FINISHED, walk=BACKFILL)
    waiting.walked(system, kind, None, left=kind in run.waiting)


def _restartable(remote: Remote, kind: str, token: str) -> Iterator[Page]:
    """Go on from a token; a remote that no longer knows it gets the walk from the start."""
    pages = remote.pages(kind, None, token)
    try:
        first = next(pages, None)
    except Rejected:
        if not token:
            raise
        pages = remote.pages(kind, None)
        first = next(pages, None)
    if first is not None:
        yield first
    yield from pages


def _preview_kind(system: System, remote: Remote, kind: str, run: Run) -> None:
    for page in remote.pages(kind, None):
        changing, rest = changes_in(system, page.records)
        run.saw(kind, page)
        for record in changing:
            run.counts[record.kind]["changed"] += 1
        for its_kind, _ in unknown(system, rest):
            if system.kinds[its_kind].create:
                run.counts[its_kind]["created"] += 1
        run.page(kind)


def deletions(system: System, *, released: bool = False) -> SyncRun:
    """Archive what was deleted there, where the remote can tell."""
    with runs.run(system, SyncRun.Action.DELETIONS, released=released) as run:
        remote = system.connect()
        for kind in system.kinds:
            cursor = _cursor(system, f"{kind}:deleted")
            since = (cursor.watermark or timezone.now() - timedelta(days=30)) - system.look_back()
            records = remote.deleted(kind, since)
            run.counts[kind]["seen"] += len(records)
            changing, _ = changes_in(system, records)
            run.brake(kind, changing)
            run.count(kind, apply_page(changing, system=system))
            newest = _newest(cursor.watermark, records)
            cursor.watermark = newest and min(newest, run.row.started_at)
            cursor.save()
    return run.row


def _cursor(system: System, kind: str) -> SyncCursor:
    return SyncCursor.objects.get_or_create(system=system.name, kind=kind)[0]


def _newest(watermark: datetime | None, records: Iterable[RemoteRecord]) -> datetime | None:
    return max([*_times(records), *([watermark] if watermark else [])], default=None)


def _times(records: Iterable[RemoteRecord]) -> list[datetime]:
    return [record.modified_at for record in records if record.modified_at]
