"""A thread in the worker that hears PostgreSQL say that records changed.

The triggers notify, so an edit typed into psql goes out as fast as one made in the admin.
Where notifications do not get through (a pooler in transaction mode), the sweeps do it.
"""

from __future__ import annotations

import logging
import threading
import time

import psycopg
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from . import wake
from .changes import CHANNEL

logger = logging.getLogger(__name__)

#: Wait so long before connecting again.
PAUSE_SECONDS = 2

#: So often a connection that broke in silence would be noticed.
SECONDS_BETWEEN_LOOKS = 10


def start() -> threading.Thread:
    """Listen for as long as the process lives."""
    thread = threading.Thread(target=_listen_for_ever, name="changes", daemon=True)
    thread.start()
    return thread


def _listen_for_ever() -> None:
    while True:
        try:
            _listen()
        except (psycopg.Error, DatabaseError, InterfaceError) as error:
            logger.warning("Not listening for changes: %s", type(error).__name__)
            time.sleep(PAUSE_SECONDS)


def _listen() -> None:
    # All that DATABASE_URL says, certificates too.
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as listening:
        listening.execute(f"LISTEN {CHANNEL}")
        # Whatever was changed before we listened.
        wake.outbox()
        while True:
            close_old_connections()
            for _ in listening.notifies(timeout=SECONDS_BETWEEN_LOOKS):
                wake.outbox()
