"""One recorded delivery for each kind of event, as Pipedrive's webhooks v2 send them."""

import json
from pathlib import Path


def body(name: str) -> bytes:
    return (Path(__file__).parent / f"{name}.json").read_bytes()


def event(name: str) -> dict:
    return json.loads(body(name))
