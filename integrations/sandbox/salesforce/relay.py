"""The relay that reads the event bus and posts what it reads: its messages and their signature."""

import hashlib
import hmac
from collections.abc import Iterable

from integrations.sandbox.salesforce.changes import bitmaps, channel, paths, values_told
from integrations.sandbox.salesforce.ids import ORG_ID
from integrations.sandbox.salesforce.schema import Entity

#: ``relay``: many events, as the relay has them. ``pubsub``: the same, not decoded.
#: ``cometd``: one, as the Streaming API has it. ``bare``: that without its ``data``.
FORMS = ("relay", "pubsub", "cometd", "bare")
#: How a message may be signed: ``stale`` and ``future`` are valid, at another time.
SIGNATURES = ("valid", "wrong", "none", "stale", "future")
#: More than a receiver is to bear.
_AWAY_SECONDS = {"stale": -600, "future": 600}
_SCHEMA = "Jx8Hz9ElkIUaBf-heF1ShA"


def message(entity: Entity, events: list[dict], form: str) -> dict:
    """The body of a request. An event is what ``Events`` keeps of it."""
    made = [_event(entity, each, form) for each in events]
    if form in ("relay", "pubsub"):
        about = {"version": 1, "organizationId": ORG_ID, "channel": channel(entity)}
        return about | {"events": made}
    (data,) = made
    if form == "cometd":
        return {"channel": channel(entity), "data": data}
    return {"channel": channel(entity), **data}


def _event(entity: Entity, kept: dict, form: str) -> dict:
    epoch, names = form == "pubsub", kept["names"]
    lists = {name: paths(entity, kept[name]) for name in ("changedFields", "nulledFields")}
    if epoch:
        lists = {name: bitmaps(entity, kept[name]) for name in lists if kept[name]}
    header = kept["header"] | {"changedFields": [], "nulledFields": [], "diffFields": []} | lists
    replay = kept["replay"] if form in ("cometd", "bare") else f"{kept['replay']:016x}"
    return {
        "event": {"replayId": replay},
        "schema": _SCHEMA,
        "payload": {
            "ChangeEventHeader": header,
            **values_told(entity, kept["row"], names, epoch=epoch),
        },
    }


def headers(
    body: bytes, secrets: Iterable[str], signed: str, now: int, delivery: str
) -> dict[str, str]:
    """What a request says of itself, and how that is proved."""
    at = str(now + _AWAY_SECONDS.get(signed, 0))
    said = {
        "Content-Type": "application/json; charset=utf-8",
        "X-Hermes-Timestamp": at,
        "X-Hermes-Delivery": delivery,
    }
    if signed == "none":
        return said
    keys = [f"not {each}" if signed == "wrong" else each for each in secrets]
    return said | {"X-Hermes-Signature": ",".join(signature(key, at, body) for key in keys)}


def signature(secret: str, at: str, body: bytes) -> str:
    """Over the time and the bytes."""
    signed = hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256)
    return f"v1={signed.hexdigest()}"
