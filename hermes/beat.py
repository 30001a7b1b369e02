"""Celery beat with a sign of life."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.db import DatabaseError, InterfaceError, close_old_connections
from django_celery_beat.schedulers import DatabaseScheduler

from integrations.sync import upkeep

logger = logging.getLogger(__name__)

#: Each look at the schedule is a chance to say so; once in this time is enough.
SECONDS_BETWEEN_SIGNS = 10


class Scheduler(DatabaseScheduler):
    """The schedules that the admin edits."""

    _signed_at = float("-inf")

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        """Send what is due; returns the seconds until the next look."""
        if time.monotonic() - self._signed_at >= SECONDS_BETWEEN_SIGNS:
            self._signed_at = time.monotonic()
            self._sign()
        return super().tick(*args, **kwargs)

    def _sign(self) -> None:
        close_old_connections()
        try:
            upkeep.beat("beat")
        except (DatabaseError, InterfaceError) as error:
            logger.warning("The database is unreachable: %s", type(error).__name__)
