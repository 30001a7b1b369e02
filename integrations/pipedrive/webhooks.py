"""Pipedrive's deliveries: verify, keep, answer. What they mean is decided later."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from hmac import compare_digest
from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations.sync import inbox
from integrations.sync.errors import Rejected
from integrations.sync.records import RemoteRecord
from integrations.sync.system import Reading

from . import inbound
from .keys import keys
from .schemas import KINDS, NAME

#: The longest delivery that is kept.
LONGEST = 1024 * 1024

ACTIONS = {
    "create": "create", "change": "change", "delete": "delete",
    # Version 1's words.
    "added": "create", "updated": "change", "deleted": "delete", "merged": "change",
}  # fmt: skip


class PipedriveWebhook(APIView):
    """Keep a delivery; 401 without the right credentials, 413 over 1 MiB."""

    authentication_classes: list = []
    permission_classes: list = []
    schema = None

    def post(self, request: Request) -> Response:
        if not is_authentic(request.META.get("HTTP_AUTHORIZATION", "")):
            inbox.refused(NAME)
            return _error(401, "Wrong credentials", {"WWW-Authenticate": "Basic"})
        body = _body(request)
        if body is None:
            return _error(413, "Larger than 1 MiB")
        inbox.receive(
            system=NAME, dedupe_key=dedupe_key(body), body=body, headers=_headers(request)
        )
        return Response({"status": "ok"})


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return Response({"status": "error", "message": message}, status=status, headers=headers)


def _body(request: Request) -> bytes | None:
    """The raw body, or None if it is too long."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > LONGEST:
        return None
    return request._request.body


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
    matches = compare_digest(given, f"{user}:{password}".encode())
    return bool(user and password) and scheme.lower() == "basic" and matches


def dedupe_key(body: bytes) -> str:
    """The event's own id. A user event's id is the user's, so its time counts too."""
    try:
        meta = json.loads(body)["meta"]
        key = meta["id"]
        if meta.get("entity") == "user":
            key = f"user {key} {meta['timestamp']}"
        if isinstance(key, str) and 0 < len(key) <= 200 and key.isprintable():
            return key
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


# -- what a kept delivery says ------------------------------------------------------------


def read(body: bytes) -> Reading:
    """The records that a delivery tells of.

    Raises:
        Rejected: It is no event that anyone could read; says which part is wrong.
    """
    meta, event = _parsed(body)
    entity, action = meta.get("entity"), ACTIONS.get(str(meta.get("action")), "")
    subject = f"{str(entity)[:40]} {str(meta.get('entity_id'))[:40]}"
    if entity not in KINDS:
        return Reading(subject=subject, action=action, ignored=f"{entity}: not a kind we keep")
    if not action:
        return Reading(subject=subject, ignored=f"{str(meta.get('action'))[:40]}: unknown action")
    kind = KINDS[str(entity)]
    record = _deleted(kind, meta, event) if action == "delete" else _living(entity, meta, event)
    return Reading([record], f"{kind} {record.remote_id}", action)


def _parsed(body: bytes) -> tuple[dict, dict]:
    try:
        event = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Rejected(f"body: no JSON that can be read ({type(error).__name__})") from error
    if not isinstance(event, dict):
        raise Rejected("body: not an object")
    meta = event.get("meta")
    if not isinstance(meta, dict):
        raise Rejected("meta: not an object")
    return meta, event


def _sent_at(meta: dict) -> datetime | None:
    try:
        return inbound.when(meta.get("timestamp"))
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise Rejected("meta.timestamp: no time") from error


def _living(entity: Any, meta: dict, event: dict) -> RemoteRecord:
    if not isinstance(event.get("data"), dict):
        raise Rejected("data: not an object")
    merged_from = _id(meta, "merged_from_id")
    return inbound.record(
        entity,
        event["data"],
        keys(),
        event_at=_sent_at(meta),
        merged_from=(merged_from,) if merged_from else (),
    )


def _deleted(kind: str, meta: dict, event: dict) -> RemoteRecord:
    sent_at = _sent_at(meta)
    previous = event.get("previous") if isinstance(event.get("previous"), dict) else {}
    entity_id = {"id": meta.get("entity_id") or previous.get("id")}
    return RemoteRecord(
        system=NAME,
        kind=kind,
        remote_id=inbound.remote_id(entity_id),
        fields={"is_active": False} if kind == "team_member" else {},
        modified_at=sent_at and sent_at.replace(microsecond=0),
        event_at=sent_at,
        deleted=kind != "team_member",
        merged_into=_id(meta, "merged_to_id"),
    )


def _id(meta: dict, name: str) -> str | None:
    value = str(meta.get(name) or "")
    return value if value.isdigit() else None
