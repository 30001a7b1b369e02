"""Logging: readable on a terminal, one JSON object a line for machines."""

from __future__ import annotations

import logging.config
import re
from typing import Any

import structlog


class LooksWhetherWeAnswer(logging.Filter):
    """Leaves out the GET by which a system tries our address before it registers it."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        is_look = getattr(record, "status_code", 0) == 405 and request and request.method == "GET"
        return not (is_look and request.path.endswith("/callback/"))


class HidesSecretAddresses(logging.Filter):
    """Django names the path of what it refuses; who knows this one may post to us."""

    SECRET = re.compile(r"(/salesforce/webhooks/outbound/)[^/?#\s]+", re.IGNORECASE)

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(self._without_secret(each) for each in record.args)
        return True

    def _without_secret(self, told: object) -> object:
        return self.SECRET.sub(r"\1…", told) if isinstance(told, str) else told


class TellsRefusalsInALine(logging.Filter):
    """Who may not do something is refused on purpose: how the code came to it helps nobody."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.ERROR:
            record.exc_info = None
        return True


def configure(log_format: str) -> None:
    """Send every logger, ours and the libraries', through one format."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "filters": {
                "reachable": {"()": LooksWhetherWeAnswer},
                "without secrets": {"()": HidesSecretAddresses},
                "in a line": {"()": TellsRefusalsInALine},
            },
            "formatters": {"hermes": _formatter(log_format)},
            "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "hermes"}},
            "root": {"handlers": ["console"], "level": "INFO"},
            # It tells of each log-in in four lines; the page "Log-ins made" has them all.
            "loggers": {
                "axes": {"level": "WARNING"},
                "django.request": {"filters": ["reachable", "without secrets", "in a line"]},
            },
        }
    )


def _formatter(log_format: str) -> dict[str, Any]:
    as_json = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    # Not the rich one: it prints the values of local variables, secrets among them.
    plain = structlog.dev.plain_traceback
    on_console = [structlog.dev.ConsoleRenderer(exception_formatter=plain)]
    render = as_json if log_format == "json" else on_console
    return {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render],
        "foreign_pre_chain": [
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
    }
