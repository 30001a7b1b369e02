"""Both sides of the wire in one process: the sandbox's deliveries go to the real door."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.test import Client

from deals.models import Stage
from integrations.models import ExternalLink
from integrations.pipedrive import SYSTEM, keys, setup
from integrations.pipedrive.schemas import CUSTOM_FIELDS, ENTITIES
from integrations.sandbox import Sandbox
from integrations.sandbox.clock import stamp_with_milliseconds
from integrations.sync import hub, inbox, outbox
from integrations.sync.records import EARLIEST

WRITES = {"POST", "PATCH", "PUT", "DELETE"}


class PipedriveLoop:
    """Pipedrive as a test's stage. ``deliver`` and ``send`` move things across the wire."""

    def __init__(self, sandbox: Sandbox, client: Client, authorised: dict[str, str]) -> None:
        self.sandbox, self.client, self.authorised = sandbox, client, authorised
        self.account = sandbox.pipedrive
        self._have_fields()
        todo = setup.plan()
        # Deliveries are fetched by the test and not sent over a socket: no registration.
        todo.create_webhook = False
        setup.carry_out(todo)
        keys.forget()
        self._serial, self._stamped_at = 0, EARLIEST
        self.sandbox.forget_calls()

    def _have_fields(self) -> None:
        """Those that set-up would make, one call for each."""
        fields = self.account.account.fields
        for kind, customs in CUSTOM_FIELDS.items():
            known = {each["field_name"] for each in fields.all(ENTITIES[kind])}
            for custom in customs.values():
                if custom.label not in known:
                    fields.create(ENTITIES[kind], setup.field_body(custom))

    # -- Pipedrive to Hermes ---------------------------------------------------------

    def create(self, entity: str, **values: Any) -> dict:
        """Make a record there, as a person in Pipedrive would."""
        return self.account.create(entity, **values)

    def event(self, action: str, entity: str, pk: int, **meta: Any) -> dict:
        """The webhook event that tells of the record as it is now."""
        record = self.account.record(entity, pk)
        self._serial += 1
        stamp = meta.pop("timestamp", None) or self._next_stamp()
        gone = action == "delete"
        return {
            "meta": {
                "action": action, "entity": entity, "entity_id": str(pk),
                "id": f"event-{self._serial}", "timestamp": stamp, "version": "2.0", **meta,
            },
            "data": None if gone else record,
            "previous": record if gone else None,
        }  # fmt: skip

    def _next_stamp(self) -> str:
        """Now by Pipedrive's clock, and later than the event before."""
        tick = timedelta(milliseconds=1)
        self._stamped_at = max(self.sandbox.clock.now(), self._stamped_at) + tick
        return stamp_with_milliseconds(self._stamped_at)

    def deliver(self, *events: dict) -> None:
        """Post events to the door and apply them."""
        for event in events:
            response = self.post(json.dumps(event).encode())
            assert response.status_code == 200, response.content
        inbox.drain()

    def post(self, body: bytes) -> Any:
        return self.client.post(
            "/pipedrive/callback/", body, content_type="application/json", **self.authorised
        )

    def tell(self, action: str, entity: str, pk: int, **meta: Any) -> dict:
        """Deliver one event about a record, and return it."""
        event = self.event(action, entity, pk, **meta)
        self.deliver(event)
        return event

    def enter_deals_at(self, name: str) -> Stage:
        """A pipeline with one stage, which new deals of the plan “pay as you go” enter."""
        remote = self.create("pipeline", name="New business")
        stage = self.create("stage", name=name, pipeline_id=remote["id"])
        self.tell("create", "pipeline", remote["id"])
        self.tell("create", "stage", stage["id"])
        entry = self.linked("stage", stage["id"])
        entry.pipeline.plan, entry.pipeline.default_stage = "payg", entry
        entry.pipeline.save()
        return entry

    # -- Hermes to Pipedrive ---------------------------------------------------------

    def send(self) -> list[Any]:
        """Send what is due; returns the calls that wrote something there."""
        before = len(self.sandbox.calls)
        outbox.drain()
        return [call for call in self.sandbox.calls[before:] if call.method in WRITES]

    def send_deals(self) -> list[Any]:
        """Send what is due; returns the calls that wrote deals."""
        return [call for call in self.send() if call.path.startswith("/api/v2/deals")]

    @property
    def writes(self) -> list[Any]:
        return [call for call in self.sandbox.calls if call.method in WRITES]

    # -- looking ---------------------------------------------------------------------

    def linked(self, kind: str, pk: int) -> Any:
        """The hub record of a remote one, or None."""
        link = ExternalLink.objects.filter(system=SYSTEM.name, kind=kind, remote_id=str(pk)).first()
        if link is None or link.record_id is None:
            return None
        return hub.KINDS[kind].model._base_manager.get(pk=link.record_id)

    def link(self, record: Any) -> ExternalLink:
        """The living link of a hub record."""
        kind = hub.kind_of(record)
        assert kind is not None
        return ExternalLink.objects.get(
            system=SYSTEM.name, kind=kind.name, record_id=record.pk, state="live"
        )

    def remote(self, record: Any) -> dict:
        """What Pipedrive holds for a hub record."""
        entity = {"company": "organization", "contact": "person", "meeting": "activity"}
        link = self.link(record)
        return self.account.record(entity.get(link.kind, link.kind), int(link.remote_id))

    def key(self, kind: str, field: str) -> str:
        """A custom field's key in this account."""
        return keys.keys()[kind][field].key

    def hermes_id(self, kind: str) -> str:
        """The key of our id's custom field."""
        return self.key(kind, "hub_id")
