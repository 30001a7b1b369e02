"""Which queue work waits in."""

from __future__ import annotations

import pytest
from celery import current_app

from hermes.celery import app
from integrations import schedules, tasks
from meetings import tasks as meeting_tasks


def queue_of(task) -> str:
    return app.amqp.router.route({}, task.name)["queue"].name


@pytest.mark.parametrize(
    "task",
    [tasks.poll_system, tasks.backfill_system, tasks.reconcile_system, tasks.repair_system,
     tasks.deletions, tasks.take_runs],
)  # fmt: skip
def test_runs_wait_where_they_hold_up_no_message(task):
    assert queue_of(task) == "runs"


@pytest.mark.parametrize(
    "task", [tasks.drain_inbox, tasks.drain_outbox, tasks.sweep, meeting_tasks.settle_calls]
)
def test_messages_changes_and_calls_wait_in_the_usual_queue(task):
    assert queue_of(task) == "hermes"


def test_a_worker_that_is_told_of_no_queues_serves_all():
    assert set(current_app.amqp.queues.consume_from) == {"hermes", "runs"}


def test_workers_know_every_task_that_beat_asks_for():
    asked = {task for task, *_ in [*schedules.SECONDS.values(), *schedules.DAILY.values()]}

    app.loader.import_default_modules()

    assert asked <= set(app.tasks)
