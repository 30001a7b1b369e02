"""What operations ask: alive, ready, and the numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from celery import current_app
from django.db import connection
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from integrations.admin.health import ALIVE_FOR
from integrations.models import ExternalLink, Heartbeat, OutboxEntry, WebhookEvent


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


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text. Counted in the database, so any process tells the same."""
    registry = CollectorRegistry()
    for name, help_text, model in [
        ("hermes_inbox", "Messages received, by system and state.", WebhookEvent),
        ("hermes_outbox", "Changes to send, by system and state.", OutboxEntry),
        ("hermes_links", "Linked records, by system and state.", ExternalLink),
    ]:
        gauge = Gauge(name, help_text, ["system", "state"], registry=registry)
        for row in model.objects.values("system", "state").annotate(number=Count("pk")):
            gauge.labels(row["system"], row["state"]).set(row["number"])
    return HttpResponse(generate_latest(registry), content_type="text/plain; version=0.0.4")
