"""Webhooks: registration, addressing of events, the ban and the end of the silent ones."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import requests

from integrations.sandbox.clock import Clock, stamp, stamp_with_milliseconds
from integrations.sandbox.deliveries import Deliveries
from integrations.sandbox.delivery import Delivery, Retries
from integrations.sandbox.journal import Journal
from integrations.sandbox.pipedrive import checks
from integrations.sandbox.pipedrive.errors import WebhookError
from integrations.sandbox.pipedrive.events import Event
from integrations.sandbox.pipedrive.users import COMPANY_ID
from integrations.sandbox.routing import dump

ACTIONS = ("create", "change", "delete", "*")
OBJECTS = (
    "activity",
    "deal",
    "lead",
    "note",
    "organization",
    "person",
    "pipeline",
    "product",
    "stage",
    "user",
    "*",
)
RETRIES = Retries(
    after_seconds=(3, 30, 150),
    succeeded=lambda status: 200 <= status < 300,
    worthwhile=lambda _status: True,
)
MAX_PER_USER = 40
FIRST_FAILURES_TO_BAN = 10
BAN = timedelta(minutes=30)
#: A webhook that only fails for so long is deleted.
GIVEN_UP_AFTER = timedelta(days=3)
_FIRST_ID = 1872001
REACHABLE_WITHIN_SECONDS = 5


def _nullable_text(value: object) -> str | None:
    return None if value is None else checks.text(value)


_BODY = {
    "subscription_url": checks.filled_text,
    "event_action": checks.one_of(*ACTIONS),
    "event_object": checks.one_of(*OBJECTS),
    "name": checks.filled_text,
    "user_id": checks.integer,
    "http_auth_user": _nullable_text,
    "http_auth_password": _nullable_text,
    "version": checks.one_of("1.0", "2.0"),
}
_REQUIRED = ("subscription_url", "event_action", "event_object", "name")


def check_body(body: object, user_ids: set[int]) -> None:
    """Refuse what cannot be a webhook.

    Raises:
        WebhookError: Says which key.
    """
    if not isinstance(body, dict):
        raise WebhookError(400, "body", "must be an object")
    for key, value in body.items():
        reason = _BODY[key](value) if key in _BODY else "is not allowed"
        if reason:
            raise WebhookError(400, key, reason)
    for key in _REQUIRED:
        if key not in body:
            raise WebhookError(400, key, "is required")
    if body.get("version") == "1.0":
        raise WebhookError(400, "version", "1.0 is no longer served")
    if body.get("user_id") is not None and body["user_id"] not in user_ids:
        raise WebhookError(400, "user_id", "is not a user")


def check_reachable(url: str) -> None:
    """Any HTTP answer will do. Holds no lock, for it goes over the network.

    Raises:
        WebhookError: Nobody answers there.
    """
    unreachable = WebhookError(400, "subscription_url", "invalid or non-reachable URL")
    try:
        if urlsplit(url).scheme not in ("http", "https"):
            raise unreachable
        requests.get(
            url, timeout=REACHABLE_WITHIN_SECONDS, allow_redirects=False, stream=True
        ).close()
    except (requests.RequestException, ValueError) as error:
        raise unreachable from error


class Webhooks:
    """The registered ones. The account's lock guards them."""

    def __init__(self, clock: Clock, journal: Journal, deliveries: Deliveries) -> None:
        self._clock, self._journal, self._deliveries = clock, journal, deliveries
        deliveries.webhooks = self
        self.clear()

    def clear(self) -> None:
        """None registered."""
        self._webhooks: dict[int, dict] = {}
        self._next_id = _FIRST_ID

    def load(self) -> None:
        """Take over what the journal has."""
        for _, body in self._journal.read("webhook"):
            webhook = json.loads(body)
            self._webhooks[webhook["id"]] = webhook
        for _, body in self._journal.read("next_webhook_id"):
            self._next_id = int(body)

    def add(self, body: dict, owner_id: int) -> dict:
        """Register a checked body."""
        if len(self.all()) >= MAX_PER_USER:
            raise WebhookError(400, "subscription_url", "too many webhooks")
        webhook = {
            "id": self._next_id,
            "company_id": COMPANY_ID,
            "owner_id": owner_id,
            "user_id": body.get("user_id", owner_id),
            "event_action": body["event_action"],
            "event_object": body["event_object"],
            "subscription_url": body["subscription_url"],
            "version": "2.0",
            "is_active": 1,
            "add_time": stamp_with_milliseconds(self._clock.now()),
            "remove_time": None,
            "type": "general",
            "http_auth_user": body.get("http_auth_user"),
            "http_auth_password": body.get("http_auth_password"),
            "remove_reason": None,
            "last_delivery_time": None,
            "last_http_status": None,
            "admin_id": owner_id,
            "name": body["name"],
            # Ours, not shown by the API.
            "_first_failures": 0,
            "_banned_until": 0.0,
            "_failing_since": None,
        }
        self._next_id += 1
        self._webhooks[webhook["id"]] = webhook
        self._journal.put("next_webhook_id", 0, str(self._next_id).encode())
        self._keep(webhook)
        return webhook

    def remove(self, webhook_id: int) -> bool:
        """Whether there was one."""
        self._journal.delete("webhook", webhook_id)
        return self._webhooks.pop(webhook_id, None) is not None

    def get(self, webhook_id: int) -> dict | None:
        """One of them."""
        return self._webhooks.get(webhook_id)

    def all(self) -> list[dict]:
        """Those that are left."""
        self._give_up()
        return list(self._webhooks.values())

    def wanting(self, entity: str, action: str) -> list[dict]:
        """Those that subscribed to such an event."""
        return [
            webhook
            for webhook in self.all()
            if webhook["event_object"] in ("*", entity) and webhook["event_action"] in ("*", action)
        ]

    def address(self, event: Event, permitted: list[str]) -> None:
        """Queue an event for all who want it; for the banned ones it is lost."""
        for webhook in self.wanting(event.entity, event.action):
            self._deliveries.add(
                webhook_id=webhook["id"],
                url=webhook["subscription_url"],
                entity=event.entity,
                entity_id=event.entity_id,
                action=event.action,
                payload=event.payload(webhook, permitted),
                at=stamp_with_milliseconds(event.at),
                keys=_order_keys(webhook["id"], event),
            )

    def letter(self, delivery: Delivery) -> dict:
        """What is posted: the event under its attempt, with the webhook's credentials."""
        meta = delivery.payload["meta"] | {"attempt": delivery.attempt}
        return {
            "data": dump(delivery.payload | {"meta": meta}),
            "headers": {"Content-Type": "application/json", "User-Agent": "Pipedrive Webhooks"},
            "auth": _credentials(self._webhooks[delivery.webhook_id]),
        }

    def banned(self, webhook_id: int) -> bool:
        """Whether nothing is sent to it at present."""
        webhook = self._webhooks.get(webhook_id)
        return webhook is not None and webhook["_banned_until"] > self._clock.time()

    def note_success(self, webhook_id: int, status: int) -> None:
        """A delivery arrived. The failures that count for the ban stay."""
        if webhook := self._webhooks.get(webhook_id):
            webhook["_failing_since"] = None
            self._note(webhook, status)

    def note_failure(self, webhook_id: int, status: int | None, *, first_attempt: bool) -> None:
        """An attempt failed; only first attempts count for the ban."""
        webhook = self._webhooks.get(webhook_id)
        if webhook is None:
            return
        if webhook["_failing_since"] is None:
            webhook["_failing_since"] = self._clock.time()
        if first_attempt and not self.banned(webhook_id):
            webhook["_first_failures"] += 1
        if webhook["_first_failures"] >= FIRST_FAILURES_TO_BAN:
            webhook["_banned_until"] = self._clock.time() + BAN.total_seconds()
            webhook["_first_failures"] = 0
        self._note(webhook, status)
        self._give_up()

    def _note(self, webhook: dict, status: int | None) -> None:
        webhook["last_delivery_time"] = stamp_with_milliseconds(self._clock.now())
        webhook["last_http_status"] = status
        self._keep(webhook)

    def _give_up(self) -> None:
        limit = self._clock.time() - GIVEN_UP_AFTER.total_seconds()
        for webhook in list(self._webhooks.values()):
            if webhook["_failing_since"] is not None and webhook["_failing_since"] <= limit:
                self.remove(webhook["id"])

    def _keep(self, webhook: dict) -> None:
        self._journal.put("webhook", webhook["id"], dump(webhook))


def _order_keys(webhook_id: int, event: Event) -> list[str]:
    keys = [f"{webhook_id}/{event.entity}/{event.entity_id}"]
    # The two events of a merge keep the order that was chosen for them.
    return [*keys, f"{webhook_id}/{event.correlation_id}"] if event.merge else keys


def _credentials(webhook: dict) -> tuple[bytes, bytes] | None:
    user, password = webhook["http_auth_user"], webhook["http_auth_password"]
    return ((user or "").encode(), (password or "").encode()) if user or password else None


def shown(webhook: dict) -> dict:
    """As the API answers it."""
    return {key: value for key, value in webhook.items() if not key.startswith("_")}


def shown_with_state(webhook: dict) -> dict:
    """As our page shows it: with the ban, without the password."""
    until = webhook["_banned_until"]
    return shown(webhook) | {
        "http_auth_password": webhook["http_auth_password"] and "***",
        "first_failures": webhook["_first_failures"],
        "banned_until": stamp(datetime.fromtimestamp(until, UTC)) if until else None,
    }
