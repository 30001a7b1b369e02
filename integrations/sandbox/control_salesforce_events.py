"""Salesforce's events by hand: what is on the bus, what is sent of it and how often."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from integrations.sandbox.control_input import Refused, json_object, number, only
from integrations.sandbox.deliveries import MOST_SHOWN
from integrations.sandbox.routing import Request, Routes
from integrations.sandbox.salesforce import by_hand, relay
from integrations.sandbox.salesforce.by_hand_events import emit
from integrations.sandbox.salesforce.changes import GAPS, TYPES
from integrations.sandbox.salesforce.receivers import OUTBOUND, RELAY

if TYPE_CHECKING:
    from integrations.sandbox.salesforce.events import Event
    from integrations.sandbox.salesforce.system import Salesforce

_SENDING = ("form", "signature", "together", "copies")
_SIGNALS = ("heartbeat", "replay_lost")
_MOST_COPIES = 100


class SalesforceEventControl:
    """``/_sandbox/salesforce/events...`` and what belongs to them."""

    def __init__(self, salesforce: "Salesforce") -> None:
        self._account = salesforce.account

    def add_routes(self, routes: Routes, prefix: str) -> None:
        """Events, deliveries and who gets them."""
        for method, path, handler in (
            ("GET", "/events", self.events),
            ("POST", "/events", self.emit),
            ("POST", "/events/send", self.send),
            ("POST", "/events/signal", self.signal),
            ("POST", "/events/raw", self.send_raw),
            ("POST", "/outbound", self.notify),
            ("GET", "/deliveries", self.deliveries),
            ("POST", "/deliveries/flush", self.flush),
            ("GET", "/receivers", self.receivers),
            ("POST", "/receivers", self.set_receivers),
        ):
            routes.add(method, prefix + "/salesforce" + path, handler)

    def events(self, request: Request) -> dict:
        """The newest of those ``after`` a number."""
        with self._account.lock:
            return {"events": self._account.events.since(number(request, "after"), MOST_SHOWN)}

    def emit(self, request: Request) -> dict:
        """One that nobody's change brought about: ``change_type``, ``kind``, ``records`` …"""
        body = json_object(request)
        only(body, "kind", "change_type", "records", "fields", "header", *_SENDING)
        kind = body.get("change_type")
        if kind not in (*TYPES, *GAPS):
            raise Refused(f"change_type is one of {', '.join((*TYPES, *GAPS))}")
        records, names = _texts(body, "records"), _texts(body, "fields")
        header = body.get("header", {})
        if not isinstance(header, dict):
            raise Refused("header is an object")
        with self._account.writing():
            of = by_hand.entity(self._account, body.get("kind", "loan"))
            event = emit(self._account, of, kind, records, names, header)
            return {"event": asdict(event), "messages": self._send([event], body)}

    def send(self, request: Request) -> dict:
        """``events`` (numbers) once more, in this order."""
        body = only(json_object(request), "events", *_SENDING)
        numbers = body.get("events")
        if not isinstance(numbers, list):
            raise Refused("events is a list of numbers")
        with self._account.writing():
            return {"messages": self._send(self._account.events.chosen(numbers), body)}

    def _send(self, events: list["Event"], body: dict) -> int:
        form, signed = body.get("form", "relay"), _signature(body)
        if form not in relay.FORMS:
            raise Refused(f"form is one of {', '.join(relay.FORMS)}")
        copies, together = body.get("copies", 1), body.get("together", True)
        if type(copies) is not int or not 1 <= copies <= _MOST_COPIES:
            raise Refused(f"copies is 1 to {_MOST_COPIES}")
        return sum(
            self._account.events.send(events, form=form, signed=signed, together=bool(together))
            for _ in range(copies)
        )

    def signal(self, request: Request) -> dict:
        """What the relay says of itself: ``type`` is heartbeat or replay_lost."""
        body = only(json_object(request), "type", "reason", "signature")
        kind, signed = body.get("type"), _signature(body)
        if kind not in _SIGNALS:
            raise Refused(f"type is one of {', '.join(_SIGNALS)}")
        with self._account.writing():
            events = self._account.events
            said = {"latestReplayId": events.latest_replay()}
            if kind == "replay_lost":
                said = {"reason": str(body.get("reason", "older than the bus keeps"))}
            events.post({"version": 1, "type": kind} | said, [], signed)
        return {"messages": 1}

    def send_raw(self, request: Request) -> dict:
        """``body``, whatever it is: a text goes out as it is."""
        body = only(json_object(request), "body", "signature")
        with self._account.writing():
            self._account.events.post(body.get("body"), [], _signature(body))
        return {"messages": 1}

    def notify(self, request: Request) -> dict:
        """Outbound Messages of ``records``; ``organization_id`` of another org."""
        body = only(json_object(request), "kind", "records", "organization_id")
        ids, org = _texts(body, "records"), str(body.get("organization_id", ""))
        with self._account.writing():
            of = by_hand.entity(self._account, body.get("kind", "loan"))
            return {"messages": self._account.events.notify(of.name, ids, org)}

    def deliveries(self, request: Request) -> dict:
        """The log."""
        with self._account.lock:
            return self._account.deliveries.as_json(number(request, "after"))

    def flush(self, _request: Request) -> dict:
        """Let go what is held so far."""
        with self._account.lock:
            self._account.deliveries.flush()
            return {"open": self._account.deliveries.open_count()}

    def receivers(self, _request: Request | None = None) -> dict:
        """Where messages go; secrets stay here."""
        with self._account.lock:
            urls = self._account.receivers.urls
            return {"relay": urls.get(RELAY, ""), "outbound": urls.get(OUTBOUND, "")}

    def set_receivers(self, request: Request) -> dict:
        """``relay``, ``outbound`` (empty: tell nobody), ``secrets``: the relay signs with each."""
        body = only(json_object(request), "relay", "outbound", "secrets")
        secrets = _texts(body, "secrets")
        with self._account.lock:
            receivers = self._account.receivers
            for name, receiver in (("relay", RELAY), ("outbound", OUTBOUND)):
                if name in body:
                    receivers.urls[receiver] = _url(name, body[name])
            receivers.secrets = secrets or receivers.secrets
        return self.receivers()


def _texts(body: dict, name: str) -> list[str]:
    given = body.get(name, [])
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise Refused(f"{name} is a list of texts")
    return given


def _signature(body: dict) -> str:
    signed = body.get("signature", "valid")
    if signed not in relay.SIGNATURES:
        raise Refused(f"signature is one of {', '.join(relay.SIGNATURES)}")
    return signed


def _url(name: str, given: object) -> str:
    if not isinstance(given, str) or (given and not given.startswith(("http://", "https://"))):
        raise Refused(f"{name} is an http address")
    return given
