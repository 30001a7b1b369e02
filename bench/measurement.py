"""One measurement in a process of its own: ``python -m bench.measurement``."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

from .plan import MEASUREMENTS, Plan


def main() -> None:
    """Arguments: name, runs, scale, and the file that gets the result."""
    name, runs, scale, answer = sys.argv[1:]
    import django

    django.setup()
    result = import_module(MEASUREMENTS[name]).measure(Plan(int(runs), float(scale)))
    Path(answer).write_text(json.dumps(result.as_json()))


if __name__ == "__main__":
    main()
