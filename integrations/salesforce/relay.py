"""What a relay of Salesforce's change events posts: its signature, and its events one by one.

Contract, sections 9.1 to 9.4. Pure but for the settings and the clock.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone

from integrations.sync.door import Event, WrongShape

from .headers import REPLAY_LOST, header
from .ids import whole_id

#: In one message.
MOST_EVENTS = 200

#: Names of wrong events in an answer.
MOST_NAMED = 5

_SECONDS = re.compile(r"[0-9]{1,12}")

HEARTBEAT = "heartbeat"

#: Of the messages, which say it; those in CometD's form do not.
VERSION = 1


def is_authentic(body: bytes, at: str, given: str) -> bool:
    """Whether one of our secrets signed the raw body, and not long ago."""
    if not _SECONDS.fullmatch(at):
        return False
    away = abs(timezone.now().timestamp() - int(at))
    if away > settings.SALESFORCE_RELAY_TOLERANCE_SECONDS:
        return False
    signatures = [each.strip().encode() for each in given.split(",")]
    # As bytes: a signature with letters that are not ASCII is wrong, and no error.
    matches = [
        hmac.compare_digest(signature, expected)
        for expected in (_signature(secret, at, body) for secret in secrets())
        for signature in signatures
    ]
    return any(matches)


def secrets() -> list[str]:
    """Those that are set; several while they are changed."""
    return [each.strip() for each in settings.SALESFORCE_RELAY_SECRETS if each.strip()]


def _signature(secret: str, at: str, body: bytes) -> bytes:
    signed = hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256)
    return f"v1={signed.hexdigest()}".encode()


def parsed(body: bytes) -> dict[str, Any]:
    """The message.

    Raises:
        WrongShape: It is no JSON object.
    """
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        raise WrongShape("The body is not JSON") from None
    if not isinstance(message, dict):
        raise WrongShape("The body is no JSON object")
    return message


def taken_apart(message: Mapping[str, Any], at: str) -> list[Event]:
    """Dedupe key and body of each event.

    Args:
        at: The message's own time: all that tells two "replay_lost" apart.

    Raises:
        WrongShape: What is wrong with which of them.
    """
    if message.get("version", VERSION) != VERSION:
        raise WrongShape(f"version must be {VERSION}: no other is known here")
    org = _org(message)
    if message.get("type") == HEARTBEAT:
        return []
    if message.get("type") == REPLAY_LOST:
        kept = {REPLAY_LOST: str(message.get("reason") or "")[:200]}
        return [(f"{REPLAY_LOST}:{at}", json.dumps(kept).encode())]
    events = _listed(message)
    channel = message.get("channel")
    good, wrong = [], []
    for place, event in enumerate(events):
        try:
            good.append(_one(event, org, channel if isinstance(channel, str) else ""))
        except (ValueError, RecursionError) as error:
            wrong.append(f"events[{place}]: {error}")
    if wrong:
        raise WrongShape("; ".join(wrong[:MOST_NAMED]), kept=good)
    return good


def _listed(message: Mapping[str, Any]) -> list[Any]:
    """The relay's list, or the one event of a message in CometD's form."""
    if "events" in message:
        events = message["events"]
        if not isinstance(events, list):
            raise WrongShape("events must be a list")
        if len(events) > MOST_EVENTS:
            raise WrongShape(f"More than {MOST_EVENTS} events: split them", status=413)
        return events
    if "data" in message:
        return [message["data"]]
    if "payload" in message:
        return [{name: message[name] for name in ("schema", "payload", "event") if name in message}]
    raise WrongShape("The message has neither events nor a type that is known")


def _org(message: Mapping[str, Any]) -> str:
    """Whose events these are: ours, where the message does not say."""
    ours = whole_id(settings.SALESFORCE_ORG_ID)
    if message.get("organizationId") is None:
        return ours
    org = whole_id(message["organizationId"])
    if not org or (ours and org != ours):
        raise WrongShape("organizationId is not that of our org")
    return org


def _one(event: Any, org: str, channel: str) -> Event:
    head = header(event)
    kept = {"organizationId": org, "channel": channel, "event": event}
    return _dedupe_key(head, event, org, channel), json.dumps(kept).encode()


def _dedupe_key(head: Mapping[str, Any], event: Any, org: str, channel: str) -> str:
    """What makes two events one. Contract, section 9.4."""
    replay = event.get("event")
    replay_id = replay.get("replayId") if isinstance(replay, Mapping) else None
    key: list[Any]
    if isinstance(head.get("transactionKey"), str) and head["transactionKey"]:
        ids = sorted(whole_id(pk) or pk for pk in head.get("recordIds") or [])
        key = [org, head["entityName"], head["transactionKey"], head.get("sequenceNumber"),
               head["changeType"], ids]  # fmt: skip
    elif isinstance(replay_id, str | int) and replay_id != "":
        key = [org, channel, str(replay_id)]
    else:
        key = [org, channel, event]
    canonical = json.dumps(key, sort_keys=True)
    return f"event:{hashlib.sha256(canonical.encode()).hexdigest()}"
