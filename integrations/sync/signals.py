"""Where the engine hooks into Celery's life."""

from __future__ import annotations

from typing import Any

from celery.signals import worker_ready

from . import listener


@worker_ready.connect(dispatch_uid="hermes-listen")
def listen(**_: Any) -> None:
    """One listener for each worker, in its main process."""
    listener.start()
