"""A whole Hermes in processes of its own, with the sandbox as its Pipedrive."""

from __future__ import annotations

import base64
import http.client
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from django.db import OperationalError, connection
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from companies.models import Company
from hermes.embedded.places import free_port
from integrations.models import (
    ExternalLink,
    OutboxEntry,
    RecordChange,
    WebhookEvent,
)
from integrations.models.queues import OPEN_ENTRIES, OPEN_EVENTS
from integrations.sandbox import Sandbox
from integrations.sandbox.clock import stamp_with_milliseconds
from tests.conftest import PASSWORD, USER
from tests.processes.parts import PATIENCE_SECONDS, ROOT, Part, until

AUTHORISATION = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


class Installation:
    """Starts the Procfile's programs; looks at the database and at the sandbox directly."""

    def __init__(self, sandbox: Sandbox, database_url: str, valkey: str, folder: Path) -> None:
        self.sandbox, self.account, self.folder = sandbox, sandbox.pipedrive, folder
        self.port = free_port()
        self.environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "DATABASE_URL": database_url,
            "CELERY_BROKER_URL": f"{valkey}/0",
            "CACHE_URL": f"{valkey}/1",
            "SECRET_KEY": "for-this-test-alone-" * 3,
            "USE_HTTPS": "false",
            "PORT": str(self.port),
            "SITE_URL": f"http://127.0.0.1:{self.port}",
            "PIPEDRIVE_BASE_URL": sandbox.url,
            "PIPEDRIVE_API_TOKEN": "sandbox-token",
            "PIPEDRIVE_WEBHOOK_USER": USER,
            "PIPEDRIVE_WEBHOOK_PASSWORD": PASSWORD,
            "PIPEDRIVE_REQUESTS_PER_2_SECONDS": "100000",
            "PIPEDRIVE_SEARCHES_PER_2_SECONDS": "100000",
            "SYNC_LEASE_SECONDS": "3",
        }
        self.parts: dict[str, Part] = {}
        IntervalSchedule.objects.update(every=1)
        PeriodicTask.objects.filter(interval__isnull=False).update(expire_seconds=5)

    # -- programs ------------------------------------------------------------------------

    def start(self, *names: str, **environment: str) -> None:
        """Start these programs; returns at once for all but the web, which has to answer."""
        for name in names:
            part = Part(name, {**self.environment, **environment}, self.folder / f"{name}.log")
            self.parts[name] = part
            part.start()
        if "web" in names:
            until("the web answers", self.answers)

    def restart(self, name: str) -> None:
        """SIGKILL and start again."""
        self.parts[name].kill()
        self.parts[name].start()

    def stop(self) -> None:
        for part in self.parts.values():
            part.kill()

    def answers(self) -> bool:
        try:
            return self.get("/healthz")[0] == 200
        except OSError:
            return False

    def manage(self, *arguments: str) -> str:
        """Run a management command; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def poll(self, system: str) -> None:
        """Poll by hand, as soon as beat's own poll has ended."""
        until("no other poll runs", lambda: self._polled(system))

    def _polled(self, system: str) -> bool:
        try:
            self.manage("poll", system)
        except AssertionError as error:
            if "poll is already running" not in str(error):
                raise
            return False
        return True

    def set_up(self) -> None:
        """Connect to the sandbox, as staff would. The web has to run for it."""
        self.manage("setup_pipedrive")
        self.sandbox.forget_calls()

    # -- the door ------------------------------------------------------------------------

    def get(self, path: str) -> tuple[int, bytes]:
        return self._call("GET", path)

    def post(self, event: dict, door: http.client.HTTPConnection | None = None) -> int:
        """Post a delivery, over a kept connection if one is given; returns the status.

        Raises:
            OSError, HTTPException: It was not acknowledged.
        """
        return self._call("POST", "/pipedrive/callback/", json.dumps(event).encode(), door)[0]

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def _call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        door: http.client.HTTPConnection | None = None,
    ) -> tuple[int, bytes]:
        own = door or self.connect()
        headers = {"Authorization": AUTHORISATION, "Content-Type": "application/json"}
        try:
            own.request(method, path, body, headers)
            response = own.getresponse()
            return response.status, response.read()
        finally:
            if door is None:
                own.close()

    def event(self, action: str, entity: str, record: dict, key: str) -> dict:
        """A delivery that tells of a record as it is."""
        meta = {
            "action": action, "entity": entity, "entity_id": str(record["id"]), "id": key,
            "timestamp": stamp_with_milliseconds(timezone.now()), "version": "2.0",
        }  # fmt: skip
        return {"meta": meta, "data": record, "previous": None}

    # -- looking -------------------------------------------------------------------------

    def organizations(self) -> dict[str, dict]:
        """Those that live in the sandbox, by id."""
        living = self.account.records("organization")
        return {str(one["id"]): one for one in living if not one.get("is_deleted")}

    def settle(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until nothing is left to do: no delivery, no change, no call.

        Raises:
            AssertionError: It says what is left.
        """
        deadline = time.monotonic() + seconds
        while left := self._left():
            assert time.monotonic() < deadline, "\n".join(left[:20])
            time.sleep(0.05)

    def _left(self) -> list[str]:
        open_deliveries = self.account.account.deliveries.open_count()
        try:
            changes = RecordChange.objects.count()
            events = WebhookEvent.objects.filter(state__in=OPEN_EVENTS)
            entries = OutboxEntry.objects.filter(state__in=OPEN_ENTRIES)
            rows = [f"{r} {r.state} {r.attempts} {r.last_error}" for r in [*events, *entries]]
        except OperationalError as error:
            # The server that a test killed took our own connection with it.
            connection.close()
            return [str(error)]
        if changes or open_deliveries:
            rows.append(f"{changes} changes, {open_deliveries} deliveries")
        return rows

    def differences(self) -> list[str]:
        """In what both sides do not agree about companies; empty if they do."""
        there = self.organizations()
        here = {company.pk: company.name for company in Company.objects.all()}
        links = ExternalLink.objects.filter(kind="company", state="live")
        pairs = {link.remote_id: link.record_id for link in links}
        found = [f"{pk} is there alone" for pk in there.keys() - pairs.keys()]
        found += [f"{pk} is here alone" for pk in here.keys() - set(pairs.values())]
        found += [f"{pk} is linked twice" for pk, n in Counter(pairs.values()).items() if n > 1]
        found += [
            f"{there[remote]['name']} there, {here[pk]} here"
            for remote, pk in pairs.items()
            if remote in there and pk in here and there[remote]["name"] != here[pk]
        ]
        return found

    def calls(self, method: str, path: str) -> list[Any]:
        return [c for c in self.sandbox.calls if c.method == method and c.path.startswith(path)]
