"""TC2's deliveries: verify, take apart, keep, answer. What they mean is read in ``events``."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from django.conf import settings
from rest_framework.request import Request

from integrations.sync.door import Door, Refusal

from .schemas import NAME

#: The moment of the request, today and in older deliveries.
REQUEST_TIMES = ("request_time", "_request_time")


class TC2Webhook(Door):
    """Keep each event of a delivery by itself; 403 without the right signature."""

    system = NAME

    def refusal(self, request: Request, body: bytes | None) -> Refusal | None:
        given = request.META.get("HTTP_WEBHOOK_SIGNATURE", "")
        if body is None or is_authentic(body, given):
            return None
        return Refusal(403, "Wrong signature")

    def events(self, body: bytes) -> list[tuple[str, bytes]]:
        return taken_apart(body)


def is_authentic(body: bytes, given: str) -> bool:
    """Whether the raw body was signed with our key. No key set: never."""
    key = settings.TC2_API_KEY.encode()
    expected = hmac.new(key, body, hashlib.sha256).hexdigest()
    # As bytes: a signature with letters that are not ASCII is wrong, and no error.
    return bool(key) and hmac.compare_digest(given.strip().encode(), expected.encode())


def taken_apart(body: bytes) -> list[tuple[str, bytes]]:
    """Dedupe key and body of each event; a body that is no list of events stays whole."""
    try:
        envelope = json.loads(body)
        events, at = envelope["events"], _request_time(envelope)
        if isinstance(events, list):
            return [_one(event, at) for event in events]
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        pass
    return [(f"sha256:{hashlib.sha256(body).hexdigest()}", body)]


def _request_time(envelope: dict[str, Any]) -> Any:
    return next((envelope[name] for name in REQUEST_TIMES if name in envelope), None)


def _one(event: Any, at: Any) -> tuple[str, bytes]:
    return dedupe_key(event, at), json.dumps({"event": event, "request_time": at}).encode()


def dedupe_key(event: Any, at: Any) -> str:
    """What makes two events one: action, subject and moment.

    Without a moment of its own, all of the event with the moment of its request: a try once
    more has the same bytes, and a change back to an earlier state is another request.
    """
    subject = event.get("subject") if isinstance(event, dict) else None
    if isinstance(subject, dict) and event.get("timestamp"):
        named = [
            event.get("branch"), event.get("action"), subject.get("model"), subject.get("id"),
            event["timestamp"],
        ]  # fmt: skip
    else:
        named = [event, at]
    canonical = json.dumps(named, sort_keys=True)
    return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"
