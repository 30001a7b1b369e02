"""Deal updates matched, merged and saved per second, against one Celery task per event."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from itertools import count
from time import process_time

from django.db import connection
from django.db.models import Max, Min

from deals.models import Deal
from integrations import tasks
from integrations.models import EventState, OutboxEntry, RemoteField, WebhookEvent
from integrations.pipedrive import SYSTEM, inbound
from integrations.pipedrive.custom_fields import CUSTOM_FIELDS
from integrations.pipedrive.keys import keys
from integrations.sync.apply import apply

from . import databases, processes
from .events import PIPELINE, STAGE, USER, deal, deal_event
from .one_by_one import QUEUE, apply_one
from .plan import Plan, say, stopwatch, wait_until
from .results import Figure, Result

EVENTS, DEALS, FLOOR_EVENTS = 20_000, 5_000, 500
FIRST = 100_000

_serials = count(1)


def measure(plan: Plan) -> Result:
    """In each run first the floor, in a real worker, and then the product, in this process."""
    deals = plan.scaled(DEALS, 50)
    events, floor_events = deals * (EVENTS // DEALS), plan.scaled(FLOOR_EVENTS, 50)
    _link_deals(deals)
    floor, product, wasted, by_cpu = [], [], [], []
    for each in plan.rounds():
        floor.append(_one_task_per_event(deals, floor_events))
        say(f"one task per event: {floor[-1]:,.0f}/s")
        rate, cpu_rate, written = _drained(deals, events, seed=each)
        product.append(rate)
        by_cpu.append(cpu_rate)
        wasted.append((written - deals) / (events - deals))
        say(f"drain: {rate:,.0f}/s, {written} writes for {events} events over {deals} deals")
    times = [ours / theirs for ours, theirs in zip(product, floor, strict=True)]
    figures = [
        Figure("drained", product, "events/s", at_least=2000, floor=floor),
        Figure("times one task per event", times, at_least=20),
        Figure("writes per superseded event", wasted, at_most=0),
        Figure("drained per CPU second", by_cpu, "events"),
        Figure("outbox entries made", [OutboxEntry.objects.count()], at_least=0, at_most=0),
    ]
    return Result("drain", figures, [_notes(deals, events, floor_events)])


def _notes(deals: int, events: int, floor_events: int) -> str:
    return (
        f"{events} events over {deals} linked deals, all in the inbox before the drain starts, "
        "in random order of deals and in order of time for each deal. A write is a row of the "
        f"deals' history. The floor: {floor_events} events, one Celery worker process. "
        "CPU seconds are those of the draining process and of PostgreSQL."
    )


def _link_deals(deals: int) -> None:
    """Deals that are linked already, with their owner, companies and contacts."""
    # As set-up leaves it: the account has a field for our ids.
    RemoteField.objects.bulk_create(
        RemoteField(system=SYSTEM.name, kind=kind, field="hub_id", remote_key=f"{kind:0<40}")
        for kind in CUSTOM_FIELDS
    )
    now = datetime(2026, 3, 1, tzinfo=UTC)
    first = [
        ("user", {"id": USER, "name": "Sam Okoro", "email": "sam@hermes.example"}),
        ("pipeline", {"id": PIPELINE, "name": "Sales"}),
        ("stage", {"id": STAGE, "name": "New", "pipeline_id": PIPELINE, "order_nr": 1}),
        *(("organization", {"id": pk, "name": f"Larkfield {pk}", "owner_id": USER})
          for pk in range(1, 501)),
        *(("person", {"id": pk, "name": f"Priya Nair {pk}", "org_id": 1 + pk % 500})
          for pk in range(1, 1001)),
    ]  # fmt: skip
    every = [*first, *(("deal", deal(FIRST + number, now, 0)) for number in range(deals))]
    for start in range(0, len(every), 2000):
        batch = every[start : start + 2000]
        apply([inbound.record(entity, body, keys()) for entity, body in batch], system=SYSTEM)
    assert Deal.objects.count() == deals


def _fill(deals: int, events: int, seed: int) -> None:
    """An inbox with so many new events, each a change that no event before it made."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE integrations_webhookevent, integrations_recordchange")
    order = [FIRST + number % deals for number in range(events)]
    random.Random(seed).shuffle(order)
    serials = [next(_serials) for _ in order]
    WebhookEvent.objects.bulk_create(
        (
            WebhookEvent(
                system=SYSTEM.name,
                dedupe_key=f"event-{serial}",
                headers={"content-type": "application/json"},
                body=deal_event(f"event-{serial}", deal_id, serial),
            )
            for serial, deal_id in zip(serials, order, strict=True)
        ),
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE integrations_webhookevent, deals_deal")


def _drained(deals: int, events: int, seed: int) -> tuple[float, float, int]:
    """Events per second until all are done, per CPU second, and rows of deals written."""
    _fill(deals, events, seed)
    before, cpu = Deal.events.field.model.objects.count(), _cpu_seconds()
    with stopwatch() as seconds:
        taken = tasks.drain_inbox()
    cpu = _cpu_seconds() - cpu
    _check_all_done(events)
    assert taken == events, f"{taken} of {events} events were taken"
    return events / seconds[0], events / cpu, Deal.events.field.model.objects.count() - before


def _cpu_seconds() -> float:
    """What this process and PostgreSQL have used so far."""
    return process_time() + databases.cpu_seconds()


def _check_all_done(events: int) -> None:
    done = WebhookEvent.objects.filter(state=EventState.DONE).count()
    if done != events:
        other = WebhookEvent.objects.exclude(state=EventState.DONE).first()
        raise RuntimeError(f"{done} of {events} events are done; one is {vars(other)}")
    _check_newest_won()


def _check_newest_won() -> None:
    """Each deal has the value of the last event that told of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM (
                SELECT subject, max(replace(dedupe_key, 'event-', '')::int) AS newest
                FROM integrations_webhookevent GROUP BY subject) e
            JOIN integrations_externallink l ON l.kind = 'deal' AND e.subject = 'deal ' || remote_id
            JOIN deals_deal d ON d.id = l.record_id WHERE d.value <> e.newest
            """
        )
        wrong = cursor.fetchone()[0]
    if wrong:
        raise RuntimeError(f"{wrong} deals do not have the newest event's value")


def _one_task_per_event(deals: int, events: int) -> float:
    """Events per second of a Celery worker with one process, by the times they were done."""
    _fill(deals, events, seed=0)
    worker = (
        processes.procfile("worker").replace("-A hermes", "-A bench.one_by_one") + f" -Q {QUEUE}"
    )
    env = processes.environment(WORKER_CONCURRENCY="1")
    with processes.running(worker, env):
        for _ in range(events):
            apply_one.apply_async(queue=QUEUE)
        done = WebhookEvent.objects.filter(state=EventState.DONE)
        wait_until(lambda: done.count() == events, 600, "one task per event")
    _check_all_done(events)
    span = done.aggregate(first=Min("done_at"), last=Max("done_at"))
    return (events - 1) / (span["last"] - span["first"]).total_seconds()
