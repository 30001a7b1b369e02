"""Reading single records from a system."""

from __future__ import annotations

from collections.abc import Iterable

from . import connections
from .records import RemoteRecord
from .system import System


def read(system: System, kind: str, remote_ids: Iterable[str]) -> list[RemoteRecord]:
    """What the system has of these; those that are gone are absent.

    What it does not show is there because somebody named it: no call is made, and none is held.

    Raises:
        SyncError: The system could not be asked, or is not to be asked just now.
    """
    if not system.kinds[kind].readable:
        return [RemoteRecord(system.name, kind, pk) for pk in remote_ids]
    with connections.asking(system):
        return system.connect().fetch(kind, remote_ids)
