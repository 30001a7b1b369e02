"""The Celery application."""

import os
import warnings
from typing import Any

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import task_prerun, worker_process_init
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hermes.settings")

if os.environ.get("HERMES_RUNS") == "1":
    # `make run` is for trying out, in a container as root too. Elsewhere the warning stands.
    warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("hermes")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

#: Runs may take hours: in a queue of their own they can have workers of their own.
RUNS = ["poll_system", "backfill_system", "reconcile_system", "repair_system", "deletions",
        "look_for_deleted", "take_runs"]  # fmt: skip

# Only set, not read: to read one would load the settings, and start what they start.
app.conf.task_default_queue = "hermes"
# A worker that is told of no queues serves all of these.
app.conf.task_queues = [Queue("hermes"), Queue("runs")]
app.conf.task_routes = {f"integrations.{name}": {"queue": "runs"} for name in RUNS}


@worker_process_init.connect
def _look_less_often(**_: Any) -> None:
    """Only where tasks run: the main process, which talks to the broker, needs to tidy up."""
    from integrations.sync import collector

    collector.look_less_often()


@task_prerun.connect
def _leave_dead_connections(**_: Any) -> None:
    """Celery keeps a connection for many tasks, even one that PostgreSQL's end has broken."""
    from django.db import close_old_connections

    close_old_connections()
