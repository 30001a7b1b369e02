"""The floor of the drain: a Celery application with one task for each event."""

from __future__ import annotations

from hermes.celery import app

#: Its own queue, so that its worker does nothing else.
QUEUE = "bench"


@app.task(name="bench.apply_one")
def apply_one() -> None:
    """Apply the next event, and no other, as the engine applies one event."""
    from integrations.sync import inbox
    from integrations.sync.system import get

    for event in inbox.claim(1):
        inbox.apply_claimed(get(event.system), [event])
