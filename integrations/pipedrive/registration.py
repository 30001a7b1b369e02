"""Our one registration for Pipedrive's webhooks: looked at, made, and made again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings

from integrations.models import SyncLog
from integrations.sync import arrivals, connections
from integrations.sync.errors import Misconfigured
from integrations.sync.set_up import Say
from integrations.sync.system import get

from .client import Client
from .schemas import NAME


def quietly(line: str) -> None:
    """For callers whom the steps do not interest."""


@dataclass
class Registration:
    """What is registered for our address, and what is too much or missing."""

    webhook_id: int | None = None
    strays: list[int] = field(default_factory=list)
    create: bool = False
    #: What is wrong with the one that is there, in a sentence.
    trouble: str = ""

    def lines(self) -> list[str]:
        """What is to be done, in sentences."""
        lines = [self.trouble] if self.trouble else []
        lines += [f"Register {webhook_url()}"] if self.create else []
        return lines + [f"Remove our stray webhook {pk}" for pk in self.strays]


def webhook_url() -> str:
    return f"{settings.SITE_URL}/pipedrive/callback/"


def look(client: Client, *, asked: bool = False) -> Registration:
    """Compare what is registered with what we need. Other addresses are not ours.

    Args:
        asked: A person wants it to be right: any sign of silence is enough.

    Raises:
        Misconfigured: No credentials are set for the deliveries.
    """
    if not (settings.PIPEDRIVE_WEBHOOK_USER and settings.PIPEDRIVE_WEBHOOK_PASSWORD):
        raise Misconfigured(
            "Set PIPEDRIVE_WEBHOOK_USER and PIPEDRIVE_WEBHOOK_PASSWORD: "
            "without them every delivery is refused."
        )
    ours = [hook for hook in client.webhooks() if hook.get("subscription_url") == webhook_url()]
    missing_since = arrivals.missing_since(get(NAME))
    if asked and not missing_since:
        missing_since = arrivals.doubted_since(get(NAME))
    troubles = {hook["id"]: _trouble(hook, missing_since) for hook in ours}
    fit = [hook["id"] for hook in ours if _is_right(hook) and not troubles[hook["id"]]]
    right = fit[0] if fit else None
    strays = [hook["id"] for hook in ours if hook["id"] != right]
    create = right is None
    trouble = next(filter(None, troubles.values()), "") if create else ""
    return Registration(right, strays, create, trouble)


def _is_right(hook: dict) -> bool:
    """For everything, and with the credentials that we expect, where it shows them."""
    return (
        hook.get("event_action") == "*"
        and hook.get("event_object") == "*"
        and str(hook.get("version", "2.0")).startswith("2")
        and hook.get("http_auth_user", settings.PIPEDRIVE_WEBHOOK_USER)
        == settings.PIPEDRIVE_WEBHOOK_USER
        and hook.get("http_auth_password", settings.PIPEDRIVE_WEBHOOK_PASSWORD)
        == settings.PIPEDRIVE_WEBHOOK_PASSWORD
    )


def _trouble(hook: dict, missing_since: datetime | None) -> str:
    """Why nothing comes by it. Pipedrive shows no ban, and at most the answer that led to one.

    A new registration starts without failures, so it is also what ends a ban.
    """
    if not hook.get("is_active", 1) or hook.get("remove_time"):
        return f"Webhook {hook['id']} is switched off {hook.get('remove_reason') or ''}".strip()
    status = hook.get("last_http_status")
    if not hook.get("last_delivery_time") or (status and 200 <= int(status) < 300):
        since = missing_since and f"{missing_since:%d %B %H:%M} UTC"
        return f"No message has come through webhook {hook['id']} since {since}" if since else ""
    answered = f"was answered with {status}" if status else "found nobody"
    return f"The last message through webhook {hook['id']} {answered}"


def settle(client: Client, todo: Registration, say: Say = quietly) -> None:
    """Register first and remove strays then: what comes twice is kept once."""
    if todo.create:
        todo.webhook_id = client.create_webhook(
            {
                "subscription_url": webhook_url(),
                "event_action": "*",
                "event_object": "*",
                "name": "Hermes",
                "http_auth_user": settings.PIPEDRIVE_WEBHOOK_USER,
                "http_auth_password": settings.PIPEDRIVE_WEBHOOK_PASSWORD,
                "version": "2.0",
            }
        )["id"]
        arrivals.expect(get(NAME))
        say(f"Registered {webhook_url()}")
    elif todo.webhook_id and not connections.of(get(NAME)).deliveries_expected_since:
        # It was there before Hermes looked whether anything comes by it.
        arrivals.expect(get(NAME))
    if todo.trouble:
        SyncLog.objects.create(
            level=SyncLog.Level.WARNING,
            system=NAME,
            topic="deliveries",
            message=f"{todo.trouble}. {webhook_url()} was registered anew",
        )
    for pk in todo.strays:
        client.delete_webhook(pk)
        say(f"Removed our stray webhook {pk}")
    remember_facts(webhook=todo.webhook_id)


def remember_facts(**facts: Any) -> None:
    """Keep on the connection what set-up found."""
    with connections.facts_of(get(NAME)) as known:
        known.update(facts)
