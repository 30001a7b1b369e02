"""The Celery application."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hermes.settings")

app = Celery("hermes")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect
def _leave_dead_connections(**_: Any) -> None:
    """Celery keeps a connection for many tasks, even one that PostgreSQL's end has broken."""
    from django.db import close_old_connections

    close_old_connections()
