"""``make test``: everything, in parallel and in random order."""

from __future__ import annotations

import os
import shutil
import sys

import pytest

CHROMIUMS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]

LEFT_OUT = """
******************************************************************
***  NO CHROMIUM FOUND: no browser test ran.                   ***
***  Install it (apt-get install chromium), or set CHROMIUM.   ***
******************************************************************
"""


def find_chromium() -> str:
    """The browser that tests drive: CHROMIUM, else the usual names on the path."""
    named = os.environ.get("CHROMIUM", "")
    return named or next((path for name in CHROMIUMS if (path := shutil.which(name))), "")


class BrowserTests:
    """Counts the browser tests that ran and that were left out."""

    def __init__(self) -> None:
        self.ran = self.skipped = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.nodeid.startswith("tests/browser/"):
            return
        self.skipped += report.skipped
        self.ran += report.when == "call" and not report.skipped

    @property
    def all_ran(self) -> bool:
        return self.ran > 0 and self.skipped == 0


def main() -> int:
    # Some tests start many programs, which then need not compile the same modules again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    chromium = find_chromium()
    required = os.environ.get("HERMES_BROWSER_REQUIRED") == "1"
    if chromium:
        os.environ["CHROMIUM"] = chromium
    tally = BrowserTests()
    code = int(pytest.main(["-n", "3", "-q", *sys.argv[1:]], plugins=[tally]))
    if not chromium:
        print(LEFT_OUT, flush=True)
    if required and not tally.all_ran:
        print(f"Browser tests: {tally.ran} ran, {tally.skipped} were left out.", flush=True)
        return code or 1
    return code


if __name__ == "__main__":
    sys.exit(main())
