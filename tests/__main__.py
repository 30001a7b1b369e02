"""``make test``: everything, in parallel and in random order."""

from __future__ import annotations

import os
import shutil
import sys

import pytest

CHROMIUMS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]


def find_chromium() -> str:
    """The browser that tests drive: CHROMIUM, else the usual names on the path."""
    named = os.environ.get("CHROMIUM", "")
    return named or next((path for name in CHROMIUMS if (path := shutil.which(name))), "")


def main() -> int:
    chromium = find_chromium()
    if chromium:
        os.environ["CHROMIUM"] = chromium
    else:
        print("\n*** NO CHROMIUM FOUND: the browser tests are left out. ***\n", flush=True)
    chosen = [] if chromium else ["-m", "not browser"]
    return pytest.main(["-n", "2", "-q", *chosen, *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
