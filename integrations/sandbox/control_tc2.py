"""TC2 by hand: what its customers and its staff do, and what its sender is made to do."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING

from integrations.sandbox.control_input import Refused, json_object, number, only
from integrations.sandbox.deliveries import MOST_SHOWN
from integrations.sandbox.routing import Request, Routes, dump
from integrations.sandbox.tc2 import by_hand, clients, custom_fields, forms, seeding
from integrations.sandbox.tc2.actions import actor
from integrations.sandbox.tc2.errors import not_found
from integrations.sandbox.tc2.events import SIGNATURES
from integrations.sandbox.tc2.founding import DROPDOWN, FIRST_IDS, TEXT

if TYPE_CHECKING:
    from integrations.sandbox.tc2.system import TC2

_SHOWN_AT_ONCE = 50
_SCHEMES = ("http://", "https://")


class TC2Control:
    """``/_sandbox/tc2/...``."""

    def __init__(self, tc2: "TC2") -> None:
        self._tc2 = tc2
        self._account = tc2.account

    def add_routes(self, routes: Routes, prefix: str) -> None:
        """Clients, what happens to them, events and how they are sent."""
        for method, path, handler in (
            ("GET", "/state", self.state),
            ("GET", "/clients", self.list),
            ("POST", "/clients", self.create),
            ("POST", "/sign-ups", self.sign_up),
            ("GET", "/clients/{id}", self.read),
            ("PATCH", "/clients/{id}", self.edit),
            ("DELETE", "/clients/{id}", self.delete),
            ("POST", "/clients/{id}/recover", self.recover),
            ("POST", "/clients/{id}/pay-invoice", self.pay_invoice),
            ("POST", "/clients/{id}/terminate", self.terminate),
            ("POST", "/clients/{id}/price-plan", self.edit_price_plan),
            ("POST", "/clients/{id}/stale", self.send_stale),
            ("POST", "/resend", self.resend_all),
            ("POST", "/seed", self.seed),
            ("GET", "/about", self.about),
            ("POST", "/admins", self.add_admin),
            ("POST", "/custom-fields", self.add_custom_field),
            ("GET", "/events", self.events),
            ("POST", "/events", self.tell),
            ("POST", "/events/send", self.send_again),
            ("POST", "/events/release", self.release),
            ("GET", "/deliveries", self.deliveries),
            ("GET", "/webhook", self.webhook),
            ("POST", "/webhook", self.set_webhook),
            ("GET", "/switches", self.switches),
            ("POST", "/switches", self.set_switches),
        ):
            routes.add(method, prefix + "/tc2" + path, handler)

    def state(self, _request: Request) -> dict:
        """In numbers."""
        account = self._account
        with account.lock:
            return {
                "counts": {kind: len(table) for kind, table in account.tables.items()},
                "open_deliveries": account.deliveries.open_count(),
                "held_events": account.events.held_count(),
                "webhook": account.webhook.as_json(),
            }

    def list(self, request: Request) -> dict:
        """The newest first, those in the trash too; ``q`` looks in all of a client."""
        needle = dict(request.query).get("q", "").lower()
        with self._account.lock:
            newest = reversed(self._account.tables["client"].values())
            shown = (self._shown(each) for each in newest)
            found = list(islice(_with(shown, needle), _SHOWN_AT_ONCE + 1))
        return {"clients": found[:_SHOWN_AT_ONCE], "more": len(found) > _SHOWN_AT_ONCE}

    def _shown(self, client: dict) -> dict:
        with self._account.lock:
            whole = forms.client(self._account, client, 2)
            return whole | {"country_id": client["country"], "trashed": client["trashed"]}

    def read(self, _request: Request, id: str) -> dict:
        """One client, in the trash or not."""
        client = self._account.tables["client"].get(int(id))
        if client is None:
            raise not_found(f"No client {id}.")
        return {"client": self._shown(client)}

    def create(self, request: Request) -> dict:
        """By the staff; with an agency only if the body has one."""
        return {"client": self._shown(by_hand.create(self._account, json_object(request)))}

    def sign_up(self, request: Request) -> dict:
        """By a customer: client, agency and recipient at once."""
        return {"client": self._shown(by_hand.sign_up(self._account, json_object(request)))}

    def edit(self, request: Request, id: str) -> dict:
        """By the staff; ``agency`` and ``paid_recipients`` may be among the keys."""
        body = json_object(request)
        return {"client": self._shown(by_hand.edit(self._account, int(id), body))}

    def delete(self, _request: Request, id: str) -> dict:
        """Into the trash, by the staff."""
        clients.delete(self._account, int(id), clients.by_staff(self._account))
        return {"deleted": int(id)}

    def recover(self, _request: Request, id: str) -> dict:
        """Out of the trash."""
        return {"client": self._shown(clients.recover(self._account, int(id)))}

    def pay_invoice(self, request: Request, id: str) -> dict:
        """One more paid invoice."""
        gross = only(json_object(request), "gross").get("gross", "120.00")
        if not isinstance(gross, str):
            raise Refused("gross is a decimal as text")
        return {"invoice": by_hand.pay_invoice(self._account, int(id), gross)}

    def terminate(self, _request: Request, id: str) -> dict:
        """The end of the agency."""
        return {"client": self._shown(by_hand.terminate(self._account, int(id)))}

    def edit_price_plan(self, request: Request, id: str) -> dict:
        """``price_plan``."""
        plan = only(json_object(request), "price_plan").get("price_plan")
        return {"client": self._shown(by_hand.edit_price_plan(self._account, int(id), plan))}

    def send_stale(self, _request: Request, id: str) -> dict:
        """An older snapshot of this client arrives late."""
        with self._account.writing():
            client = self._account.living(int(id))
            subject = forms.subject(self._account, client)
            return {"event": asdict(self._account.events.send_stale(client["id"], subject))}

    def resend_all(self, _request: Request) -> dict:
        """The job that runs about every three hours."""
        return {"events": clients.resend_all(self._account)}

    def seed(self, request: Request) -> dict:
        """So many ``clients``, without events."""
        count = only(json_object(request), "clients").get("clients")
        if type(count) is not int or not 0 <= count <= 10_000:
            raise Refused("clients is a number up to 10,000")
        return {"added": seeding.seed(self._account, count)}

    def about(self, _request: Request) -> dict:
        """What forms need: countries, staff, and custom fields with the slugs of options."""
        tables = self._account.tables
        with self._account.lock:
            fields = [_with_slugs(each) for each in tables["custom_field"].values()]
            people, places = list(tables["admin"].values()), list(tables["country"].values())
        return {"admins": people, "countries": places, "custom_fields": fields}

    def add_admin(self, request: Request) -> dict:
        """``first_name``, ``last_name`` and ``email``."""
        body = only(json_object(request), "first_name", "last_name", "email")
        _all_texts(body, "first_name", "last_name", "email")
        with self._account.writing():
            return {"admin": self._account.add("admin", body)}

    def add_custom_field(self, request: Request) -> dict:
        """``name``, ``machine_name`` and, for a dropdown, ``options``."""
        body = only(json_object(request), "name", "machine_name", "options")
        _all_texts(body, "name", "machine_name")
        options = body.get("options", [])
        if not isinstance(options, list) or not all(isinstance(each, str) for each in options):
            raise Refused("options is a list of labels")
        kind = DROPDOWN if options else TEXT
        with self._account.writing():
            values = body | {"type": kind, "options": options}
            return {"custom_field": self._account.add("custom_field", values)}

    def events(self, request: Request) -> dict:
        """The newest of those ``after`` a number."""
        with self._account.lock:
            return {"events": self._account.events.since(number(request, "after"), MOST_SHOWN)}

    def tell(self, request: Request) -> dict:
        """Any ``action``, about the ``client`` with this id or any ``subject`` at all."""
        body = only(json_object(request), "action", "client", "subject", "extra_msg")
        _all_texts(body | {"extra_msg": body.get("extra_msg", "")}, "action", "extra_msg")
        account = self._account
        with account.writing():
            subject = body.get("subject")
            if "client" in body:
                _whole_numbers([body["client"]], "client")
                subject = forms.subject(account, account.living(body["client"]))
            person = actor(account.tables["admin"][FIRST_IDS["admin"]])
            event = account.events.add(body["action"], subject, person, body.get("extra_msg", ""))
            return {"event": asdict(event)}

    def send_again(self, request: Request) -> dict:
        """``events`` (numbers, one may come twice), ``signature`` and ``style``."""
        body = only(json_object(request), "events", "signature", "style")
        signed, style = body.get("signature", "valid"), body.get("style")
        if signed not in SIGNATURES:
            raise Refused(f"signature is one of {', '.join(SIGNATURES)}")
        if style not in (None, "single", "batch"):
            raise Refused("style is single or batch")
        numbers = _whole_numbers(body.get("events"), "events")
        with self._account.writing():
            return {"requests": self._account.events.send(numbers, signed, style)}

    def release(self, request: Request) -> dict:
        """What is held, in this ``order`` of numbers; the newest first by default."""
        order = only(json_object(request), "order").get("order")
        if order is not None:
            _whole_numbers(order, "order")
        with self._account.writing():
            return {"released": self._account.events.release(order)}

    def deliveries(self, request: Request) -> dict:
        """The log."""
        with self._account.lock:
            return self._account.deliveries.as_json(number(request, "after"))

    def webhook(self, _request: Request | None = None) -> dict:
        """Where it goes, and whether it is on."""
        with self._account.lock:
            return {"webhook": self._account.webhook.as_json()}

    def set_webhook(self, request: Request) -> dict:
        """``url`` (empty: send nothing) and ``enabled``; turning it on forgives."""
        body = only(json_object(request), "url", "enabled")
        url, enabled = body.get("url"), body.get("enabled", True)
        if not isinstance(url, str | None) or (url and not url.startswith(_SCHEMES)):
            raise Refused("url is an http address")
        if not isinstance(enabled, bool):
            raise Refused("enabled is true or false")
        with self._account.writing():
            self._account.webhook.set(url, enabled)
        return self.webhook()

    def switches(self, _request: Request | None = None) -> dict:
        """How it behaves."""
        return {"switches": self._tc2.switches.as_json()}

    def set_switches(self, request: Request) -> dict:
        """Change some; events that are held leave when holding ends."""
        with self._account.writing():
            self._tc2.switches.set(**json_object(request))
            if not self._tc2.switches.hold_deliveries:
                self._account.events.release_in_order()
        self._account.deliveries.wake()
        return self.switches()


def _with(shown: Iterable[dict], needle: str) -> Iterator[dict]:
    return (each for each in shown if not needle or needle in dump(each).decode().lower())


def _with_slugs(field: dict) -> dict:
    options = [{"slug": custom_fields.slug(label), "label": label} for label in field["options"]]
    return field | {"options": options}


def _all_texts(body: dict, *names: str) -> None:
    for name in names:
        if not isinstance(body.get(name), str):
            raise Refused(f"{name} is a text")


def _whole_numbers(given: object, name: str) -> list[int]:
    if not isinstance(given, list) or not all(type(each) is int for each in given):
        raise Refused(f"{name} is made of numbers")
    return given
