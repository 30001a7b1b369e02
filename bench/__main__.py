"""``make bench``: measure, print a table, keep the figures as JSON."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from . import report
from .plan import MEASUREMENTS, WITH_GOOGLE

ROOT = Path(__file__).resolve().parent.parent

#: The migrated database that each measurement gets a copy of.
TEMPLATE = "template"


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 1 if a measurement crashed; a missed target is said, and is no crash."""
    options = _options(arguments)
    if options.list:
        print("\n".join(MEASUREMENTS))
        return 0
    # What was started is ended, and what was made removed, on this signal too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # Programs start as they would in production, where compiled modules are kept.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    results, crashed = [], []
    with _servers() as environment:
        for name in options.only or MEASUREMENTS:
            report.console.rule(name, align="left")
            result = _measured(name, options, environment)
            results += [result] if result else []
            crashed += [] if result else [name]
            if result:
                report.show(result)
    report.keep(results, crashed, runs=options.runs, scale=options.scale)
    return 1 if crashed else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(MEASUREMENTS), metavar="NAME")
    parser.add_argument("--runs", type=int, default=5, help="medians of so many (default: 5)")
    parser.add_argument("--scale", type=float, default=1.0, help="part of the workload, for trials")
    parser.add_argument("--list", action="store_true", help="print the measurements' names")
    options = parser.parse_args(arguments)
    if options.runs < 1 or not 0 < options.scale <= 1:
        parser.error("--runs is at least 1, --scale is above 0 and at most 1")
    return options


@contextmanager
def _servers() -> Iterator[dict[str, str]]:
    """Databases on PostgreSQL and a Valkey, all of the bench's own and gone afterwards.

    Gives what a measurement's process finds in its environment.
    """
    from hermes.embedded import ensure_postgres, ensure_valkey, valkey

    from . import databases

    os.environ[databases.SERVER] = os.environ.get("DATABASE_URL") or ensure_postgres(ROOT / ".data")
    os.environ[databases.PREFIX] = prefix = databases.new_prefix()
    databases.drop_leftovers()
    with tempfile.TemporaryDirectory(prefix="hermes-bench-") as folder:
        environment = _environment(ensure_valkey(Path(folder)))
        try:
            environment["DATABASE_URL"] = databases.create(TEMPLATE)
            _manage("migrate", "--verbosity", "0", environment=environment)
            yield environment
        finally:
            databases.drop_all(prefix)
            valkey.stop(Path(folder))


def _environment(valkey: str) -> dict[str, str]:
    """As in production, on plain HTTP; a developer's own settings do not count here."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "hermes.settings",
        "DEBUG": "false",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "127.0.0.1,testserver",
        "USE_HTTPS": "false",
        "SENTRY_DSN": "",
        "LOG_FORMAT": "console",
        # Static files are not collected: no page here is looked at.
        "PYTHONWARNINGS": "ignore:No directory at",
        "CELERY_BROKER_URL": f"{valkey}/0",
        "CACHE_URL": f"{valkey}/1",
        "PIPEDRIVE_API_TOKEN": "sandbox-token",
        "PIPEDRIVE_WEBHOOK_USER": "pipedrive",
        "PIPEDRIVE_WEBHOOK_PASSWORD": secrets.token_urlsafe(24),
        "TC2_API_KEY": "sandbox-tc2-key",
        # Only the measurement of the budget has one.
        "PIPEDRIVE_REQUESTS_PER_2_SECONDS": "100000",
        "PIPEDRIVE_SEARCHES_PER_2_SECONDS": "100000",
        "PIPEDRIVE_DAILY_TOKENS": "1000000000",
    }


def _manage(*arguments: str, environment: dict[str, str]) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], check=True, cwd=ROOT, env=environment)


def _measured(name: str, options: argparse.Namespace, environment: dict[str, str]) -> dict | None:
    """Measure in a process and a database of its own; None if it crashed."""
    from hermes.embedded.places import free_port

    from . import databases

    address = databases.create(name, TEMPLATE)
    sandbox = f"http://127.0.0.1:{free_port()}"
    own = environment | {
        "DATABASE_URL": address,
        "PIPEDRIVE_BASE_URL": sandbox,
        "TC2_BASE_URL": f"{sandbox}/tc2/api",
        **(_booking(sandbox) if name in WITH_GOOGLE else {}),
    }
    with tempfile.NamedTemporaryFile("r", suffix=".json") as answer:
        arguments = [name, str(options.runs), str(options.scale), answer.name]
        command = [sys.executable, "-m", "bench.measurement", *arguments]
        before, started = _foreign_seconds(), time.monotonic()
        ended = subprocess.run(command, check=False, cwd=ROOT, env=own)
        others = (_foreign_seconds() - before) / (time.monotonic() - started)
        result = None if ended.returncode else json.load(answer)
    databases.drop(name)
    return result and result | {"cores_used_by_others": round(max(others, 0.0), 2)}


def _booking(sandbox: str) -> dict[str, str]:
    """Google on, and one address may ask and book as often as it likes."""
    from integrations.sandbox.google.service_account import new_key

    return {
        "CALLBOOKER_READS_PER_MINUTE": "1000000",
        "CALLBOOKER_BOOKINGS_PER_MINUTE": "1000000",
        "GOOGLE_BASE_URL": sandbox,
        "GOOGLE_SERVICE_ACCOUNT": new_key(sandbox),
        "GOOGLE_REQUESTS_PER_MINUTE": "1000000",
    }


def _foreign_seconds() -> float:
    """CPU time of this machine that is neither ours nor PostgreSQL's, so far."""
    from . import databases, processes

    return processes.busy_seconds() - processes.cpu_seconds(os.getpid()) - databases.cpu_seconds()


if __name__ == "__main__":
    sys.exit(main())
