"""What operations ask: alive, ready, and the numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from hmac import compare_digest

from celery import current_app
from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from hermes.admin_base import estimated_rows
from integrations.admin.health import ALIVE_FOR
from integrations.models import (
    EventState,
    ExternalLink,
    Heartbeat,
    OutboxEntry,
    OutboxState,
    WebhookEvent,
)
from integrations.models.queues import OPEN_ENTRIES, OPEN_EVENTS


def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """Everything that Hermes needs answers; 503 with what does not."""
    problems = {name: problem for name, check in CHECKS.items() if (problem := check())}
    status = "error" if problems else "ok"
    return JsonResponse({"status": status, "problems": problems}, status=503 if problems else 200)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception as error:
        return type(error).__name__
    return ""


def _broker() -> str:
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=1)
    except Exception as error:
        return type(error).__name__
    return ""


def _heartbeat(name: str) -> str:
    try:
        row = Heartbeat.objects.filter(name=name).first()
    except Exception as error:
        return type(error).__name__
    if row is None:
        return "never seen"
    return "silent" if row.beat_at < timezone.now() - ALIVE_FOR else ""


#: What readiness asks: the problem in a word, or nothing.
CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "broker": _broker,
    "worker": partial(_heartbeat, "worker"),
    "beat": partial(_heartbeat, "beat"),
}


#: What is counted: where something is still to be done. The partial indexes and those by state
#: hold these, however many rows are done.
COUNTED = {
    WebhookEvent: ("hermes_inbox", "Messages received and not done, by system and state.",
                   [*OPEN_EVENTS, EventState.DEAD]),
    OutboxEntry: ("hermes_outbox", "Changes not sent yet, by system and state.",
                  [*OPEN_ENTRIES, OutboxState.DEAD]),
}  # fmt: skip

#: What is only estimated: these tables are read by nobody at each scrape.
ESTIMATED = {"inbox": WebhookEvent, "outbox": OutboxEntry, "links": ExternalLink}


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text. Counted in the database, so any process tells the same."""
    if not _may_read_metrics(request):
        refusal = {"status": "error", "message": "Give METRICS_TOKEN as a bearer token, or log in"}
        return JsonResponse(refusal, status=401, headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    for model, (name, help_text, states) in COUNTED.items():
        gauge = Gauge(name, help_text, ["system", "state"], registry=registry)
        rows = model.objects.filter(state__in=states).values("system", "state")
        for row in rows.annotate(number=Count("pk")):
            gauge.labels(row["system"], row["state"]).set(row["number"])
    gauge = Gauge("hermes_rows", "Rows of a table, estimated.", ["table"], registry=registry)
    for table, model in ESTIMATED.items():
        gauge.labels(table).set(max(estimated_rows(model.objects.all()), 0))
    return HttpResponse(generate_latest(registry), content_type="text/plain; version=0.0.4")


def _may_read_metrics(request: HttpRequest) -> bool:
    """Operations' scraper by its token, staff by their log-in, and anyone in development."""
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and compare_digest(given.encode(), token.encode()):
        return True
    return settings.DEBUG or request.user.has_perm("integrations.view_connection")
