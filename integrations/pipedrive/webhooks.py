"""Pipedrive's deliveries: verify, keep, answer. What they mean is read in ``events``."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from hmac import compare_digest
from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations.sync import inbox

from .schemas import NAME

#: The longest delivery that is kept.
LONGEST = 1024 * 1024

#: The longest id of an event that is used as it stands.
LONGEST_ID = 200


class PipedriveWebhook(APIView):
    """Keep a delivery; 401 without the right credentials, 413 over 1 MiB."""

    authentication_classes: list = []
    permission_classes: list = []
    throttle_classes: list = []
    http_method_names = ["post"]
    schema = None

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Answer in JSON whatever the sender accepts: a 406 would lose the delivery."""
        return super().perform_content_negotiation(request, force=True)

    def post(self, request: Request) -> Response:
        if not is_authentic(request.META.get("HTTP_AUTHORIZATION", "")):
            inbox.refused(NAME)
            return _error(401, "Wrong credentials", {"WWW-Authenticate": 'Basic realm="Hermes"'})
        body = _body(request)
        if body is None:
            return _error(413, "Larger than 1 MiB")
        if len(body) < _length(request):
            return _error(400, "The body ends before its Content-Length")
        inbox.receive(
            system=NAME, dedupe_key=dedupe_key(body), body=body, headers=_headers(request)
        )
        return Response({"status": "ok"})


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return Response({"status": "error", "message": message}, status=status, headers=headers)


def _body(request: Request) -> bytes | None:
    """The raw body, or None if it is too long."""
    if _length(request) > LONGEST:
        return None
    if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        # Django reads nothing of a body that does not tell its length.
        body = request.META["wsgi.input"].read(LONGEST + 1)
    else:
        body = request._request.body
    return body if len(body) <= LONGEST else None


def _length(request: Request) -> int:
    """What the sender says of the body's length; 0 for nothing that can be read."""
    length = request.META.get("CONTENT_LENGTH") or ""
    return int(length) if length.isdecimal() else 0


def _headers(request: Request) -> Mapping[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


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
