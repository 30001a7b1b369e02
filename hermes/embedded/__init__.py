"""PostgreSQL and Valkey from wheels, for a machine that has neither.

They belong to the checkout: data, ports and passwords live in its ``.data`` folder. Only
used where ``DATABASE_URL`` or ``CELERY_BROKER_URL`` are not set.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process of a checkout starts or stops servers at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def ensure_postgres(folder: Path) -> str:
    """The address of the running PostgreSQL, started if need be."""
    from . import postgres

    with _locked(folder):
        return postgres.ensure(folder)


def ensure_valkey(folder: Path) -> str:
    """The address of the running Valkey without a database number, started if need be."""
    from . import valkey

    with _locked(folder):
        return valkey.ensure(folder)


def stop(folder: Path) -> None:
    """Stop both, keeping their data."""
    from . import postgres, valkey

    with _locked(folder):
        postgres.stop(folder)
        valkey.stop(folder)
