"""Commands in a second terminal belong to the Hermes that ``make run`` runs in this folder."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import environ

from hermes.before_run import is_held

#: What ``make run`` gave its programs, for as long as it runs.
FILE = "run.json"


def share(folder: Path, given: Mapping[str, str]) -> None:
    """Keep what commands need; it may hold passwords."""
    path, fresh = folder / FILE, folder / f"{FILE}.new"
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(dict(given)))
    fresh.replace(path)


def join(checkout: Path) -> None:
    """Take over the settings of the Hermes that runs here, where this process has none.

    Only while it runs, and never beside a database that was named: a real one would get
    the sandbox's records.
    """
    environ.Env.read_env(checkout / ".env")
    path = checkout / ".data" / FILE
    if os.environ.get("DATABASE_URL") or not path.exists() or not is_held(path.parent):
        return
    for name, value in json.loads(path.read_text()).items():
        os.environ.setdefault(name, value)
