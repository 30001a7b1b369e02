"""Pipedrive's deliveries: verify, keep, answer. What they mean is read in ``events``."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from hmac import compare_digest

from django.conf import settings
from rest_framework.request import Request

from integrations.sync.door import Door, Refusal

from .schemas import NAME

#: The longest id of an event that is used as it stands.
LONGEST_ID = 200


class PipedriveWebhook(Door):
    """Keep a delivery; 401 without the right credentials."""

    system = NAME

    def refusal(self, request: Request, body: bytes | None) -> Refusal | None:
        if is_authentic(request.META.get("HTTP_AUTHORIZATION", "")):
            return None
        return Refusal(401, "Wrong credentials", {"WWW-Authenticate": 'Basic realm="Hermes"'})

    def events(self, body: bytes) -> list[tuple[str, bytes]]:
        return [(dedupe_key(body), body)]


def is_authentic(header: str) -> bool:
    """Whether the Basic credentials are those that we registered. None set: never."""
    user, password = settings.PIPEDRIVE_WEBHOOK_USER, settings.PIPEDRIVE_WEBHOOK_PASSWORD
    scheme, _, encoded = header.partition(" ")
    try:
        given = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        given = b""
    # Both at once, so that the time tells neither which is wrong nor where.
    matches = compare_digest(given, f"{user}:{password}".encode())
    return bool(user and password) and scheme.lower() == "basic" and matches


def dedupe_key(body: bytes) -> str:
    """The event's own id; a digest of a body that has none to use.

    A user event's id is the user's and comes back with each change, so its time counts.
    """
    try:
        meta = json.loads(body)["meta"]
        key = meta["id"]
        if meta.get("entity") == "user" or key == meta.get("entity_id"):
            key = f"{meta.get('entity')} {key} {meta['timestamp']}"
        if isinstance(key, str) and 0 < len(key) <= LONGEST_ID and key.isprintable():
            return key
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        pass
    return f"sha256:{hashlib.sha256(body).hexdigest()}"
