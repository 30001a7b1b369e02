"""TC2 as a test's stage: what happens in the sandbox's TC2 comes to the real door."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from django.test import Client
from django.utils import timezone

from integrations.models import ExternalLink, OutboxEntry
from integrations.sandbox import Sandbox
from integrations.sync import changes, hub, inbox, outbox
from integrations.tc2 import SYSTEM

KEY = "sandbox-tc2-key"

#: The first member of TC2's staff, who sells.
SALES_PERSON = "501"


def signature(body: bytes, key: str = KEY) -> str:
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


class TC2Loop:
    """``deliver`` brings what has happened there; ``linked`` shows what became of it."""

    def __init__(self, sandbox: Sandbox, client: Client) -> None:
        self.sandbox, self.client = sandbox, client
        self.account = sandbox.tc2
        self._told = 0
        self.sandbox.forget_calls()

    def happened(self) -> list[dict]:
        """The events since the last time, oldest first."""
        events = self.account.account.events.all
        new = [one.event for number, one in events.items() if number > self._told]
        self._told = max(events, default=0)
        return new

    def post(self, body: bytes, signed: str | None = None) -> Any:
        headers = {"HTTP_WEBHOOK_SIGNATURE": signature(body) if signed is None else signed}
        return self.client.post("/tc2/callback/", body, content_type="application/json", **headers)

    def deliver(self, *events: Any, request_time: int | None = 1_767_261_600) -> None:
        """Post these events, or all that happened, each by itself; then apply them."""
        for event in events or self.happened():
            body = json.dumps({"events": [event], "request_time": request_time}).encode()
            assert self.post(body).status_code == 200
        inbox.drain()

    def sign_up(self, **values: Any) -> dict:
        """A customer signs up, and Hermes hears of it."""
        ada = {"first_name": "Ada", "last_name": "Quill", "email": "ada@quill.example"}
        client = self.account.sign_up(**{**ada, **values})
        self.deliver()
        return client

    def edit(self, client_id: int, **values: Any) -> None:
        """The staff edit a client, and Hermes hears of it."""
        self.account.edit(client_id, **values)
        self.deliver()

    def event(self, client_id: int, action: str = "EDITED_A_CLIENT", **values: Any) -> dict:
        """An event that tells of the client as it is now; ``values`` replace its keys."""
        subject = {"model": "Client", **self.account.client(client_id)}
        now = self.sandbox.clock.now().isoformat()
        return {"action": action, "branch": 3, "timestamp": now, "subject": subject} | values

    def send(self) -> list[Any]:
        """Let the time pass in which changes are gathered, then send; the writes there."""
        changes.spread()
        OutboxEntry.objects.filter(system=SYSTEM.name).update(next_attempt_at=timezone.now())
        before = len(self.sandbox.calls)
        outbox.drain()
        calls = [call for call in self.sandbox.calls[before:] if call.path.startswith("/tc2/")]
        return [call for call in calls if call.method == "POST"]

    def shown(self, client_id: int) -> dict[str, str]:
        """The client's custom fields about the CRM, as TC2 shows them."""
        attributes = self.account.client(client_id)["extra_attrs"]
        return {
            each["machine_name"].removeprefix("pipedrive_"): each["value"]
            for each in attributes
            if each["machine_name"].startswith("pipedrive_")
        }

    @property
    def calls(self) -> list[Any]:
        return [call for call in self.sandbox.calls if call.path.startswith("/tc2/")]

    def link(self, kind: str, pk: Any) -> ExternalLink | None:
        return ExternalLink.objects.filter(system=SYSTEM.name, kind=kind, remote_id=str(pk)).first()

    def linked(self, kind: str, pk: Any) -> Any:
        """The hub record of a remote one, or None."""
        link = self.link(kind, pk)
        if link is None or link.record_id is None:
            return None
        return hub.KINDS[kind].model._base_manager.get(pk=link.record_id)
