"""Bookkeeping of polls, backfills and reconciliations: one at a time, counted, braked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from integrations.models import RunState, SyncLog, SyncRun

from . import brake, connections, not_kept
from .errors import Misconfigured, RateLimited, SyncError, Unauthorised, Unavailable, describe
from .outcomes import Outcomes, Status
from .records import RemoteRecord
from .system import Page, System, switched_on

#: A running run that was silent for so long is taken to be dead.
SILENT_FOR = timedelta(minutes=5)

#: What is said of it.
ENDED = "The process ended"

#: So many different remarks are in a run's report.
MOST_REMARKS = 20

COUNTED = {
    Status.CREATED: "created",
    Status.CHANGED: "changed",
    Status.REMOVED: "removed",
    Status.IGNORED: "skipped",
    Status.WAITING: "failed",
    Status.FAILED: "failed",
}

#: What is counted with its reason, of which a report names so many.
LEFT_OUT, REASONS = {Status.IGNORED, Status.WAITING}, 10

#: What only lists that tell of changes can answer.
ASK_FOR_CHANGES = {SyncRun.Action.POLL, SyncRun.Action.DELETIONS}

#: What comes again by itself: a failure is a state of the connection until it succeeds.
COME_AGAIN = {SyncRun.Action.POLL, SyncRun.Action.RECONCILE, SyncRun.Action.DELETIONS}

#: What the connection tells by itself: it waits, or asks for a person.
TOLD_BY_ITSELF = (RateLimited, Unauthorised, Misconfigured)

#: A remote that is away now and then fails fewer runs in a row.
AWAY_FOR_RUNS = 3

#: Told of each page: the kind, and the counts so far.
Progress = Callable[[str, Counter], None]


class AlreadyRunning(Exception):
    """The same run is under way."""


class Run:
    """One run in progress. Counts by kind; every page is a sign of life."""

    def __init__(self, system: System, row: SyncRun, progress: Progress | None = None) -> None:
        self.system, self.row = system, row
        self.counts: dict[str, Counter] = defaultdict(Counter)
        #: Kind and sentence: why records were left out.
        self.reasons: Counter[tuple[str, str]] = Counter()
        #: When the records changed that it brought news of; None where nobody says.
        self.news: list[datetime | None] = []
        #: The kinds in whose lists there are records that cannot be made yet.
        self.waiting: set[str] = set()
        self.progress = progress
        #: Kind and remark to the number of records of which it is true.
        self.remarks: Counter[tuple[str, str]] = Counter()

    def learnt(self, records: Iterable[RemoteRecord]) -> None:
        """These were news."""
        self.news += [record.modified_at for record in records]

    def saw(self, kind: str, page: Page) -> None:
        """Count what a page shows, before anything is done with it."""
        own = sum(record.kind == kind for record in page.records)
        self.counts[kind]["seen"] += own + len(page.unusable)
        self.counts[kind]["failed"] += len(page.unusable)
        for sentence in page.unusable:
            not_kept.tell(self.system, kind, sentence)
        self.remarks.update({(kind, remark): n for remark, n in page.remarks.items()})

    def count(self, kind: str, outcomes: Outcomes) -> None:
        """Count what a page did, and say that we are alive."""
        for (its_kind, _), outcome in outcomes.items():
            if name := COUNTED.get(outcome.status):
                self.counts[its_kind][name] += 1
            if outcome.note and outcome.status in LEFT_OUT:
                self.reasons[its_kind, outcome.note] += 1
        self._tell_of_waiting(kind, outcomes)
        self.page(kind)

    def report(self) -> str:
        """What the run says of itself and of its records, and why it left some out."""
        left_out = [
            f"{kind.replace('_', ' ')}: {number} left out: {why}"
            for (kind, why), number in self.reasons.most_common(REASONS)
        ]
        return "\n".join([*filter(None, [self.row.report]), *self.remarked(), *left_out])

    def _tell_of_waiting(self, kind: str, outcomes: Outcomes) -> None:
        notes = {
            (its_kind, outcome.note)
            for (its_kind, _), outcome in outcomes.items()
            if outcome.status is Status.WAITING
        }
        for its_kind, note in sorted(notes):
            if self.system.kinds[its_kind].awaits:
                self.waiting.add(kind)
            name = its_kind.replace("_", " ")
            sentence = f"There are {name} records in {self.system.label} that have to wait: {note}"
            not_kept.tell(self.system, its_kind, sentence)

    def page(self, kind: str) -> None:
        """A page of this kind is done.

        Raises:
            Cancelled: Staff cancelled the run meanwhile.
        """
        self.row.counts = {name: dict(counter) for name, counter in self.counts.items()}
        alive = SyncRun.objects.filter(pk=self.row.pk, state=RunState.RUNNING).update(
            counts=self.row.counts, heartbeat_at=timezone.now()
        )
        if not alive:
            raise Cancelled
        if self.progress:
            self.progress(kind, self.counts[kind])

    def remarked(self) -> list[str]:
        """A line for each remark, the commonest first."""
        lines = [
            f"{kind.replace('_', ' ')}: {number} {remark}"
            for (kind, remark), number in self.remarks.most_common(MOST_REMARKS)
        ]
        return lines + ["and more of the kind"] * (len(self.remarks) > MOST_REMARKS)

    def brake(self, kind: str, records: Sequence[RemoteRecord]) -> None:
        """Stop before more of a kind is changed or ended than anyone expects.

        Raises:
            BrakePulled: With the question for staff, who have not said yes to this run.
        """
        if not self.row.brake_released:
            brake.check(self.system, kind, records)


class Cancelled(Exception):
    """Staff cancelled the run."""


@contextmanager
def run(
    system: System,
    action: str,
    *,
    dry_run: bool = False,
    released: bool = False,
    progress: Progress | None = None,
) -> Iterator[Run]:
    """Keep the run's row: counts, duration, outcome.

    Raises:
        AlreadyRunning: Another process is at it.
        BrakePulled: Passed on, after the row and the log have it.
        Misconfigured: The system's lists cannot be asked that.
    """
    if action in ASK_FOR_CHANGES and not system.polls:
        raise Misconfigured(f"{system.label} cannot be polled: its messages tell of changes")
    row = _begin(system, action, dry_run=dry_run, released=released)
    current = Run(system, row, progress)
    try:
        if system.begin and not dry_run:
            system.begin()
        yield current
    except brake.BrakePulled as pulled:
        _end(current, RunState.STOPPED, str(pulled))
        _ask_once(row, str(pulled))
        raise
    except Cancelled:
        _end(current, RunState.CANCELLED, "Cancelled by staff")
    except BaseException as error:
        _end(current, RunState.FAILED, _learnt(system, row, error))
        raise
    else:
        connections.walked(system, row.action)
        _end(current, RunState.DONE, "")


def tell_of_dead_loads() -> None:
    """A first load whose process died ends nowhere: its connection says so until one succeeds."""
    for system in switched_on():
        loads = _silent(system, SyncRun.Action.BACKFILL).filter(dry_run=False)
        if loads.exists():
            connections.walk_failed(system, SyncRun.Action.BACKFILL, ENDED)


def _learnt(system: System, row: SyncRun, error: BaseException) -> str:
    """What a failure says of the connection is kept there; its sentence for the run."""
    connections.learn(system, error)
    if isinstance(error, Misconfigured):
        connections.misconfigured(system, str(error))
    elif isinstance(error, Exception) and _stays(row, error):
        connections.walk_failed(system, row.action, describe(error))
    return str(error) if isinstance(error, SyncError) else f"{type(error).__name__}: {error}"


def _stays(row: SyncRun, error: Exception) -> bool:
    """Whether no next run is likely to make it good, and nothing else says so."""
    if row.action == SyncRun.Action.BACKFILL:
        # Nobody but a person starts it again, whatever ended it.
        return not row.dry_run
    if row.action not in COME_AGAIN:
        return False
    if not isinstance(error, Unavailable):
        return not isinstance(error, TOLD_BY_ITSELF)
    before = _before(row).values_list("state", flat=True)[: AWAY_FOR_RUNS - 1]
    return list(before) == [RunState.FAILED] * (AWAY_FOR_RUNS - 1)


def _before(row: SyncRun) -> QuerySet[SyncRun]:
    """The runs of its kind before it, the last first."""
    earlier = SyncRun.objects.filter(system=row.system, action=row.action, pk__lt=row.pk)
    return earlier.order_by("-pk")


def _begin(system: System, action: str, *, dry_run: bool, released: bool) -> SyncRun:
    _silent(system, action).update(state=RunState.FAILED, last_error=ENDED, ended_at=timezone.now())
    try:
        with transaction.atomic():
            return SyncRun.objects.create(
                system=system.name, action=action, dry_run=dry_run, brake_released=released
            )
    except IntegrityError:
        raise AlreadyRunning(f"{system.label}: {action} is already running") from None


def _silent(system: System, action: str) -> QuerySet[SyncRun]:
    return SyncRun.objects.filter(
        system=system.name,
        action=action,
        state=RunState.RUNNING,
        heartbeat_at__lt=timezone.now() - SILENT_FOR,
    )


def _ask_once(row: SyncRun, question: str) -> None:
    """Polls stop at the same changes again and again until a person has said yes."""
    last = _before(row).first()
    if last is None or last.state != RunState.STOPPED:
        SyncLog.objects.create(
            level=SyncLog.Level.ERROR, system=row.system, topic="brake", message=question
        )


def _end(run: Run, state: str, error: str) -> None:
    row = run.row
    row.state, row.last_error, row.ended_at = state, error[:4000], timezone.now()
    row.report = run.report()
    row.save(update_fields=["state", "last_error", "ended_at", "counts", "report"])
