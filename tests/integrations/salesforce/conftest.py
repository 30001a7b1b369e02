"""The relay and the flow of Salesforce's org, as a test has them post."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations.models import WebhookEvent
from integrations.sandbox.salesforce import by_hand, relay
from integrations.sandbox.salesforce.by_hand_events import emit
from integrations.sync import inbox, patience
from tests.salesforce_loop import STAGES, SalesforceLoop

CDC, SECRET = "/salesforce/webhooks/cdc/", "sandbox-relay-secret"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    """The tries of one call come one after another."""
    monkeypatch.setattr(patience, "BACKOFF", timedelta())


class Relay:
    """Posts to the real door what happened there since it last did."""

    def __init__(self, stage: SalesforceLoop, client: Client) -> None:
        self.stage, self.client, self.account = stage, client, stage.org.account
        self._read_to = 0

    def happened(self) -> list[Any]:
        """The events since the last time, oldest first."""
        new = [one for number, one in self.account.events.all.items() if number > self._read_to]
        self._read_to = max(self.account.events.all, default=0)
        return new

    def emit(self, change_type: str, *ids: str, kind: str = "loan", **header: Any) -> Any:
        """An event that no change there brought about; it is not posted."""
        entity = by_hand.entity(self.account, kind)
        own = {"transactionKey": str(uuid.uuid4())} | header
        event = emit(self.account, entity, change_type, list(ids), [], own)
        self._read_to = event.number
        return event

    def message(self, events: Sequence[Any], form: str = "relay") -> dict:
        """What a relay says of events of one object."""
        entity = self.account.schema.entity(events[0].object)
        return relay.message(entity, [asdict(one) for one in events], form)

    def post(self, body: Any, *, secrets: Sequence[str] = (SECRET,), signed: str = "valid") -> Any:
        """Signed as a relay signs it, or wrongly."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        now = int(timezone.now().timestamp())
        return self.post_raw(raw, relay.headers(raw, secrets, signed, now, "a-delivery"))

    def post_raw(self, raw: bytes, headers: dict[str, str], address: str = CDC) -> Any:
        named = {name: value for name, value in headers.items() if name != "Content-Type"}
        return self.client.post(address, raw, content_type="application/json", headers=named)

    def deliver(self, *events: Any, form: str = "relay") -> list[WebhookEvent]:
        """Post these events, or all that happened, each by itself; then apply them."""
        for event in events or self.happened():
            assert self.post(self.message([event], form)).status_code == 202
        inbox.drain()
        return list(WebhookEvent.objects.order_by("pk"))


@pytest.fixture
def relayed(salesforce, client):
    """The relay of the org's event bus. Time goes by there only where a test says so.

    An event is not believed where its record is seconds older: a slow machine would make it so.
    """
    salesforce.sandbox.clock.freeze()
    return Relay(salesforce, client)


@pytest.fixture
def loan(salesforce, relayed):
    """One that Hermes has, and of which nothing is to be told any more."""
    pk = salesforce.loan()
    salesforce.poll()
    relayed.happened()
    salesforce.sandbox.forget_calls()
    return pk


@pytest.fixture
def event(relayed, loan):
    """A message of one event."""
    return json.dumps(relayed.message([relayed.emit("UPDATE", loan)])).encode()


@pytest.fixture
def loans(salesforce, pipedrive):
    """Both connected; Pipedrive has the pipeline that loans go through."""
    # Pipedrive's messages are compared with when we wrote there.
    pipedrive.sandbox.clock.set(timezone.now())
    pipeline = pipedrive.create("pipeline", name="Loans")
    pipedrive.tell("create", "pipeline", pipeline["id"])
    for name in STAGES:
        stage = pipedrive.create("stage", name=name, pipeline_id=pipeline["id"])
        pipedrive.tell("create", "stage", stage["id"])
    pipedrive.account.switches.set(search_lag_seconds=0)
    pipedrive.sandbox.forget_calls()
    return salesforce


@pytest.fixture
def writing(salesforce, settings):
    """Changes here go to Salesforce, and to nobody else."""
    settings.SALESFORCE_WRITE_ENABLED = True
    settings.PIPEDRIVE_API_TOKEN = ""
    return salesforce


@pytest.fixture
def known(writing):
    """Makes a loan there that Hermes has."""

    def make(**values):
        loan = writing.loan(**values)
        writing.poll()
        writing.sandbox.forget_calls()
        return loan

    return make
