"""``make run``: the whole of Hermes on one machine, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import sys

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from hermes import before_run, embedded, second_terminal
from hermes.supervisor import Program, Supervisor
from integrations.sandbox.google.service_account import kept_key
from integrations.sandbox.salesforce.demo_settings import demo_settings

SANDBOX_DEFAULTS = {
    "PIPEDRIVE_API_TOKEN": "sandbox-token",
    "PIPEDRIVE_WEBHOOK_USER": "pipedrive",
    "PIPEDRIVE_WEBHOOK_PASSWORD": "sandbox-password",
    "PIPEDRIVE_REQUESTS_PER_2_SECONDS": "100",
}


def environment() -> dict[str, str]:
    """What the programs get: a developer's settings, and the sandbox as all outside systems."""
    port = os.environ.get("PORT", "8000")
    sandbox_port = os.environ.get("SANDBOX_PORT", "8001")
    given = {"DEBUG": "true", "PORT": port, "SANDBOX_PORT": sandbox_port}
    if not os.environ.get("PIPEDRIVE_BASE_URL"):
        given |= {"PIPEDRIVE_BASE_URL": f"http://127.0.0.1:{sandbox_port}", **SANDBOX_DEFAULTS}
    if not os.environ.get("TC2_BASE_URL"):
        given |= {
            "TC2_BASE_URL": f"http://127.0.0.1:{sandbox_port}/tc2/api",
            "TC2_API_KEY": "sandbox-tc2-key",
            "TC2_GATHER_SECONDS": "1",
            "SANDBOX_TC2_WEBHOOK_URL": f"http://127.0.0.1:{port}/tc2/callback/",
        }
    if not os.environ.get("GOOGLE_SERVICE_ACCOUNT"):
        given |= _google(f"http://127.0.0.1:{sandbox_port}")
    if not os.environ.get("SALESFORCE_LOGIN_URL"):
        given |= demo_settings(f"http://127.0.0.1:{sandbox_port}", f"http://127.0.0.1:{port}")
    return {**given, **{name: value for name, value in os.environ.items() if value}}


def _google(sandbox: str) -> dict[str, str]:
    key = kept_key(settings.DATA_DIR / "google-service-account.json", sandbox)
    return {
        "GOOGLE_BASE_URL": sandbox,
        "GOOGLE_SERVICE_ACCOUNT": str(key),
        "GOOGLE_POLL_MINUTES": "1",
    }


def programs(port: str) -> list[Program]:
    """Web, worker, runs, beat and the sandbox, as the Procfile has them."""
    python = sys.executable
    celery = [python, "-m", "celery", "-A", "hermes"]
    # Each process takes some 100 MB.
    worker = [*celery, "worker", "--concurrency", "2", "--loglevel", "WARNING"]
    return [
        Program("sandbox", [python, "manage.py", "sandbox"]),
        Program(
            "web",
            [python, "-m", "gunicorn", "hermes.wsgi", "--worker-class", "gthread",
             "--workers", "2", "--threads", "8", "--bind", f"127.0.0.1:{port}",
             "--log-level", "warning", "--limit-request-line", "8190",
             "--no-control-socket"],
        ),
        Program("worker", [*worker, "--queues", "hermes"]),
        Program("runs", [*worker, "--queues", "runs", "--hostname", "runs@%h"]),
        Program("beat", [*celery, "beat", "--loglevel", "WARNING",
                         "--pidfile=", f"--schedule={settings.DATA_DIR}/beat"]),
    ]  # fmt: skip


class Command(BaseCommand):
    help = "Run web, worker, beat and the sandbox until Ctrl-C."

    def handle(self, **options):
        given = environment()
        if os.environ.get("HERMES_RUNS") != "1":
            # Settings are read when Python starts: start again with the right ones.
            os.execve(
                sys.executable,
                [sys.executable, "manage.py", "run"],
                {**given, "HERMES_RUNS": "1"},
            )
        # A script that starts us in the background has SIGINT ignored for us.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        with before_run.alone(settings.DATA_DIR):
            self._run(given)

    def _run(self, given):
        known = {name: value for name, value in given.items() if hasattr(settings, name)}
        second_terminal.share(settings.DATA_DIR, known)
        supervisor = Supervisor(
            programs(given["PORT"]), given, settings.DATA_DIR, self._ensure_servers
        )
        try:
            supervisor.end_leftovers()
            before_run.check_ports(given)
            call_command("migrate", interactive=False, verbosity=0)
            supervisor.start()
            self._announce(supervisor, given)
            supervisor.watch()
        except KeyboardInterrupt:
            self.stdout.write("Stopping …")
        finally:
            supervisor.stop()
            self._stop_servers()

    def _announce(self, supervisor, given):
        web = f"http://127.0.0.1:{given['PORT']}"
        sandbox = f"http://127.0.0.1:{given['SANDBOX_PORT']}"
        supervisor.wait_for(f"{web}/healthz", f"{sandbox}/_sandbox/state")
        call_command("load_demo")
        self.stdout.write(
            f"\nHermes: {web}/admin/\nWhere visitors book calls: {web}/book/ (e-mails to them are "
            f"printed here)\nThe sandbox: {sandbox}/\nCtrl-C stops all of it.\n"
        )

    def _ensure_servers(self):
        """The embedded ones; real ones are looked after elsewhere."""
        if not os.environ.get("DATABASE_URL"):
            embedded.ensure_postgres(settings.DATA_DIR)
        if not os.environ.get("CELERY_BROKER_URL"):
            embedded.ensure_valkey(settings.DATA_DIR)

    def _stop_servers(self):
        embedded.stop(settings.DATA_DIR)
