"""The floor of the acknowledgements: a bare WSGI app that only inserts the same row."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from uuid import uuid4

import psycopg

INSERT = """
INSERT INTO integrations_webhookevent
    (system, dedupe_key, headers, body, received_at, state, attempts, next_attempt_at,
     subject, action, reason, note, last_error)
VALUES ('floor', %s, '{"content-type": "application/json"}', %s, now(), 'new', 0, now(),
     '', '', '', '', '')
"""

_threads = threading.local()


def _connection() -> psycopg.Connection:
    """One for each thread, kept; each statement commits before it returns."""
    if not hasattr(_threads, "connection"):
        _threads.connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    return _threads.connection


def application(environ: dict, start_response: Callable) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] == "POST":
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        _connection().execute(INSERT, [uuid4().hex, body], prepare=True)
    answer = b'{"status": "ok"}'
    start_response(
        "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))]
    )
    return [answer]
